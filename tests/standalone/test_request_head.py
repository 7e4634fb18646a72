"""Whoever never ends the head of a request is hung up on; whoever sends a body slowly is not."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from watchparty.request_head import BoundedHead

pytestmark = [pytest.mark.anyio, pytest.mark.service]

HEAD = b"POST / HTTP/1.1\r\nHost: watch.test\r\n"


class Impatient(BoundedHead):
    head_within_s = 0.05


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(echo, http=Impatient, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await serving


async def end_of(reader: asyncio.StreamReader) -> bytes:
    """What still comes before the connection ends."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


@pytest.mark.parametrize("endless", [b"X: " + b"a" * 8192, b"X: a\r\n" * 1365], ids=["one header", "many headers"])
async def test_a_head_without_end_is_cut_off(port: int, endless: bytes) -> None:
    """At 64 KB, long before it costs memory that somebody misses."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + endless)
    sent = 0
    try:
        while sent < 64 * 1024 * 1024:
            writer.write(endless)
            sent += len(endless)
            await writer.drain()
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    assert await end_of(reader) == b""
    assert sent < 8 * 1024 * 1024  # what lay in the sockets' own buffers
    writer.close()


@pytest.mark.parametrize("said", [b"", HEAD])
async def test_who_does_not_come_out_with_it_is_hung_up_on(port: int, said: bytes) -> None:
    """Nothing at all, or the beginning of something."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    assert await end_of(reader) == b""
    writer.close()


async def test_a_body_may_take_its_time(port: int) -> None:
    """An upload over a slow line lasts hours: only the head is waited for."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"Content-Length: 4\r\nConnection: close\r\n\r\nsl")
    silent, other = await asyncio.open_connection("127.0.0.1", port)
    assert await end_of(silent) == b""  # so the time for a head is over
    writer.write(b"ow")
    assert (await end_of(reader)).endswith(b"slow")
    for each in (writer, other):
        each.close()

"""A connection with an endless request head is aborted; one with a slow body is not."""

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
    """Returns the data that arrives before the connection ends."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


@pytest.mark.parametrize("endless", [b"X: " + b"a" * 8192, b"X: a\r\n" * 1365], ids=["one header", "many headers"])
async def test_an_endless_head_is_cut_off(port: int, endless: bytes) -> None:
    """The limit is 64 KiB, long before memory becomes a problem."""
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
    assert sent < 8 * 1024 * 1024  # the data in the sockets' buffers
    writer.close()


@pytest.mark.parametrize("said", [b"", HEAD])
async def test_an_incomplete_head_is_aborted_in_time(port: int, said: bytes) -> None:
    """The client sends nothing, or only the start of a head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    assert await end_of(reader) == b""
    writer.close()


async def test_a_slow_body_is_accepted(port: int) -> None:
    """An upload over a slow line can take hours: only the head has a deadline."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"Content-Length: 4\r\nConnection: close\r\n\r\nsl")
    silent, other = await asyncio.open_connection("127.0.0.1", port)
    assert await end_of(silent) == b""  # the time for a head is now over
    writer.write(b"ow")
    assert (await end_of(reader)).endswith(b"slow")
    for each in (writer, other):
        each.close()

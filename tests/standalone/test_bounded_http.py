"""A connection whose head, body or answer does not progress is aborted; a slow one that progresses is not."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.waiting import eventually_async
from watchparty.bounded_http import MAX_PIPELINED, BoundedHttp, ServerConfig
from watchparty.bounded_socket import BoundedSocket
from watchparty.connections import (
    CLIENT_HEALTH_DESCRIPTORS,
    HEALTH_DESCRIPTORS,
    HTTP_DESCRIPTORS,
    ConnectionBudget,
)
from watchparty_relay.transport.port import FULL

pytestmark = [pytest.mark.anyio, pytest.mark.service]

POST = b"POST / HTTP/1.1\r\nHost: watch.test\r\n"
GET = b"GET %s HTTP/1.1\r\nHost: watch.test\r\nConnection: close\r\n\r\n"
PIECE = 8_192
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop of the product."""
    return "asyncio", {"use_uvloop": True}


class Impatient(BoundedHttp):
    head_within_s = 0.3
    body_within_s = 0.3
    answer_within_s = 0.3
    check_every_s = 0.05


class Server:
    """The server under test."""

    def __init__(self, port: int, budget: ConnectionBudget) -> None:
        self.port = port
        self.budget = budget
        self.opened: list[asyncio.StreamWriter] = []

    async def open(self, address: str = "127.0.0.1") -> Ends:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.opened.append(writer)
        return reader, writer

    async def get(self, path: bytes = b"/", address: str = "127.0.0.1") -> bytes:
        reader, writer = await self.open(address)
        writer.write(GET % path)
        return await end_of(reader)

    def close_all(self) -> None:
        for each in self.opened:
            each.close()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Echoes a body; /film is without end, /unread ignores the body; a WebSocket is held until it is closed."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
    elif scope["path"] == "/film":
        await StreamingResponse(film())(scope, receive, send)
    elif scope["path"] == "/unread":
        await PlainTextResponse("not now", status_code=401)(scope, receive, send)
    else:
        with contextlib.suppress(ClientDisconnect):
            await PlainTextResponse(await Request(scope, receive).body())(scope, receive, send)


async def film() -> AsyncIterator[bytes]:
    while True:
        yield bytes(65_536)
        await asyncio.sleep(0)  # or the task would never notice that the client is gone


@contextlib.asynccontextmanager
async def running(budget: ConnectionBudget, protocol: type[BoundedHttp]) -> AsyncIterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    config = ServerConfig(
        application,
        budget=budget,
        http=protocol,
        ws=BoundedSocket,
        lifespan="off",
        log_config=None,
        log_level="warning",
    )
    uvicorn_server = uvicorn.Server(config)
    serving = asyncio.create_task(uvicorn_server.serve(sockets=[listening]))
    server = Server(listening.getsockname()[1], budget)
    yield server
    server.close_all()
    uvicorn_server.should_exit = True
    await serving


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running(ConnectionBudget(10_000), Impatient) as server:
        yield server


async def end_of(reader: asyncio.StreamReader) -> bytes:
    """Returns the data that arrives before the connection ends."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def send_until_aborted(writer: asyncio.StreamWriter, piece: bytes, most_bytes: int) -> int:
    """Returns how many bytes were sent, with those in the sockets' buffers."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < most_bytes:
            writer.write(piece)
            sent += len(piece)
            await writer.drain()
            await asyncio.sleep(0)
    return sent


async def drip(writer: asyncio.StreamWriter, piece: bytes, *, times: int = 200) -> None:
    """Writes a piece every 0.05 seconds."""
    for _ in range(times):
        with contextlib.suppress(ConnectionError):
            writer.write(piece)
            await writer.drain()
        await passes(0.05)


async def passes(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds
    await eventually_async("time passes", lambda: loop.time() >= until_s)


@pytest.mark.parametrize(
    "endless",
    [
        POST + b"X: " + b"a" * 8192,
        POST + b"X: a\r\n" * 1365,
        b"POST /" + b"a" * 8192,
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 8192,
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 8192,
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: a\r\n" * 1365,
    ],
    ids=["header", "headers", "path", "chunk extension", "trailer", "trailers"],
)
async def test_a_head_or_framing_without_end_is_aborted(endless: bytes) -> None:
    """The limit is 64 KiB, long before memory becomes a problem, and whatever time it would have."""
    async with running(ConnectionBudget(10_000), BoundedHttp) as server:
        reader, writer = await server.open()
        start, piece = endless[: -(8 * 1024)] or endless, endless[-(8 * 1024) :]
        writer.write(start)
        assert await send_until_aborted(writer, piece, 64 * 1024 * 1024) < 16 * 1024 * 1024
        assert await end_of(reader) == b""


@pytest.mark.parametrize("said", [b"", POST, b"\r\n"])
async def test_an_incomplete_head_is_aborted_in_time(server: Server, said: bytes) -> None:
    """The client sends nothing, or only the start of a head."""
    reader, writer = await server.open()
    writer.write(said)
    assert await end_of(reader) == b""


async def test_a_head_that_drips_is_aborted_in_time(server: Server) -> None:
    """The deadline is for the whole head, and sending more of it does not move the deadline."""
    reader, writer = await server.open()
    writer.write(POST)
    dripping = asyncio.create_task(drip(writer, b"X: a\r\n"))
    assert await end_of(reader) == b""
    dripping.cancel()


@pytest.mark.parametrize("between", [b"\r\n", b"GET / HTTP/1.1\r\n"])
async def test_the_next_head_on_a_connection_has_a_deadline_too(server: Server, between: bytes) -> None:
    """An empty line ends the timeout of an idle connection, but is no request."""
    reader, writer = await server.open()
    writer.write((GET % b"/").replace(b"close", b"keep-alive"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(between)
    assert await end_of(reader) == b""


@pytest.mark.parametrize("path", [b"/", b"/unread"])
@pytest.mark.parametrize(
    "framing", [b"Content-Length: 100\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n64\r\nhalf"]
)
async def test_a_body_that_does_not_progress_is_aborted(
    server: Server, caplog: pytest.LogCaptureFixture, path: bytes, framing: bytes
) -> None:
    """A thousand of these held every descriptor. A few bytes now and then are no progress; nothing is logged."""
    reader, writer = await server.open()
    writer.write(POST.replace(b"/", path, 1) + framing)
    dripping = asyncio.create_task(drip(writer, b"x", times=90))
    await end_of(reader)
    dripping.cancel()
    await eventually_async("it no longer counts", lambda: len(server.budget) == 0)
    assert caplog.records == []


async def test_a_slow_body_that_progresses_is_accepted(server: Server) -> None:
    """An upload over a slow line can take hours."""
    reader, writer = await server.open()
    writer.write(POST + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (20 * PIECE))
    began_s = asyncio.get_running_loop().time()
    await drip(writer, b"x" * PIECE, times=20)
    assert asyncio.get_running_loop().time() - began_s > 3 * Impatient.body_within_s
    assert (await end_of(reader)).endswith(b"x" * PIECE)


async def test_a_body_in_the_smallest_chunks_is_accepted(server: Server) -> None:
    """Their framing is five times as long as they are."""
    reader, writer = await server.open()
    writer.write(POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    writer.write(b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n")
    assert (await end_of(reader)).endswith(b"x" * 50_000)


async def test_an_answer_that_is_not_read_is_aborted(server: Server) -> None:
    """However much waits to be sent, and although the peer's system still answers."""
    with socket.socket() as client:
        await ask_for_film(client, server)
        await eventually_async("it is served", lambda: len(server.budget) == 1)
        await eventually_async("it is aborted", lambda: len(server.budget) == 0)


async def test_a_slow_reader_of_an_answer_is_served(server: Server) -> None:
    """A film is downloaded as slowly as the line is."""
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        await ask_for_film(client, server)
        until_s = loop.time() + 4 * Impatient.answer_within_s
        while loop.time() < until_s:
            assert await loop.sock_recv(client, 65_536)
            await passes(0.05)


async def ask_for_film(client: socket.socket, server: Server, requests: int = 1) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", server.port))
    await loop.sock_sendall(client, (GET % b"/film").replace(b"close", b"keep-alive") * requests)


@pytest.mark.parametrize("requests", [1, 3], ids=["one request", "more waiting"])
async def test_a_client_that_goes_away_is_no_error(
    server: Server, caplog: pytest.LogCaptureFixture, requests: int
) -> None:
    """Whatever it had asked for: uvicorn notices only for the newest request that its connection is lost."""
    for _ in range(10):
        with socket.socket() as client:
            await ask_for_film(client, server, requests)
            await asyncio.get_running_loop().sock_recv(client, 1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closes with a reset
    await eventually_async("all are gone", lambda: len(server.budget) == 0)
    assert caplog.records == []


async def test_requests_are_not_queued_without_end(server: Server) -> None:
    """A client that sends requests faster than it reads the answers is aborted."""
    reader, writer = await server.open()
    writer.write((GET % b"/").replace(b"close", b"keep-alive") * (20 * MAX_PIPELINED))
    assert (await end_of(reader)).count(b"HTTP/1.1 200") <= MAX_PIPELINED
    await eventually_async("it no longer counts", lambda: len(server.budget) == 0)


async def test_an_upgrade_to_another_protocol_is_answered_without_it(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """curl asks for HTTP/2 like this; nothing is logged, because anyone can send it."""
    reader, writer = await server.open()
    writer.write((GET % b"/")[:-2].replace(b"close", b"close, Upgrade") + b"Upgrade: h2c\r\n\r\n")
    assert (await end_of(reader)).startswith(b"HTTP/1.1 200")
    assert caplog.records == []


async def test_beyond_the_watermark_only_health_is_answered() -> None:
    """503 with a sentence and Retry-After, over HTTP and for a WebSocket, while the connections are held."""
    async with running(ConnectionBudget(HEALTH_DESCRIPTORS + 20 * HTTP_DESCRIPTORS), BoundedHttp) as server:
        for number in range(21):
            await server.open(f"127.0.0.{number + 2}")
        refused = await server.get()
        assert refused.startswith(b"HTTP/1.1 503")
        assert refused.endswith(FULL.encode())
        assert b"retry-after: 5" in refused.lower()
        assert (await server.get(b"/health")).startswith(b"HTTP/1.1 200")
        with pytest.raises(InvalidStatus) as refusal:
            await connect(f"ws://127.0.0.1:{server.port}/ws")
        assert (refusal.value.response.status_code, refusal.value.response.body) == (503, FULL.encode())
        server.close_all()
        await eventually_async("they are gone", lambda: len(server.budget) == 0)
        assert (await server.get()).startswith(b"HTTP/1.1 200")


async def test_one_client_cannot_use_all_connections() -> None:
    """Half of them; the other clients are served. WebSockets count as well."""
    async with running(ConnectionBudget(2 * HEALTH_DESCRIPTORS + 80), BoundedHttp) as server:
        half = server.budget.descriptors // 2
        held = [await connect(f"ws://127.0.0.1:{server.port}/ws") for _ in range(30)]
        for _ in range((half - 30) // HTTP_DESCRIPTORS):
            await server.open()
        await eventually_async("all are open", lambda: len(server.budget) == 30 + (half - 30) // HTTP_DESCRIPTORS)
        assert (await server.get()).startswith(b"HTTP/1.1 503")
        assert (await server.get(b"/health")).startswith(b"HTTP/1.1 200")
        for _ in range(CLIENT_HEALTH_DESCRIPTORS // HTTP_DESCRIPTORS):
            await server.open()
        assert await server.get() == b""
        assert (await server.get(address="127.0.0.2")).startswith(b"HTTP/1.1 200")
        for socket_ in held:
            await socket_.close()
        server.close_all()
        await eventually_async("they are gone", lambda: len(server.budget) == 0)

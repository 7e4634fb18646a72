"""A home server's HTTP and WebSocket protocols without a network: bytes go in, and what it writes is looked at."""

import asyncio
import logging
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from watchparty.bounded_http import BoundedHttp, ServerConfig
from watchparty.bounded_socket import BoundedSocket
from watchparty.connections import ConnectionBudget
from watchparty.known_hosts import KnownHosts

TURNS = 12
"""Of the event loop, in which a request that needs nothing from outside is answered."""
_failures: list[object] = []


class _Transport(asyncio.Transport):
    """Takes everything at once, and remembers it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1), "sockname": ("127.0.0.1", 80)})
        self.written = bytearray()
        self.closing = False
        self.protocol: asyncio.Protocol = asyncio.Protocol()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol

    def write(self, data: Any) -> None:
        self.written += data

    def writelines(self, list_of_data: Any) -> None:
        self.written += b"".join(list_of_data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """There is no reader to stop."""

    def resume_reading(self) -> None:
        """Nor one to start."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever buffered."""


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            assert ("text" in message) != ("bytes" in message), message
        return
    request = Request(scope, receive)
    try:
        body = await request.body()
    except ClientDisconnect:
        return
    repr((request.url, request.headers, request.cookies, request.query_params.multi_items()))
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def _reporting(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await _known(scope, receive, send)
    except Exception as error:
        _failures.append(error)
        raise


_known = KnownHosts(_application, names=["watch.example"], proxies=())


class _Tracebacks(logging.Handler):
    """No client may cause a traceback in the log."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            _failures.append(record.getMessage())


logging.getLogger("uvicorn.error").addHandler(_Tracebacks())
_loop = asyncio.new_event_loop()
_loop.set_exception_handler(lambda _, context: _failures.append(context))


UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: watch.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def answer(data: bytes, *, upgraded: bool = False) -> bytes:
    """Returns what the server writes to these bytes, `upgraded` in an open WebSocket.

    The first byte says into how many pieces the rest is cut. Raises AssertionError if anything was raised in the
    application or the event loop, or what was written is not HTTP.
    """
    return _loop.run_until_complete(_answer(data, upgraded=upgraded))


async def _answer(data: bytes, *, upgraded: bool) -> bytes:
    _failures.clear()
    budget = ConnectionBudget(1_000)
    config = ServerConfig(_reporting, budget=budget, log_config=None, lifespan="off", ws=BoundedSocket)
    config.load()
    transport = _Transport()
    transport.protocol = BoundedHttp(config, uvicorn.server.ServerState(), app_state={}, _loop=_loop)
    transport.protocol.connection_made(transport)
    if upgraded:
        await _feed(transport, UPGRADE)
        assert transport.written.startswith(b"HTTP/1.1 101 "), bytes(transport.written[:80])
    size = max(1, len(data) // (1 + data[0] % 8)) if data else 1
    for start in range(1, len(data), size):
        await _feed(transport, data[start : start + size])
    transport.protocol.connection_lost(None)
    await _turns()
    assert not _failures, _failures
    assert len(budget) == 0, "a connection still counts"
    written = bytes(transport.written)
    assert not written or written.startswith(b"HTTP/1.1 "), written[:80]
    return written


async def _feed(transport: _Transport, data: bytes) -> None:
    if not transport.closing:
        transport.protocol.data_received(data)
        await _turns()


async def _turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)

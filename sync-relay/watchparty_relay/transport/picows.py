"""The picows transport: the relay served alone, sockets and its few pages on one port.

Frames go out as one write a connection and round; what the kernel does not take at once waits in the transport, whose
size the outbox watches. Whoever has been silent is asked for a sign of life, all connections by one timer.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from logging import Logger, LoggerAdapter, getLogger
from typing import Any

from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from watchparty_relay.pages import Pages
from watchparty_relay.relay import Relay
from watchparty_relay.transport.port import FLUSH_WITHIN_S, READ_BYTES, SILENCE_S, agreed, origin_allowed
from watchparty_relay.vocabulary import CloseCode, ErrorCode
from watchparty_relay.wire import Frames, frame_of

# Hellos and reports fit; the buffer of a connection grows for the rare larger frame.
READ_BUFFER_BYTES = 1_024
# What the kernel holds for a reader that does not read; doubled by Linux. Without a bound it hides megabytes.
SEND_BUFFER_BYTES = 65_536
# Bytes that nobody acknowledged for so long: the peer is gone, whatever TCP still hopes.
UNACKNOWLEDGED_MS = 20_000
BACKLOG = 4_096


class _Quiet(LoggerAdapter[Logger]):
    """What picows calls errors are faults of clients. An adapter, too, because beside a plain logger it makes one more
    for each connection."""

    def error(self, msg: object, *args: object, **kwargs: Any) -> None:
        self.debug(msg, *args, **kwargs)

    def info(self, msg: object, *args: object, **kwargs: Any) -> None:
        self.debug(msg, *args, **kwargs)


class PicowsChannel:
    __slots__ = ("_closed", "_transport", "_write", "buffered")

    def __init__(self, transport: WSTransport) -> None:
        self._transport = transport
        self._write: Callable[[bytes], None] = transport.underlying_transport.write
        self.buffered: Callable[[], int] = transport.underlying_transport.get_write_buffer_size
        self._closed = False

    def write(self, frames: Frames) -> None:
        if not self._closed:
            self._write(frames.image)

    def write_first(self, build: Callable[[], bytes]) -> None:
        if not self._closed:
            self._write(frame_of(build()))

    def close(self, code: CloseCode) -> None:
        if not self._closed:
            self._closed = True
            self._transport.send_close(int(code), code.name.encode())  # type: ignore[arg-type]  # any number is taken
            asyncio.get_running_loop().call_later(FLUSH_WITHIN_S, self._transport.disconnect, False)


class Connection(WSListener):
    """One socket after its upgrade: puts fragments together and hands texts to the session."""

    def __init__(self, server: "PicowsServer", *, version: bool) -> None:
        self._server = server
        self._version = version
        self._fragments: bytearray | None = None
        self._heard = True
        self._asked = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._session = self._server.relay.connect(PicowsChannel(transport))
        self._server.came(self)
        if not self._version:
            self._session.end(CloseCode.VERSION, ErrorCode.VERSION)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 (picows' signature)
        self._server.went(self)
        self._server.relay.disconnected(self._session)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self._heard = True
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            return self._broken()
        match frame.msg_type:
            case WSMsgType.TEXT if frame.fin and self._fragments is None:
                self._session.receive(frame.get_payload_as_bytes())
            case WSMsgType.TEXT if self._fragments is None:
                self._fragments = bytearray(frame.get_payload_as_memoryview())
            case WSMsgType.CONTINUATION if self._fragments is not None:
                self._continue(frame)
            case WSMsgType.CLOSE:
                transport.send_close(frame.get_close_code() or WSCloseCode.OK)
                transport.disconnect()
            case WSMsgType.BINARY if self._fragments is None:
                self._session.receive_binary()
            case WSMsgType.PONG:
                pass
            case _:
                self._broken()
        return None

    def pause_writing(self) -> None:
        """The outbox asks how much is waiting, so it need not be told."""

    def resume_writing(self) -> None:
        """As above."""

    def check_alive(self) -> None:
        """Silent since the last time: asked for a sign of life, then given up."""
        if self._heard:
            self._heard = self._asked = False
        elif self._asked:
            self.hang_up()
        else:
            self._asked = True
            self._transport.send_ping()

    def hang_up(self) -> None:
        self._transport.disconnect(False)

    def _continue(self, frame: WSFrame) -> None:
        fragments = self._fragments or bytearray()
        if len(fragments) <= READ_BYTES:  # beyond, it is too large already
            fragments += frame.get_payload_as_memoryview()
        if frame.fin or len(fragments) > READ_BYTES:
            self._fragments = None
            self._session.receive(bytes(fragments))

    def _broken(self) -> None:
        """Not what WebSocket clients send: reserved bits, fragments out of order."""
        self._session.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)


class PicowsServer:
    """Listens from `start` on; `connections` are the accepted ones, `deserted` is set while there is none."""

    def __init__(
        self,
        relay: Relay,
        pages: Pages,
        *,
        allowed_origins: frozenset[str] = frozenset(),
        silence_s: float = SILENCE_S,
    ) -> None:
        self.relay = relay
        self.connections: set[Connection] = set()
        self.deserted = asyncio.Event()
        self.deserted.set()
        self._pages = pages
        self._allowed_origins = allowed_origins
        self._silence_s = silence_s
        self._server: asyncio.Server | None = None
        self._checking: asyncio.Task[None] | None = None

    async def start(self, listening: socket.socket) -> None:
        self._server = await ws_create_server(
            self._accept,
            sock=listening,
            max_frame_size=READ_BYTES,
            read_buffer_init_size=READ_BUFFER_BYTES,
            logger_name=_Quiet(getLogger(__name__), {}),
            backlog=BACKLOG,
        )
        self._checking = asyncio.create_task(self._check_alive())

    async def stop(self) -> None:
        """Listens no more and lets go of everybody who is still here."""
        if self._server is not None:
            self._server.close()
        if self._checking is not None:
            self._checking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checking
        for connection in tuple(self.connections):
            connection.hang_up()

    def came(self, connection: Connection) -> None:
        self.connections.add(connection)
        self.deserted.clear()

    def went(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if not self.connections:
            self.deserted.set()

    def _accept(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        path = request.path.decode("latin-1").partition("?")[0]
        headers = request.headers
        if path != "/ws":
            return _plain(*self._pages.answer(path))
        if headers.get("Upgrade", "").lower() != "websocket":
            return _plain(426, "This is a WebSocket endpoint.\n", {"Upgrade": "websocket"})
        if not origin_allowed(headers.get("Origin"), headers.get("Host", ""), self._allowed_origins):
            return _plain(403, "This page may not connect.\n")
        offered = [each.strip() for line in headers.getall("Sec-WebSocket-Protocol", []) for each in line.split(",")]
        chosen = agreed(offered)
        response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": chosen} if chosen else None)
        return WSUpgradeResponseWithListener(response, Connection(self, version=bool(chosen) or not offered))

    async def _check_alive(self) -> None:
        while True:
            await asyncio.sleep(self._silence_s)
            for connection in tuple(self.connections):
                connection.check_alive()


def listening_socket(host: str, port: int) -> socket.socket:
    """Its options are those of every connection that it accepts."""
    listening = socket.create_server((host, port), backlog=BACKLOG, reuse_port=False)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    listening.setblocking(False)
    return listening


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> WSUpgradeResponseWithListener:
    kind = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", **(headers or {})}
    if status == 200:
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_ok_response(text.encode(), kind), None)
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(status, text.encode(), kind), None)

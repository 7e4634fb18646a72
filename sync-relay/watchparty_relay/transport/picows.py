"""The picows transport: a relay that is served alone, with sockets and a few HTTP pages on one port.

A connection's frames are one write per round. What the kernel does not accept at once waits in the transport, whose
buffer size the send queue checks. One timer pings all silent connections. Every frame counts against an allowance.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from logging import Logger, LoggerAdapter, getLogger
from typing import Any

import aiofastnet
from picows import (
    WSAutoPingStrategy,
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # its stub leaves it out

from watchparty_relay.descriptors import raise_descriptor_limit
from watchparty_relay.protocol.codec import FrameBatch, text_frame
from watchparty_relay.protocol.values import CloseCode, ErrorCode
from watchparty_relay.transport.frame_limits import MAX_FRAGMENTS, PongReply, frame_allowance
from watchparty_relay.transport.port import (
    FLUSH_WITHIN_S,
    FULL,
    READ_BYTES,
    RETRY_AFTER_S,
    SILENCE_S,
    TOO_MANY,
    Acceptor,
    agreed_subprotocol,
    origin_allowed,
)

READ_BUFFER_BYTES = 1_024
"""Large enough for a hello or a report; a connection's buffer grows for the rare larger frame."""
SEND_BUFFER_BYTES = 65_536
"""Limits the kernel's send buffer for a client that does not read (Linux doubles the value).

Otherwise megabytes would queue where we cannot see them.
"""
UNACKNOWLEDGED_MS = 20_000
"""A peer that has not acknowledged data for this long is gone, although TCP would retry for longer."""
BACKLOG = 4_096
HANDSHAKE_WITHIN_S = 5.0
"""The time for a whole upgrade request."""
RESERVED_DESCRIPTORS = 128
"""Half of them are kept for Redis and files, the others for pages: health is answered while upgrades are refused."""


Page = Callable[[str], tuple[int, str]]
"""Returns the HTTP status and the text of a path."""


class _DebugLogger(LoggerAdapter[Logger]):
    """Logs picows's errors as debug messages, because they are faults of clients.

    It is an adapter because picows creates another logger per connection if it is given a plain one.
    """

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

    def write(self, batch: FrameBatch) -> None:
        if not self._closed:
            self._write(batch.data)

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        if not self._closed:
            self._write(text_frame(build()))

    def close(self, code: CloseCode) -> None:
        if not self._closed:
            self._closed = True
            self._transport.send_close(int(code), code.name.encode())  # type: ignore[arg-type]  # any number is taken
            asyncio.get_running_loop().call_later(FLUSH_WITHIN_S, self._transport.disconnect, False)


class Connection(WSListener):
    """One socket after its upgrade: assembles fragments and passes texts to the session."""

    def __init__(self, server: "PicowsServer", *, subprotocol_ok: bool) -> None:
        self._server = server
        self._subprotocol_ok = subprotocol_ok
        self._fragments: bytearray | None = None
        self._fragment_count = 0
        self._allowance = frame_allowance(server.relay.limits)
        self._active = True
        self._pinged = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._pongs = PongReply(buffered=transport.underlying_transport.get_write_buffer_size, send=transport.send_pong)
        self._session = self._server.relay.connect(PicowsChannel(transport))
        self._server.connected(self)
        if not self._subprotocol_ok:
            self._session.close(CloseCode.VERSION, ErrorCode.VERSION)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 (picows' signature)
        self._pongs.cancel()
        self._server.disconnected(self)
        self._server.relay.disconnected(self._session)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self._active = True
        if frame.msg_type != WSMsgType.CLOSE and not self._allowance.take(
            now_ms=asyncio.get_running_loop().time() * 1000
        ):
            return self._session.close(CloseCode.TOO_FAST, ErrorCode.TOO_FAST)
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            return self._reject_frame()
        match frame.msg_type:
            case WSMsgType.TEXT if frame.fin and self._fragments is None:
                self._session.receive(frame.get_payload_as_bytes())
            case WSMsgType.TEXT if self._fragments is None:
                self._fragments = bytearray(frame.get_payload_as_memoryview())
                self._fragment_count = 1
            case WSMsgType.CONTINUATION if self._fragments is not None:
                self._continue(self._fragments, frame)
            case WSMsgType.CLOSE:
                transport.send_close(frame.get_close_code() or WSCloseCode.OK)
                transport.disconnect()
            case WSMsgType.BINARY if self._fragments is None:
                self._session.receive_binary()
            case WSMsgType.PING:
                self._pongs.answer(frame.get_payload_as_bytes())
            case WSMsgType.PONG:
                pass
            case _:
                self._reject_frame()
        return None

    def pause_writing(self) -> None:
        """Nothing to do: the send queue checks the size of the buffer itself."""

    def resume_writing(self) -> None:
        """As above."""

    def check_alive(self) -> None:
        """Pings a connection that has been silent since the last check; drops it if it was already pinged."""
        if self._active:
            self._active = self._pinged = False
        elif self._pinged:
            self.hang_up()
        else:
            self._pinged = True
            self._transport.send_ping()

    def hang_up(self) -> None:
        self._transport.disconnect(False)

    def _continue(self, fragments: bytearray, frame: WSFrame) -> None:
        self._fragment_count += 1
        if self._fragment_count > MAX_FRAGMENTS:
            return self._session.close(CloseCode.TOO_LARGE, ErrorCode.TOO_LARGE)
        if len(fragments) <= READ_BYTES:  # beyond that the message is too large already
            fragments += frame.get_payload_as_memoryview()
        if frame.fin or len(fragments) > READ_BYTES:
            self._fragments = None
            self._session.receive(bytes(fragments))
        return None

    def _reject_frame(self) -> None:
        """The frame violates RFC 6455: reserved bits, or fragments out of order."""
        self._session.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)


class _Socket(WSProtocol):  # type: ignore[misc]  # its base is compiled and has no types
    """A socket from its accept on: before the upgrade and after the close, which picows does not show its listener."""

    _peer: str = ""

    def __init__(self, server: "PicowsServer", logger: _DebugLogger) -> None:
        super().__init__(
            None,  # the host and the path are a client's
            None,
            False,
            lambda request: server.accept(request, self._peer),
            logger,
            True,  # an exception of the listener disconnects
            server.handshake_within_s,
            False,  # our own timer pings
            SILENCE_S,
            SILENCE_S,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            False,  # `Connection` answers pings: the automatic pong would be written even if the peer does not read
            READ_BYTES,
            None,
            READ_BUFFER_BYTES,
        )
        self._server = server
        self._bytes_after_close: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._peer = str((transport.get_extra_info("peername") or ("",))[0])
        self._server.opened(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.sockets -= 1
        super().connection_lost(error)

    def get_buffer(self, size_hint: int) -> memoryview:
        """Half of the free space: picows doubles a buffer that was filled, and never makes it smaller.

        Thus only an incomplete frame enlarges it, not what else the kernel holds of this peer, which can be megabytes.
        """
        free: memoryview = super().get_buffer(size_hint)
        return free[: len(free) // 2]

    def buffer_updated(self, count: int) -> None:
        super().buffer_updated(count)
        if self.transport.is_close_frame_sent:
            self._read_after_close(count)

    def _read_after_close(self, count: int) -> None:
        """The peer may answer our close frame, but not keep us busy: neither by sending on nor by not reading."""
        if self._bytes_after_close is None:
            self._bytes_after_close = 0
            asyncio.get_running_loop().call_later(FLUSH_WITHIN_S, self.transport.disconnect, False)
        self._bytes_after_close += count
        if self._bytes_after_close > READ_BYTES:
            self.transport.underlying_transport.pause_reading()


class PicowsServer:
    """Listens from `start` on. `connections` are the accepted ones; `empty` is set while there are none."""

    def __init__(
        self,
        relay: Acceptor,
        page: Page,
        *,
        allowed_origins: frozenset[str] = frozenset(),
        silence_s: float = SILENCE_S,
        handshake_within_s: float = HANDSHAKE_WITHIN_S,
        max_sockets: int | None = None,
    ) -> None:
        self.relay = relay
        self.handshake_within_s = handshake_within_s
        self.sockets = 0
        self.connections: set[Connection] = set()
        self.empty = asyncio.Event()
        self.empty.set()
        self._page = page
        self._allowed_origins = allowed_origins
        self._silence_s = silence_s
        self._max_sockets = max_sockets or raise_descriptor_limit() - RESERVED_DESCRIPTORS // 2
        self._server: asyncio.Server | None = None
        self._checking: asyncio.Task[None] | None = None

    async def start(self, listening: socket.socket) -> None:
        logger = _DebugLogger(getLogger(__name__), {})
        self._server = await aiofastnet.create_server(
            asyncio.get_running_loop(), lambda: _Socket(self, logger), sock=listening, backlog=BACKLOG
        )
        self._checking = asyncio.create_task(self._check_alive())

    async def stop(self) -> None:
        """Stops listening and drops the remaining connections."""
        if self._server is not None:
            self._server.close()
        if self._checking is not None:
            self._checking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checking
        for connection in tuple(self.connections):
            connection.hang_up()

    def opened(self, transport: asyncio.Transport) -> None:
        """A socket was accepted. The last descriptors are for pages; when those are used up too, it is dropped."""
        self.sockets += 1
        if self.sockets > self._max_sockets:
            transport.abort()

    def connected(self, connection: Connection) -> None:
        self.connections.add(connection)
        self.empty.clear()

    def disconnected(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if not self.connections:
            self.empty.set()

    def accept(self, request: WSUpgradeRequest, peer: str) -> WSUpgradeResponseWithListener:
        path = request.path.decode("latin-1").partition("?")[0]
        headers = request.headers
        if path != "/ws":
            return _plain(*self._page(path))
        if headers.get("Upgrade", "").lower() != "websocket":
            return _plain(426, "This is a WebSocket endpoint.\n", {"Upgrade": "websocket"})
        if not origin_allowed(headers.get("Origin"), headers.get("Host", ""), self._allowed_origins):
            return _plain(403, "This page may not connect.\n")
        if not self.relay.may_connect(peer, headers.getall("X-Forwarded-For", [])):
            return _plain(429, TOO_MANY, {"Retry-After": str(RETRY_AFTER_S)})
        if self.sockets > self._max_sockets - RESERVED_DESCRIPTORS // 2 or not self.relay.admits():
            return _plain(503, FULL, {"Retry-After": str(RETRY_AFTER_S)})
        offered = [each.strip() for line in headers.getall("Sec-WebSocket-Protocol", []) for each in line.split(",")]
        chosen = agreed_subprotocol(offered)
        response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": chosen} if chosen else None)
        return WSUpgradeResponseWithListener(response, Connection(self, subprotocol_ok=bool(chosen) or not offered))

    async def _check_alive(self) -> None:
        while True:
            await asyncio.sleep(self._silence_s)
            for connection in tuple(self.connections):
                connection.check_alive()


def listening_socket(host: str, port: int) -> socket.socket:
    """Accepted connections inherit its options."""
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

"""Limits the frames of a WebSocket at the server, as the relay's own transport does for a relay that is served alone.

uvicorn answers each ping at once, collects fragments without end, and never aborts a connection whose peer does not
read. A peer that exceeds its allowance is no longer read; the application receives `websocket.disconnect` with the code
to close with.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from watchparty.bounded_http import ServerConfig
from watchparty_relay.protocol.values import CloseCode
from watchparty_relay.rules.rate_limit import LIMITS
from watchparty_relay.transport.asgi import FRAMES
from watchparty_relay.transport.frame_limits import MAX_FRAGMENTS, PongReply, frame_allowance
from watchparty_relay.transport.port import FLUSH_WITHIN_S

SLICE_BYTES = 4_096
"""How much is parsed before the allowance is looked at again: a read can bring 40,000 empty frames."""


class _Connection(ServerProtocol):
    """The state machine without its automatic pong."""

    last_ping = b""

    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            self.last_ping = bytes(frame.data)
            self.events.append(frame)
        else:
            super().recv_frame(frame)


class BoundedSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol with an allowance of frames, one pong at a time, and an end to every close."""

    config: ServerConfig

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conn: _Connection = _Connection(max_size=self.config.ws_max_size, logger=self.logger)
        self._allowance = frame_allowance(LIMITS)
        self._refused = False
        self._pongs = PongReply(buffered=self.unsent_bytes, send=self._send_pong)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pongs.cancel()
        self.config.budget.closed(self.transport)
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            extensions: dict[str, object] = {**self.scope["extensions"], FRAMES: self}
            self.scope["extensions"] = extensions  # type: ignore[typeddict-item]  # a value that is an object

    def write_frames(self, data: bytes) -> None:
        """Part of the relay's `FrameWriter`."""
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.transport.write(data)

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True  # or every refused upgrade would be logged as an error

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE_BYTES):
            if self._refused or self.transport.is_closing():
                return
            super().data_received(data[start : start + SLICE_BYTES])

    def handle_text(self, event: Frame) -> None:
        if self._takes_frame():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if self._takes_frame():
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if not self._takes_frame():
            return
        if len(self.frames) >= MAX_FRAGMENTS:
            self._refuse(CloseCode.TOO_LARGE)
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """RFC 6455, 8.1; uvicorn would log a traceback for each such message, and any client can send them."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            if self.conn.state is State.OPEN:  # closing twice raises
                self._refused = True
                self.conn.send_close(1007)
                self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        if self._takes_frame():
            self._pongs.answer(self.conn.last_ping)

    def handle_pong(self, event: Frame) -> None:
        if self._takes_frame():
            super().handle_pong(event)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # what is still to be sent would keep the connection open

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(FLUSH_WITHIN_S, self.transport.abort)

    def unsent_bytes(self) -> int:
        """Part of the relay's `FrameWriter`."""
        return self.transport.get_write_buffer_size()

    def _send_pong(self, payload: bytes) -> None:
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.conn.send_pong(payload)
            self.transport.write(b"".join(self.conn.data_to_send()))

    def _takes_frame(self) -> bool:
        if not self._refused and not self._allowance.take(now_ms=self.loop.time() * 1000):
            self._refuse(CloseCode.TOO_FAST)
        return not self._refused

    def _refuse(self, code: CloseCode) -> None:
        """Reads nothing more; the application closes, and the task's end aborts the connection."""
        self._refused = True
        self.frames = []
        self.read_paused = False  # or the base would resume
        self.transport.pause_reading()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": int(code), "reason": ""})


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True

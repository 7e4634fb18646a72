"""The ASGI transport: `/ws` under any ASGI server, with one bounded queue and one writer per connection.

It checks the origin, agrees on the subprotocol and moves text; the conversation is `session.py`'s. A process that hosts
the relay mounts it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from watchparty_relay.protocol.codec import FrameBatch, text_frame
from watchparty_relay.protocol.values import CloseCode, ErrorCode
from watchparty_relay.session.session import Session
from watchparty_relay.transport.port import (
    FLUSH_WITHIN_S,
    FULL,
    RETRY_AFTER_S,
    TOO_MANY,
    Acceptor,
    agreed_subprotocol,
    origin_allowed,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_PONGS = 16
FRAMES = "watchparty.frames"
"""The name of an ASGI extension with which the server lets the application write encoded frames: see `FrameWriter`.

A message is then encoded once for the whole room, and written without a task per member: a fifth of the time.
"""
REFUSED_FRAMES = {
    int(CloseCode.TOO_FAST): (CloseCode.TOO_FAST, ErrorCode.TOO_FAST),
    int(CloseCode.TOO_LARGE): (CloseCode.TOO_LARGE, ErrorCode.TOO_LARGE),
}
"""The codes of `websocket.disconnect` with which the server reports a peer whose frames it no longer reads."""


class FrameWriter(Protocol):
    """The value of the extension: the server's connection, on which nothing waits for the reader."""

    def write_frames(self, data: bytes) -> None:
        """Writes whole frames as they are; drops them if the connection is closing."""
        ...

    def unsent_bytes(self) -> int: ...


class AsgiChannel:
    """The outgoing side of a connection; only `run` waits for the reader."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: deque[bytes] = deque()
        self._urgent: deque[Callable[[], bytes]] = deque(maxlen=MAX_PONGS)
        self._bytes = 0
        self._code: CloseCode | None = None
        self._wake = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def write(self, batch: FrameBatch) -> None:
        if self._code is None:
            self._queue.extend([frame.payload for frame in batch.frames])
            self._bytes += len(batch.data)
            self._wake.set()

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        if self._code is None:
            self._urgent.append(build)
            self._wake.set()

    def buffered(self) -> int:
        return self._bytes

    def close(self, code: CloseCode) -> None:
        if self._code is None:
            self._code = code
            self._wake.set()
            asyncio.get_running_loop().call_later(FLUSH_WITHIN_S, self.abort)

    def abort(self) -> None:
        """Stops writing, whatever is queued: the client does not read, or is gone."""
        if self._writing is not None:
            self._writing.cancel()

    async def run(self) -> None:
        """Writes until the channel is closed, or until it is aborted."""
        self._writing = asyncio.create_task(self._write())
        await asyncio.wait({self._writing})

    async def _write(self) -> None:
        try:
            while True:
                while self._urgent or self._queue:
                    await self._write_one()
                if self._code is not None:
                    await self._send({"type": "websocket.close", "code": int(self._code), "reason": self._code.name})
                    return
                self._wake.clear()
                await self._wake.wait()
        except OSError:  # raised by ASGI servers when the peer is gone
            return

    async def _write_one(self) -> None:
        if self._urgent:
            await self._send({"type": "websocket.send", "text": self._urgent.popleft()().decode()})
            return
        payload = self._queue.popleft()
        await self._send({"type": "websocket.send", "text": payload.decode()})
        self._bytes -= len(text_frame(payload))


class FrameChannel(AsgiChannel):
    """The same on a server that takes frames: only the close waits for its turn."""

    def __init__(self, send: Send, writer: FrameWriter) -> None:
        super().__init__(send)
        self._write_frames = writer.write_frames
        self.buffered = writer.unsent_bytes  # type: ignore[method-assign]  # the hottest call of the relay

    def write(self, batch: FrameBatch) -> None:
        if self._code is None:
            self._write_frames(batch.data)

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        if self._code is None:
            self._write_frames(text_frame(build()))


class AsgiRelay:
    """The ASGI application. It accepts any path: the process that mounts it has chosen one."""

    def __init__(self, relay: Acceptor, *, allowed_origins: frozenset[str] = frozenset()) -> None:
        self._relay = relay
        self._allowed_origins = allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await _refuse_http(send)
            return
        await receive()  # websocket.connect
        if not self._origin_allowed(scope):
            await send({"type": "websocket.close", "code": int(CloseCode.REMOVED)})  # before accept: HTTP 403
            return
        if not self._relay.may_connect(*_addresses(scope)):
            await _refuse_upgrade(scope, send, 429, TOO_MANY)
            return
        if not self._relay.admits():
            await _refuse_upgrade(scope, send, 503, FULL)
            return
        offered = scope.get("subprotocols", [])
        await send({"type": "websocket.accept", "subprotocol": agreed_subprotocol(offered)})
        writer = scope.get("extensions", {}).get(FRAMES)
        channel = FrameChannel(send, writer) if writer else AsgiChannel(send)
        session = self._relay.connect(channel)
        if offered and not agreed_subprotocol(offered):
            session.close(CloseCode.VERSION, ErrorCode.VERSION)
        reading = asyncio.create_task(_read(receive, session, channel))
        try:
            await channel.run()
        finally:
            reading.cancel()
            self._relay.disconnected(session)

    def _origin_allowed(self, scope: Scope) -> bool:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        return origin_allowed(headers.get(b"origin"), headers.get(b"host", ""), self._allowed_origins)


async def _read(receive: Receive, session: Session, channel: AsgiChannel) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            refused = REFUSED_FRAMES.get(message.get("code", 0))
            if refused:
                session.close(*refused)
            else:
                channel.abort()
            return
        text = message.get("text")
        if text is None:
            session.receive_binary()
        else:
            session.receive(text)


def _addresses(scope: Scope) -> tuple[str, list[str]]:
    """The peer, and the lines of X-Forwarded-For."""
    client = scope.get("client")
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return client[0] if client else "", lines


async def _refuse_upgrade(scope: Scope, send: Send, status: int, text: str) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": int(CloseCode.DRAINING)})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", str(RETRY_AFTER_S).encode())]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": text.encode()})


async def _refuse_http(send: Send) -> None:
    await send({"type": "http.response.start", "status": 426, "headers": [(b"upgrade", b"websocket")]})
    await send({"type": "http.response.body", "body": b"This is a WebSocket endpoint.\n"})

"""Limits what an HTTP connection may cost before and while the application answers, which uvicorn does not do.

A head has a size and a deadline, bodies and answers have to progress, and connections share a budget of descriptors.
Otherwise a thousand slow connections could use every descriptor, without signing in. A proxy in front has such limits,
but not every installation has one. The application limits the size of a body.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from watchparty.connections import Admission, ConnectionBudget, Progress, acknowledged_bytes
from watchparty_relay.transport.port import FULL, RETRY_AFTER_S

HEALTH_PATHS = ("/health", "/ready")
SLICE_BYTES = 16 * 1024
"""How much is parsed before the limits are checked again: one read can bring 256 KiB."""
MAX_PIPELINED = 32
"""Requests that wait for the answer to the one before them on their connection. Browsers send none."""
FRAMING_FACTOR = 8
"""Framing bytes per byte of a body: a chunk of one byte has five."""


class ServerConfig(uvicorn.Config):
    """uvicorn's settings, and the budget that all connections share."""

    def __init__(self, app: Callable[..., Any], *, budget: ConnectionBudget, **options: Any) -> None:
        super().__init__(app, **options)
        self.budget = budget


class BoundedHttp(HttpToolsProtocol):
    """Aborts a connection whose head, body or answer is too long or too slow; refuses requests beyond the budget."""

    config: ServerConfig
    head_bytes = 64 * 1024
    head_within_s = 20.0
    hurried_head_within_s = 2.0
    """The time for a head while only health checks are answered."""
    body_within_s = 30.0
    """An upload may take hours, but 4 KiB of it have to arrive in this time. One that is aborted can be resumed."""
    answer_within_s = 60.0
    """The same for what the client reads. Films are fetched in segments: a paused player leaves nothing half-read."""
    check_every_s = 2.0

    _checking: asyncio.TimerHandle | None = None
    _head_since_s: float | None = None
    """When the server began to wait for the head of a request; None: it is complete."""
    _body_expected = False
    _received_bytes = 0
    """Of the current message, with its head and its framing."""
    _body_bytes = 0
    """Of the current message's body."""
    _admission = Admission.ADMITTED
    _answering: RequestResponseCycle | None = None
    """The request that the application answers; uvicorn's `cycle` is the newest, which may still wait for its turn."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._body = Progress(self.body_within_s)
        self._answer = Progress(self.answer_within_s)
        self._admission = self.config.budget.opened(transport, self.client[0] if self.client else "")
        if self._admission is Admission.REFUSED:
            transport.abort()
            return
        self._head_since_s = self.loop.time()
        self._check_later()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_checking()
        self.config.budget.closed(self.transport)
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self._received_bytes += len(piece)
            super().data_received(piece)
            if self._received_bytes - self._body_bytes > self.head_bytes + FRAMING_FACTOR * self._body_bytes:
                self.transport.abort()
            if self.transport.is_closing() or self._checking is None:  # None: another protocol has taken over
                return

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._received_bytes = self._body_bytes = 0
        if self._head_since_s is None:
            self._head_since_s = self.loop.time()

    def on_headers_complete(self) -> None:
        self._head_since_s = None
        self._body_expected = True
        self._body.restart()
        forwarded_for = [value.decode("latin-1") for name, value in self.headers if name == b"x-forwarded-for"]
        self._admission = self.config.budget.requested(self.transport, forwarded_for)
        if len(self.pipeline) >= MAX_PIPELINED:
            self.transport.abort()
            return
        application = self.app
        if self._admission is not Admission.ADMITTED and self._path() not in HEALTH_PATHS:
            self.app = refuse  # for this request only
        super().on_headers_complete()
        self.app = application

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._body_expected = False
        super().on_message_complete()
        self._expect_next_head()

    def on_response_complete(self) -> None:
        self.config.budget.answered(self.transport)
        super().on_response_complete()
        self._expect_next_head()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            async def send_while_open(message: Any) -> None:
                if not self.transport.is_closing():  # uvloop raises for a closed one, until it reports that it is lost
                    await send(message)

            await app(scope, receive, send_while_open)

        self._answering = cycle
        super()._start_asgi_task(cycle, answer)

    def handle_websocket_upgrade(self) -> None:
        if self._admission is not Admission.ADMITTED:
            self.transport.write(_full_response())
            self.transport.close()
            return
        self._stop_checking()
        self.config.budget.upgraded(self.transport)
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Logs nothing: the request is answered without the upgrade, as RFC 9110, 7.8 allows, and any client can send
        such a request as often as it likes.
        """

    def _path(self) -> str:
        return self.url.partition(b"?")[0].decode("latin-1")

    def _expect_next_head(self) -> None:
        """The request is over in both directions: an empty line would otherwise end uvicorn's keep-alive timeout."""
        if not self._body_expected and (self.cycle is None or self.cycle.response_complete):
            self._head_since_s = self.loop.time()

    def _check_later(self) -> None:
        self._checking = self.loop.call_later(self.check_every_s, self._check)

    def _stop_checking(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None

    def _check(self) -> None:
        self._check_later()
        now_s = self.loop.time()
        if self._head_is_late(now_s) or self._body_has_stalled(now_s) or self._answer_has_stalled(now_s):
            self.transport.abort()

    def _head_is_late(self, now_s: float) -> bool:
        within_s = self.head_within_s if self._admission is Admission.ADMITTED else self.hurried_head_within_s
        return self._head_since_s is not None and now_s - self._head_since_s >= within_s

    def _body_has_stalled(self, now_s: float) -> bool:
        if not self._body_expected or self.flow.read_paused:  # if paused, it is the application that is slow
            self._body.restart()
            return False
        return self._body.stalled(self._body_bytes, now_s=now_s)

    def _answer_has_stalled(self, now_s: float) -> bool:
        acknowledged = acknowledged_bytes(self.transport) if self.transport.get_write_buffer_size() else None
        if acknowledged is None:
            self._answer.restart()
            return False
        return self._answer.stalled(acknowledged, now_s=now_s)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """The application that answers every request beyond the budget."""
    headers = {"Retry-After": str(RETRY_AFTER_S), "Connection": "close"}
    await PlainTextResponse(FULL, status_code=503, headers=headers)(scope, receive, send)


def _full_response() -> bytes:
    headers = ("Content-Type: text/plain; charset=utf-8", f"Retry-After: {RETRY_AFTER_S}", "Connection: close")
    head = "\r\n".join(("HTTP/1.1 503 Service Unavailable", *headers, f"Content-Length: {len(FULL)}"))
    return f"{head}\r\n\r\n{FULL}".encode()

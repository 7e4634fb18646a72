"""Limits the head of a request in bytes and time, which uvicorn's parser in C does not do.

Otherwise, without signing in, one connection with endless headers could use all memory, and a thousand silent ones
every file descriptor. A proxy in front has the same limits, but not every installation has one.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class BoundedHead(HttpToolsProtocol):
    """Aborts the connection if a head is too long or takes too long. The application limits the body."""

    head_bytes = 64 * 1024
    head_within_s = 20.0

    _deadline: asyncio.TimerHandle | None = None
    """None: no head is expected, or it is complete."""
    _seen_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_complete()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._deadline is None:
            return
        self._seen_bytes += len(data)
        if self._seen_bytes > self.head_bytes:
            self._disconnect()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_complete()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._head_complete()
        self._seen_bytes = 0
        self._deadline = self.loop.call_later(self.head_within_s, self._disconnect)

    def _head_complete(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _disconnect(self) -> None:
        self._head_complete()
        self.transport.abort()

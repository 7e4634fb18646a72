"""The head of a request, bounded in bytes and in time: uvicorn's parser in C bounds neither.

Otherwise one connection whose headers never end takes all memory, and a thousand that say nothing take every
descriptor, with nobody signed in. A proxy in front does the same; not everybody has one.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class BoundedHead(HttpToolsProtocol):
    """Hangs up on a head that is too long, or too long in coming; how long a body may be, others say."""

    head_bytes = 64 * 1024
    head_within_s = 20.0

    _deadline: asyncio.TimerHandle | None = None
    """None: no head is expected, or it is here."""
    _seen_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._deadline is None:
            return
        self._seen_bytes += len(data)
        if self._seen_bytes > self.head_bytes:
            self._hang_up()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._head_is_here()
        self._seen_bytes = 0
        self._deadline = self.loop.call_later(self.head_within_s, self._hang_up)

    def _head_is_here(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self) -> None:
        self._head_is_here()
        self.transport.abort()

"""The transport's port: an accepted connection as sessions see it, and what every transport checks before accepting.

A transport accepts sockets, moves text and notices dead peers; what is said is `session.py`'s. Every adapter passes
`tests/sync_relay/transport/test_transport_contract.py`.
"""

from collections.abc import Callable, Iterable
from typing import Protocol
from urllib.parse import urlsplit

from watchparty_relay.flood import LIMITS
from watchparty_relay.protocol import SUBPROTOCOL
from watchparty_relay.vocabulary import CloseCode
from watchparty_relay.wire import Frames

# Above our own limit, so that somebody who sends too much is told so by us.
READ_BYTES = 4 * LIMITS.frame_bytes
# How long somebody who is being closed may take to read the rest.
FLUSH_WITHIN_S = 2.0
# Nothing heard for so long: the peer is asked for a sign of life, and given up when none comes in the same time.
SILENCE_S = 20.0


class Channel(Protocol):
    """One accepted connection. No method waits."""

    def write(self, frames: Frames) -> None:
        """Queues text frames."""
        ...

    def write_first(self, build: Callable[[], bytes]) -> None:
        """Sends a text ahead of the queue, built at the moment in which it goes out."""
        ...

    def buffered(self) -> int:
        """Bytes that were written and that the reader's side has not taken."""
        ...

    def close(self, code: CloseCode) -> None:
        """Sends what is queued, for a short while, and closes."""
        ...


def origin_allowed(origin: str | None, host: str, allowed: frozenset[str]) -> bool:
    """Browsers always send one; it must be this very host or a listed one. Programs send none."""
    if origin is None or origin in allowed:
        return True
    return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc.lower() == host.lower()


def agreed(offered: Iterable[str]) -> str | None:
    """The subprotocol that both sides speak."""
    return SUBPROTOCOL if SUBPROTOCOL in offered else None

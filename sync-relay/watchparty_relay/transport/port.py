"""What a transport needs of the relay, and what every transport checks before it accepts a connection.

A transport accepts sockets, moves text and detects dead peers; it gives sessions a `Channel` (`fanout/channel.py`).
Every adapter passes `tests/sync_relay/transport/test_transport_contract.py`.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from watchparty_relay.fanout.channel import Channel
from watchparty_relay.protocol.messages import SUBPROTOCOL
from watchparty_relay.protocol.values import Limits
from watchparty_relay.rules.rate_limit import LIMITS
from watchparty_relay.session.session import Session

READ_BYTES = 2 * LIMITS.frame_bytes
"""Above our own limit, so that the session sees an oversized frame and can answer it with an error."""
FLUSH_WITHIN_S = 2.0
"""For how long a client may go on reading what was sent before its connection is closed."""
SILENCE_S = 20.0
"""A peer that has been silent for this long is pinged; it is dropped if it stays silent for as long again."""
FULL = "The server is full at the moment. Try again in a few seconds.\n"
"""The body of the 503 with which an upgrade is refused."""
TOO_MANY = "Too many connections were opened from your network. Try again in a few seconds.\n"
"""The body of the 429 with which an upgrade is refused."""
RETRY_AFTER_S = 5


class Acceptor(Protocol):
    """`Relay` implements it; transports know only this part of the relay."""

    @property
    def limits(self) -> Limits: ...

    def admits(self) -> bool:
        """Whether there is memory for another connection; if not, the transport answers its upgrade with 503."""
        ...

    def may_connect(self, peer: str, forwarded_for: Sequence[str]) -> bool:
        """Counts a connection of the address; if it has opened too many, the transport answers with 429.

        `forwarded_for`: the lines of X-Forwarded-For.
        """
        ...

    def connect(self, channel: Channel) -> Session:
        """A connection was accepted: returns its session."""
        ...

    def disconnected(self, session: Session) -> None:
        """The connection of this session is gone."""
        ...


def origin_allowed(origin: str | None, host: str, allowed: frozenset[str]) -> bool:
    """Whether the origin is this host or a listed one. Browsers always send an origin; other programs send none."""
    if origin is None or origin in allowed:
        return True
    try:
        named = urlsplit(origin).netloc
    except ValueError:  # not an address
        return False
    return bool(named) and named.lower() == host.lower()


def agreed_subprotocol(offered: Iterable[str]) -> str | None:
    """The subprotocol that both sides support."""
    return SUBPROTOCOL if SUBPROTOCOL in offered else None

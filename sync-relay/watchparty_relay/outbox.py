"""What one connection still has to be sent, bounded: a slow reader costs the room nothing.

Offering never waits. Once a reader is behind, it gets nothing until it has read what it has; then it is brought up to
date with what is true now. One that stays behind is closed. Transports stand behind `Channel` and know none of this.
"""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from watchparty_relay.vocabulary import CloseCode

LAG_BYTES = 131_072
CAUGHT_UP_BYTES = 8_192
MAX_LAG_MS = 10_000.0


class Channel(Protocol):
    """One accepted connection, as a transport presents it. No method waits."""

    def write(self, frame: bytes) -> None:
        """Queues one text frame."""
        ...

    def write_first(self, build: Callable[[], bytes]) -> None:
        """Sends a frame ahead of the queue, built at the moment in which it goes out."""
        ...

    def buffered(self) -> int:
        """Bytes that were written and that the reader's side has not taken."""
        ...

    def close(self, code: CloseCode) -> None:
        """Sends what is queued, for a short while, and closes."""
        ...


class Reading(Enum):
    """How the reader at the other end keeps up."""

    IN_STEP = "in step"
    LAGGING = "lagging"
    CAUGHT_UP = "caught up"
    TOO_SLOW = "too slow"


class Outbox:
    """`sent_seq` is the last log entry that was put on its way."""

    __slots__ = ("_channel", "_lagging_since_ms", "sent_seq")

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lagging_since_ms: float | None = None
        self.sent_seq = 0

    def offer(self, frame: bytes, *, now_ms: float, seq: int | None = None) -> None:
        if self._lagging_since_ms is not None:
            return
        if self._channel.buffered() > LAG_BYTES:
            self._lagging_since_ms = now_ms
            return
        self._channel.write(frame)
        if seq is not None:
            self.sent_seq = seq

    def offer_first(self, build: Callable[[], bytes]) -> None:
        if self._lagging_since_ms is None:
            self._channel.write_first(build)

    def reading(self, *, now_ms: float) -> Reading:
        """`CAUGHT_UP` is said once, when what is true now should be offered."""
        if self._lagging_since_ms is None:
            return Reading.IN_STEP
        if self._channel.buffered() <= CAUGHT_UP_BYTES:
            self._lagging_since_ms = None
            return Reading.CAUGHT_UP
        return Reading.TOO_SLOW if now_ms > self._lagging_since_ms + MAX_LAG_MS else Reading.LAGGING

    def close(self, code: CloseCode) -> None:
        self._channel.close(code)

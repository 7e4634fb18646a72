"""What one connection still has to be sent, bounded: a slow reader costs the room nothing.

Offering never waits. Once a reader is behind, it gets nothing until it has read what it has; then it is brought up to
date with what is true now. One that stays behind is closed. Transports know none of this.
"""

from collections.abc import Callable
from enum import Enum

from watchparty_relay.transport.port import Channel
from watchparty_relay.vocabulary import CloseCode
from watchparty_relay.wire import Frames

LAG_BYTES = 65_536
CAUGHT_UP_BYTES = 8_192
MAX_LAG_MS = 10_000.0


class Reading(Enum):
    """How the reader at the other end keeps up."""

    IN_STEP = "in step"
    LAGGING = "lagging"
    CAUGHT_UP = "caught up"
    TOO_SLOW = "too slow"


class Outbox:
    """`sent_seq` is the last log entry that was put on its way.

    `offer` is the hottest line of the relay: once a member and round. Hence the methods of the channel bound once, and
    no look at the clock: since when a reader is behind is noted by the tick that sees it first.
    """

    __slots__ = ("_behind_since_ms", "_buffered", "_channel", "_write", "behind", "sent_seq")

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffered = channel.buffered
        self._write = channel.write
        self.behind = False
        self._behind_since_ms: float | None = None
        self.sent_seq = 0

    def offer(self, frames: Frames) -> None:
        if self.behind or not frames.image:
            return
        if self._buffered() > LAG_BYTES:
            self.behind = True
            return
        self._write(frames)
        if frames.seq is not None:
            self.sent_seq = frames.seq

    def offer_first(self, build: Callable[[], bytes]) -> None:
        if not self.behind:
            self._channel.write_first(build)

    def reading(self, *, now_ms: float) -> Reading:
        """`CAUGHT_UP` is said once, when what is true now should be offered."""
        if not self.behind:
            return Reading.IN_STEP
        if self._buffered() <= CAUGHT_UP_BYTES:
            self.behind, self._behind_since_ms = False, None
            return Reading.CAUGHT_UP
        if self._behind_since_ms is None:
            self._behind_since_ms = now_ms
        return Reading.TOO_SLOW if now_ms > self._behind_since_ms + MAX_LAG_MS else Reading.LAGGING

    def close(self, code: CloseCode) -> None:
        self._channel.close(code)

"""What one connection still has to receive, bounded: a slow reader costs the room nothing.

Offering never waits. A reader that lags receives nothing more until it has read what it was sent; then it is brought up
to date with the current state. A reader that keeps lagging is closed. Transports know none of this.
"""

from collections.abc import Callable
from enum import Enum

from watchparty_relay.fanout.channel import Channel
from watchparty_relay.protocol.codec import FrameBatch
from watchparty_relay.protocol.values import CloseCode

LAG_BYTES = 65_536
CAUGHT_UP_BYTES = 8_192
MAX_LAG_MS = 10_000.0


class ReaderState(Enum):
    """How the client keeps up with what it is sent."""

    IN_STEP = "in step"
    LAGGING = "lagging"
    CAUGHT_UP = "caught up"
    TOO_SLOW = "too slow"


class SendQueue:
    """`sent_seq` is the last log entry that was sent.

    `offer` is the hottest function of the relay: it runs once per member and round. Hence it binds the channel's
    methods once and reads no clock: the first tick that finds the reader lagging notes the time.
    """

    __slots__ = ("_buffered", "_channel", "_lagging_since_ms", "_write", "lagging", "sent_seq")

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffered = channel.buffered
        self._write = channel.write
        self.lagging = False
        self._lagging_since_ms: float | None = None
        self.sent_seq = 0

    def offer(self, batch: FrameBatch) -> None:
        """Sends the batch, or drops it if the reader lags."""
        if self.lagging or not batch.data:
            return
        if self._buffered() > LAG_BYTES:
            self.lagging = True
            return
        self._write(batch)
        if batch.seq is not None:
            self.sent_seq = batch.seq

    def offer_urgent(self, build: Callable[[], bytes]) -> None:
        """Sends a message ahead of the queue, or drops it if the reader lags."""
        if self.lagging:
            return
        if self._buffered() > LAG_BYTES:
            self.lagging = True
            return
        self._channel.write_urgent(build)

    @property
    def buffered_bytes(self) -> int:
        return self._buffered()

    def check_reader(self, *, now_ms: float) -> ReaderState:
        """Returns `CAUGHT_UP` once, when the current state should be sent."""
        if not self.lagging:
            return ReaderState.IN_STEP
        if self._buffered() <= CAUGHT_UP_BYTES:
            self.lagging, self._lagging_since_ms = False, None
            return ReaderState.CAUGHT_UP
        if self._lagging_since_ms is None:
            self._lagging_since_ms = now_ms
        return ReaderState.TOO_SLOW if now_ms > self._lagging_since_ms + MAX_LAG_MS else ReaderState.LAGGING

    def close(self, code: CloseCode) -> None:
        self._channel.close(code)

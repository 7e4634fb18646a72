"""What a connection still has to be sent, and when its reader is given up."""

from __future__ import annotations

from collections.abc import Callable

from watchparty_relay.outbox import CAUGHT_UP_BYTES, LAG_BYTES, MAX_LAG_MS, Outbox, Reading
from watchparty_relay.vocabulary import CloseCode
from watchparty_relay.wire import Frames, Text

NOW = 1_000_000.0


class Pipe:
    """A channel whose reader takes bytes when told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.waiting = 0
        self.code: CloseCode | None = None

    def write(self, frames: Frames) -> None:
        self.bodies += [text.body for text in frames.texts]
        self.waiting += len(frames.image)

    def write_first(self, build: Callable[[], bytes]) -> None:
        self.bodies.insert(0, build())

    def buffered(self) -> int:
        return self.waiting

    def close(self, code: CloseCode) -> None:
        self.code = code


def said(body: bytes, *, seq: int | None = None) -> Frames:
    return Frames([Text(body, seq=seq)])


def test_a_reader_in_step_gets_everything_and_the_log_is_counted() -> None:
    """F2: the last log entry that was put on its way is known."""
    pipe = Pipe()
    outbox = Outbox(pipe)
    outbox.offer(said(b"a"))
    outbox.offer(said(b"b", seq=7))
    outbox.offer_first(lambda: b"pong")
    assert pipe.bodies == [b"pong", b"a", b"b"]
    assert outbox.sent_seq == 7
    assert outbox.reading(now_ms=NOW) is Reading.IN_STEP


def test_a_reader_behind_costs_a_bounded_number_of_bytes() -> None:
    """F2: nothing more is queued for it, however much the room says; not even pongs."""
    pipe = Pipe()
    outbox = Outbox(pipe)
    for number in range(10_000):
        outbox.offer(said(b"x" * 1000, seq=number))
        outbox.offer_first(lambda: b"pong")
    assert pipe.waiting <= LAG_BYTES + 1004
    assert outbox.sent_seq < 200
    assert outbox.reading(now_ms=NOW + 1) is Reading.LAGGING


def test_a_reader_that_has_read_is_caught_up_once() -> None:
    """F2: then what is true now is due, and things go on as usual."""
    pipe = Pipe()
    outbox = Outbox(pipe)
    pipe.waiting = LAG_BYTES + 1
    outbox.offer(said(b"lost"))
    pipe.waiting = CAUGHT_UP_BYTES
    assert outbox.reading(now_ms=NOW + 1) is Reading.CAUGHT_UP
    assert outbox.reading(now_ms=NOW + 1) is Reading.IN_STEP
    outbox.offer(said(b"next"))
    assert pipe.bodies == [b"next"]


def test_a_reader_that_stays_behind_is_too_slow() -> None:
    """F2: ten seconds from the tick that saw it first."""
    pipe = Pipe()
    outbox = Outbox(pipe)
    pipe.waiting = LAG_BYTES + 1
    outbox.offer(said(b"lost"))
    assert outbox.reading(now_ms=NOW) is Reading.LAGGING
    assert outbox.reading(now_ms=NOW + MAX_LAG_MS) is Reading.LAGGING
    assert outbox.reading(now_ms=NOW + MAX_LAG_MS + 1) is Reading.TOO_SLOW

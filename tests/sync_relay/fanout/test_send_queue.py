"""What a connection still has to be sent, and when its reader is given up."""

from collections.abc import Callable

from watchparty_relay.fanout.send_queue import CAUGHT_UP_BYTES, LAG_BYTES, MAX_LAG_MS, ReaderState, SendQueue
from watchparty_relay.protocol.codec import Frame, FrameBatch
from watchparty_relay.protocol.values import CloseCode

NOW = 1_000_000.0


class Pipe:
    """A channel whose reader takes bytes when told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.waiting = 0
        self.code: CloseCode | None = None

    def write(self, frames: FrameBatch) -> None:
        self.bodies += [text.payload for text in frames.frames]
        self.waiting += len(frames.data)

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        self.bodies.insert(0, build())

    def buffered(self) -> int:
        return self.waiting

    def close(self, code: CloseCode) -> None:
        self.code = code


def said(payload: bytes, *, seq: int | None = None) -> FrameBatch:
    return FrameBatch([Frame(payload, seq=seq)])


def test_a_reader_in_step_gets_everything_and_the_log_is_counted() -> None:
    """F2: the last log entry that was put on its way is known."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    send_queue.offer(said(b"a"))
    send_queue.offer(said(b"b", seq=7))
    send_queue.offer_urgent(lambda: b"pong")
    assert pipe.bodies == [b"pong", b"a", b"b"]
    assert send_queue.sent_seq == 7
    assert send_queue.check_reader(now_ms=NOW) is ReaderState.IN_STEP


def test_a_reader_behind_costs_a_bounded_number_of_bytes() -> None:
    """F2: nothing more is queued for it, however much the room says; not even pongs."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    for number in range(10_000):
        send_queue.offer(said(b"x" * 1000, seq=number))
        send_queue.offer_urgent(lambda: b"pong")
    assert pipe.waiting <= LAG_BYTES + 1004
    assert send_queue.sent_seq < 200
    assert send_queue.check_reader(now_ms=NOW + 1) is ReaderState.LAGGING


def test_a_reader_that_has_read_is_caught_up_once() -> None:
    """F2: then what is true now is due, and things go on as usual."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    pipe.waiting = LAG_BYTES + 1
    send_queue.offer(said(b"lost"))
    pipe.waiting = CAUGHT_UP_BYTES
    assert send_queue.check_reader(now_ms=NOW + 1) is ReaderState.CAUGHT_UP
    assert send_queue.check_reader(now_ms=NOW + 1) is ReaderState.IN_STEP
    send_queue.offer(said(b"next"))
    assert pipe.bodies == [b"next"]


def test_a_reader_that_stays_behind_is_too_slow() -> None:
    """F2: ten seconds from the tick that saw it first."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    pipe.waiting = LAG_BYTES + 1
    send_queue.offer(said(b"lost"))
    assert send_queue.check_reader(now_ms=NOW) is ReaderState.LAGGING
    assert send_queue.check_reader(now_ms=NOW + MAX_LAG_MS) is ReaderState.LAGGING
    assert send_queue.check_reader(now_ms=NOW + MAX_LAG_MS + 1) is ReaderState.TOO_SLOW

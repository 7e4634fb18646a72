"""What one connection still has to receive, and when its reader is too slow."""

from collections.abc import Callable

from watchparty_relay.fanout.send_queue import CAUGHT_UP_BYTES, LAG_BYTES, MAX_LAG_MS, ReaderState, SendQueue
from watchparty_relay.protocol.codec import Frame, FrameBatch
from watchparty_relay.protocol.values import CloseCode

NOW = 1_000_000.0


class Pipe:
    """A channel whose reader reads only when the test lets it."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.waiting = 0
        self.code: CloseCode | None = None

    def write(self, batch: FrameBatch) -> None:
        self.payloads += [frame.payload for frame in batch.frames]
        self.waiting += len(batch.data)

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        self.payloads.insert(0, build())

    def buffered(self) -> int:
        return self.waiting

    def close(self, code: CloseCode) -> None:
        self.code = code


def batch(payload: bytes, *, seq: int | None = None) -> FrameBatch:
    return FrameBatch([Frame(payload, seq=seq)])


def test_a_reader_in_step_receives_everything() -> None:
    """F2: and the last log entry that was sent is known."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    send_queue.offer(batch(b"a"))
    send_queue.offer(batch(b"b", seq=7))
    send_queue.offer_urgent(lambda: b"pong")
    assert pipe.payloads == [b"pong", b"a", b"b"]
    assert send_queue.sent_seq == 7
    assert send_queue.check_reader(now_ms=NOW) is ReaderState.IN_STEP


def test_a_reader_of_nothing_but_pongs_lags_too() -> None:
    """F2: someone who waits for admission receives nothing else, and may ping for hours."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    pipe.waiting = LAG_BYTES + 1
    send_queue.offer_urgent(lambda: b"pong")
    assert pipe.payloads == []
    assert send_queue.check_reader(now_ms=NOW) is ReaderState.LAGGING
    assert send_queue.check_reader(now_ms=NOW + MAX_LAG_MS + 1) is ReaderState.TOO_SLOW


def test_a_lagging_reader_costs_a_bounded_number_of_bytes() -> None:
    """F2: nothing more is queued for it, however much the room sends; not even pongs."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    for number in range(10_000):
        send_queue.offer(batch(b"x" * 1000, seq=number))
        send_queue.offer_urgent(lambda: b"pong")
    assert pipe.waiting <= LAG_BYTES + 1004
    assert send_queue.sent_seq < 200
    assert send_queue.check_reader(now_ms=NOW + 1) is ReaderState.LAGGING


def test_a_reader_that_has_read_is_caught_up_once() -> None:
    """F2: then the current state is due, and it receives everything again."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    pipe.waiting = LAG_BYTES + 1
    send_queue.offer(batch(b"lost"))
    pipe.waiting = CAUGHT_UP_BYTES
    assert send_queue.check_reader(now_ms=NOW + 1) is ReaderState.CAUGHT_UP
    assert send_queue.check_reader(now_ms=NOW + 1) is ReaderState.IN_STEP
    send_queue.offer(batch(b"next"))
    assert pipe.payloads == [b"next"]


def test_a_reader_that_keeps_lagging_is_too_slow() -> None:
    """F2: ten seconds after the tick that first noticed it."""
    pipe = Pipe()
    send_queue = SendQueue(pipe)
    pipe.waiting = LAG_BYTES + 1
    send_queue.offer(batch(b"lost"))
    assert send_queue.check_reader(now_ms=NOW) is ReaderState.LAGGING
    assert send_queue.check_reader(now_ms=NOW + MAX_LAG_MS) is ReaderState.LAGGING
    assert send_queue.check_reader(now_ms=NOW + MAX_LAG_MS + 1) is ReaderState.TOO_SLOW

"""How much one sender may send."""

from hypothesis import given
from hypothesis import strategies as st

from watchparty_relay.rules.rate_limit import LIMITS, WINDOW_MS, TokenBucket

NOW = 1_000_000.0


def test_a_burst_up_to_the_limit_and_then_the_steady_rate() -> None:
    """F1: ten at once, then one per second."""
    bucket = TokenBucket(10)
    assert [bucket.take(now_ms=NOW) for _ in range(12)] == [True] * 10 + [False] * 2
    assert not bucket.take(now_ms=NOW + 900)
    assert bucket.take(now_ms=NOW + 1100)
    assert not bucket.take(now_ms=NOW + 1200)


@given(st.lists(st.floats(0, 3000), min_size=1, max_size=200))
def test_no_window_holds_more_than_twice_the_limit(gaps_ms: list[float]) -> None:
    """F1: at any rhythm; a full burst and its refill at most."""
    bucket, now_ms, taken = TokenBucket(10), NOW, []
    for gap in gaps_ms:
        now_ms += gap
        if bucket.take(now_ms=now_ms):
            taken.append(now_ms)
    for begin in taken:
        assert sum(begin <= at <= begin + WINDOW_MS for at in taken) <= 20


def test_estimating_the_clock_is_within_the_limits() -> None:
    """F1: 20 pings 60 ms apart, then 4 per second, with a report every second and a slider being dragged."""
    bucket, refused = TokenBucket(LIMITS.messages_per_10s), 0
    for millisecond in range(0, 20_000, 10):
        pings = millisecond % 60 == 0 if millisecond < 1200 else millisecond % 250 == 0
        frames = pings + (millisecond % 1000 == 0) + (millisecond % 100 == 0)
        refused += sum(not bucket.take(now_ms=NOW + millisecond) for _ in range(frames))
    assert refused == 0

"""Room time: never back, a new name with each process."""

from fakes.relay.tokens import ManualTime
from watchparty_relay.room_time import MachineTime, RoomTime


def test_room_time_goes_on_with_the_monotonic_clock() -> None:
    """T2: a corrected date does not move it."""
    source = ManualTime(1_000_000.0)
    time = RoomTime(source)
    assert time.now_ms() == 1_000_000.0
    source.advance(2.5)
    source.set_wall(-3600)
    assert time.now_ms() == 1_002_500.0


def test_room_time_begins_no_earlier_than_where_it_was_left() -> None:
    """T2: over a restart on a machine whose date went back."""
    assert RoomTime(ManualTime(1_000.0), not_before_ms=9_000.0).now_ms() == 9_000.0
    assert RoomTime(ManualTime(10_000.0), not_before_ms=9_000.0).now_ms() == 10_000.0


def test_each_start_has_a_name_of_its_own() -> None:
    """T1: an estimate made before a restart is known to be void."""
    source = MachineTime()
    assert RoomTime(source).name != RoomTime(source).name
    assert RoomTime(source).now_ms() <= RoomTime(source).now_ms() + 1

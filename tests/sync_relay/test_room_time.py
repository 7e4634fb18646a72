"""Room time never goes back, and has a new name in each process."""

from fakes.relay.tokens import ManualTime
from watchparty_relay.room_time import MachineTime, RoomTime


def test_room_time_follows_the_monotonic_clock() -> None:
    """T2: correcting the machine's date does not change it."""
    source = ManualTime(1_000_000.0)
    time = RoomTime(source)
    assert time.now_ms() == 1_000_000.0
    source.advance(2.5)
    source.set_wall(-3600)
    assert time.now_ms() == 1_002_500.0


def test_room_time_begins_no_earlier_than_it_ended() -> None:
    """T2: even if the machine's date went back during a restart."""
    assert RoomTime(ManualTime(1_000.0), not_before_ms=9_000.0).now_ms() == 9_000.0
    assert RoomTime(ManualTime(10_000.0), not_before_ms=9_000.0).now_ms() == 10_000.0


def test_each_start_has_its_own_clock_name() -> None:
    """T1: so clients know that an estimate from before a restart is void."""
    source = MachineTime()
    assert RoomTime(source).name != RoomTime(source).name
    assert RoomTime(source).now_ms() <= RoomTime(source).now_ms() + 1

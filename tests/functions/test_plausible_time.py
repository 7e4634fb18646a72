"""How late it is at least, for irreversible acts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_api.plausible_time import (
    CONFIRM_AFTER,
    MAX_GAPS,
    ClockReadings,
    after,
    after_start,
    first_readings,
    plausible_now,
    with_second_source,
)

T = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


def running(readings: ClockReadings, hours: float, *, every: timedelta = 10 * MINUTE) -> ClockReadings:
    """The readings after the server has run for as long, with a steady clock."""
    for _ in range(round(timedelta(hours=hours) / every)):
        readings = after(readings, wall=readings.wall_at + every, elapsed=every)
    return readings


def test_a_steady_clock_is_believed() -> None:
    """Small corrections are, too."""
    readings = running(first_readings(wall=T, newest_record=T - SECOND), 3)
    corrected = after(readings, wall=T + 4 * HOUR + SECOND, elapsed=HOUR)
    assert plausible_now(readings) == T + 3 * HOUR
    assert (plausible_now(corrected), corrected.status) == (T + 4 * HOUR + SECOND, "confirmed")


@pytest.mark.parametrize("starts", [1, 2, 20])
def test_starts_forty_days_ahead_do_not_advance_the_time(starts: int) -> None:
    """However often the server starts, as long as it does not run for a day with that clock."""
    readings = running(first_readings(wall=T, newest_record=None), 1)
    for _ in range(starts):
        readings = running(after_start(readings, wall=T + 40 * DAY + HOUR), 10 / 60)
        assert plausible_now(readings) <= T + 10 * HOUR
        assert readings.status == "ahead"
    right = after_start(readings, wall=T + 12 * HOUR)
    assert plausible_now(right) <= T + 12 * HOUR
    assert plausible_now(running(right, 24)) == T + 36 * HOUR


def test_two_days_ahead_for_ten_minutes_in_a_running_server() -> None:
    """Afterwards the clock is believed as before."""
    readings = running(first_readings(wall=T, newest_record=None), 1)
    ahead = after(readings, wall=T + HOUR + 2 * DAY, elapsed=SECOND)
    assert plausible_now(running(ahead, 10 / 60)) <= T + 2 * HOUR
    back = after(running(ahead, 10 / 60), wall=T + HOUR + 10 * MINUTE, elapsed=SECOND)
    assert (plausible_now(back), back.status, back.gaps) == (T + HOUR + 10 * MINUTE, "confirmed", ())


def test_a_server_that_was_off_for_forty_days_believes_its_clock_after_a_day() -> None:
    """Not earlier."""
    readings = after_start(running(first_readings(wall=T, newest_record=None), 1), wall=T + 40 * DAY)
    almost = running(readings, CONFIRM_AFTER / HOUR - 1)
    assert (plausible_now(almost) < T + 3 * DAY, almost.confirmed_after) == (True, HOUR)
    assert plausible_now(running(readings, 24)) == T + 41 * DAY


@pytest.mark.parametrize(("hours", "off"), [(4, 20 * HOUR), (3, 30 * DAY), (0.5, 7 * DAY)])
def test_a_server_that_never_runs_for_a_day_is_never_stuck(hours: float, off: timedelta) -> None:
    """Each pause counts after a day in sum, so the time follows at a constant distance."""
    readings = first_readings(wall=T, newest_record=None)
    distances = []
    for _ in range(120):
        readings = running(after_start(readings, wall=readings.wall_at + off), hours)
        distances.append(readings.wall_at - plausible_now(readings))
    assert max(distances) <= (24 / hours + 2) * off
    assert len(readings.gaps) <= MAX_GAPS


def test_the_credit_of_other_pauses_does_not_confirm_a_wrong_clock() -> None:
    """A server that is only on in the evening starts forty days ahead."""
    readings = first_readings(wall=T, newest_record=None)
    for _ in range(10):
        readings = running(after_start(readings, wall=readings.wall_at + 20 * HOUR), 4)
    wrong = running(after_start(readings, wall=readings.wall_at + 40 * DAY), 4)
    assert plausible_now(wrong) <= readings.wall_at + 4 * HOUR
    right = running(after_start(wrong, wall=readings.wall_at + 20 * HOUR), 4)
    assert plausible_now(wrong) + 20 * HOUR < plausible_now(right) <= readings.wall_at


def test_a_clock_that_is_behind_deletes_nothing_and_is_believed_after_a_day() -> None:
    """A board without a battery starts in 1970 until it reaches a time server; or the earlier clock was wrong."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    readings = running(first_readings(wall=T, newest_record=None), 1)
    behind = running(after_start(readings, wall=epoch), 1)
    assert (plausible_now(behind), behind.status) == (epoch + HOUR, "behind")
    assert plausible_now(after(behind, wall=T + 2 * HOUR + SECOND, elapsed=SECOND)) == T + 2 * HOUR + SECOND
    set_back = after(readings, wall=T - 10 * DAY, elapsed=SECOND)
    believed = running(set_back, 24)
    assert (plausible_now(believed), believed.status) == (T - 9 * DAY, "confirmed")


def test_the_newest_record_is_known_at_the_first_start() -> None:
    """A site that is updated while its clock is wrong has no earlier readings."""
    ahead = first_readings(wall=T + 40 * DAY, newest_record=T)
    assert (plausible_now(ahead), ahead.status) == (T, "ahead")
    assert plausible_now(first_readings(wall=T, newest_record=T + DAY)) == T


def test_a_second_source_decides_at_once() -> None:
    """After any pause, and against any jump."""
    assert plausible_now(with_second_source(wall=T, second=T + MINUTE)) == T
    ahead = with_second_source(wall=T + 40 * DAY, second=T)
    assert (plausible_now(ahead), ahead.status) == (T, "ahead")
    behind = with_second_source(wall=T - 40 * DAY, second=T)
    assert (plausible_now(behind), behind.status) == (T - 40 * DAY, "behind")
    assert ahead.confirmed_after == behind.confirmed_after == timedelta(0)


def test_many_small_steps_are_steps() -> None:
    """A clock that is put forward a little each minute does not lead the time on."""
    readings = first_readings(wall=T, newest_record=None)
    for _ in range(600):
        readings = after(readings, wall=readings.wall_at + MINUTE + 10 * MINUTE, elapsed=MINUTE)
    assert plausible_now(readings) <= T + 11 * HOUR


@given(
    st.lists(
        st.tuples(st.sampled_from(["run", "start"]), st.floats(0, 20), st.floats(-100, 100)), min_size=1, max_size=40
    )
)
def test_the_time_is_never_ahead_of_what_has_been_observed(steps: list[tuple[str, float, float]]) -> None:
    """Without a day of running, no clock leads the time beyond the time that was run, or the clock itself."""
    readings, ran = first_readings(wall=T, newest_record=None), timedelta(0)
    for kind, minutes, jump_days in steps:
        elapsed = timedelta(minutes=minutes)
        wall = T + ran + elapsed + timedelta(days=jump_days)
        ran += elapsed
        readings = after_start(readings, wall=wall) if kind == "start" else after(readings, wall=wall, elapsed=elapsed)
        assert plausible_now(readings) <= max(T + ran + (len(steps) + ran / SECOND * 0.001) * SECOND, T)
        assert plausible_now(readings) <= wall

"""How late it is at least, whatever the machine's clock reads. Pure; `trusted_clock.py` reads the clocks.

The time that the process has run, by the monotonic clock, has passed. A gap, by which the clock is further ahead, is a
pause of the server or a wrong clock. It counts once the server has run for `CONFIRM_AFTER` without the clock going back
across it, over any number of starts; so each gap is confirmed in the end. A clock that is behind is believed after the
same time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

CONFIRM_AFTER = timedelta(hours=24)
"""How long a server has to run with a clock before a gap in it counts."""
NOTABLE = timedelta(hours=1)
"""A smaller difference is a restart or a correction, and not worth a warning."""
SECOND_SOURCE_TOLERANCE = timedelta(minutes=5)
MAX_GAPS = 64
"""The newest two of more gaps are merged."""
_STEP = timedelta(seconds=1)
_DRIFT = 0.001
"""Corrections of the clock by at most a second, or a thousandth of the time, are none."""


@dataclass(frozen=True)
class Gap:
    """A stretch of time that only the clock claims has passed, and how long the server has run since."""

    size: timedelta
    observed: timedelta = timedelta(0)


@dataclass(frozen=True)
class ClockReadings:
    """`trusted_at` is how late it is at least; the clock read `wall_at` in the same moment."""

    trusted_at: datetime
    wall_at: datetime
    gaps: tuple[Gap, ...] = ()
    """Unconfirmed, oldest first; not empty only if the clock is ahead."""
    behind_for: timedelta = timedelta(0)
    """How long the server has run with a clock that is behind `trusted_at`."""

    @property
    def status(self) -> Literal["confirmed", "ahead", "behind"]:
        """`confirmed` unless the difference is notable."""
        difference = self.wall_at - self.trusted_at
        if abs(difference) <= NOTABLE:
            return "confirmed"
        return "ahead" if difference > timedelta(0) else "behind"

    @property
    def confirmed_after(self) -> timedelta:
        """How much longer the server must run until the whole difference is confirmed."""
        if self.gaps:
            return CONFIRM_AFTER - min(gap.observed for gap in self.gaps)
        return CONFIRM_AFTER - self.behind_for if self.status == "behind" else timedelta(0)


def plausible_now(readings: ClockReadings) -> datetime:
    """The time for irreversible acts: no later than it is by the clock, nor than is known to have passed."""
    return min(readings.wall_at, readings.trusted_at)


def first_readings(*, wall: datetime, newest_record: datetime | None) -> ClockReadings:
    """At the first start of a site or of this version: it is at least as late as the newest record says."""
    known = min(wall, newest_record) if newest_record is not None else wall
    return _judged(ClockReadings(known, known), wall, elapsed=timedelta(0))


def after_start(readings: ClockReadings, *, wall: datetime) -> ClockReadings:
    """The first reading of a process. How long the server was off is not known."""
    return _judged(readings, wall, elapsed=timedelta(0))


def after(readings: ClockReadings, *, wall: datetime, elapsed: timedelta) -> ClockReadings:
    """A further reading of a process, `elapsed` after the last one by the monotonic clock."""
    gaps = [replace(gap, observed=gap.observed + elapsed) for gap in readings.gaps]
    confirmed = sum((gap.size for gap in gaps if gap.observed >= CONFIRM_AFTER), timedelta(0))
    unconfirmed = tuple(gap for gap in gaps if gap.observed < CONFIRM_AFTER)
    known = replace(readings, trusted_at=readings.trusted_at + elapsed + confirmed, gaps=unconfirmed)
    return _judged(known, wall, elapsed=elapsed)


def with_second_source(*, wall: datetime, second: datetime) -> ClockReadings:
    """Another machine's clock confirms ours, or not."""
    agrees = abs(wall - second) <= SECOND_SOURCE_TOLERANCE
    # Running longer confirms nothing here.
    return ClockReadings(trusted_at=wall if agrees else second, wall_at=wall, behind_for=CONFIRM_AFTER)


def _judged(known: ClockReadings, wall: datetime, *, elapsed: timedelta) -> ClockReadings:
    ahead = wall - known.trusted_at
    unexplained = ahead - sum((gap.size for gap in known.gaps), timedelta(0))
    tolerance = _STEP + elapsed * _DRIFT
    if ahead < -tolerance:
        behind_for = known.behind_for + elapsed
        if behind_for >= CONFIRM_AFTER:
            return ClockReadings(trusted_at=wall, wall_at=wall)
        return ClockReadings(known.trusted_at, wall, behind_for=behind_for)
    if not known.gaps and ahead <= tolerance:
        return ClockReadings(trusted_at=wall, wall_at=wall)
    if unexplained > tolerance:
        return ClockReadings(known.trusted_at, wall, _merged((*known.gaps, Gap(unexplained))))
    return ClockReadings(known.trusted_at, wall, _shortened(known.gaps, by=-unexplained))


def _merged(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    if len(gaps) <= MAX_GAPS:
        return gaps
    *older, last, newest = gaps
    return (*older, Gap(last.size + newest.size, min(last.observed, newest.observed)))


def _shortened(gaps: tuple[Gap, ...], *, by: timedelta) -> tuple[Gap, ...]:
    """The clock went back by as much, so the newest gaps were none."""
    remaining = list(gaps)
    while remaining and by > timedelta(0):
        newest = remaining.pop()
        if newest.size > by:
            remaining.append(replace(newest, size=newest.size - by))
        by -= min(by, newest.size)
    return tuple(remaining)

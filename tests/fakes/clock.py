"""A clock that only a test advances."""

from datetime import UTC, datetime, timedelta


class SteppedClock:
    """Returns the time when called; `advance` moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)) -> None:
        self.time = start
        self._ran_s = 0.0

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        """Time passes. Takes the arguments of timedelta: `advance(minutes=15)`."""
        self.time += timedelta(**by)
        self._ran_s += timedelta(**by).total_seconds()

    def jump(self, **by: float) -> None:
        """The clock is put forward, or back by a negative time; no time passes."""
        self.time += timedelta(**by)

    def monotonic_s(self) -> float:
        """For how long the process has run."""
        return self._ran_s

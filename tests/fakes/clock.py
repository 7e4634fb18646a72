"""A clock that only a test advances."""

from datetime import UTC, datetime, timedelta


class SteppedClock:
    """Returns the time when called; `advance` moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        """Takes the arguments of timedelta: `advance(minutes=15)`."""
        self.time += timedelta(**by)

"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class SteppedClock:
    """Call it for the time; `advance` it by hand."""

    def __init__(self, start: datetime = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        """`advance(minutes=15)`: the arguments of timedelta."""
        self.time += timedelta(**by)

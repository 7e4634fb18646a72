"""Room time: taken once from the time of day and carried on by the monotonic clock, so that it never steps.

The bus owns the time that the rooms' clocks refer to; players estimate it through `ping` and `pong`. Its name changes
with every process, so that a player knows when its estimate has lost its reference.
"""

import secrets
import time
from collections.abc import Callable
from typing import Protocol


class TimeSource(Protocol):
    """The machine's clocks, or a test's that are advanced by hand."""

    def wall_ms(self) -> float: ...

    def monotonic_ms(self) -> float: ...

    def boot_ms(self) -> float:
        """Monotonic, and runs on while the machine is suspended."""
        ...


class MachineTime:
    """The machine's own clocks."""

    def wall_ms(self) -> float:
        return time.time() * 1000

    def monotonic_ms(self) -> float:
        return time.monotonic() * 1000

    def boot_ms(self) -> float:
        clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has it
        return time.clock_gettime(clock) * 1000


class RoomTime:
    """`not_before_ms` keeps room time from going back if the machine's date did between two runs."""

    def __init__(
        self, source: TimeSource, *, not_before_ms: float = 0.0, name: Callable[[], str] | None = None
    ) -> None:
        self.name = (name or _random_name)()
        self._monotonic_ms = source.monotonic_ms
        self._offset_ms = max(source.wall_ms(), not_before_ms) - source.monotonic_ms()

    def now_ms(self) -> float:
        return self._monotonic_ms() + self._offset_ms


def to_room_time(at_ms: float | None, *, now_ms: float, wall_ms: float) -> float | None:
    """An instant of the time of day in room time, which may be far from it if the date was set while the relay ran.

    Differences of seconds are those between machines, and change nothing.
    """
    return None if at_ms is None else at_ms + round((now_ms - wall_ms) / 60_000) * 60_000.0


def _random_name() -> str:
    return secrets.token_hex(4)

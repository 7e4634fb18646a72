"""The wake-ups' port: tells that there is something to do. Losing one costs time and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Wakeups(Protocol):
    """Adapters: `sweeper.py`, which leaves it to the next round; `pubsub.py`, which wakes the function at once."""

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        """These webhook deliveries wait. Never raises: whatever was not heard, the sweeper finds."""

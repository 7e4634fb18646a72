"""Nobody is woken: the sweeper comes round anyway, every few seconds at home."""

from __future__ import annotations

from collections.abc import Sequence


class SweeperOnly:
    """`port.Wakeups` where there is no messaging."""

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        """Leaves them to the sweeper."""

"""The relay's port: deliver one room notice (contracts, "Room notice"), at least once, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class RelayNotices(Protocol):
    """Adapters: a call into the relay of the same process; a socket with a notice token."""

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay has acknowledged; False when it could not be reached (the outbox tries again)."""

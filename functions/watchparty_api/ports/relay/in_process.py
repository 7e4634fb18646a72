"""The relay's notices where the relay lives in the same process: a call instead of a socket."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

log = logging.getLogger(__name__)


class InProcessRelay:
    """Hands each notice to `deliver`, which applies it before it returns and may be called from any thread."""

    def __init__(self, deliver: Callable[[dict[str, Any]], None]) -> None:
        self._deliver = deliver

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay took it. Whatever keeps the relay from it is logged, and the outbox tries again."""
        try:
            self._deliver(dict(notice))
        except Exception:
            # The whole id lets people in: its beginning is enough to find the room in the administrators' list.
            log.exception("the relay did not take notice %s of room %s…", notice.get("id"), room_id[:6])
            return False
        return True

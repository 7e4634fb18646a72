"""The host's action log: who did what in a room, over HTTP or the socket.

Actions over HTTP are written in the commit of the change; those over the socket arrive as room events.
"""

import secrets
from datetime import datetime
from typing import Any

from watchparty_api.records import Member, RoomAction
from watchparty_api.store.port import Create


def log_entry(by: Member, kind: str, now: datetime, **data: Any) -> Create:
    """The log entry for an action of `by`, to be written in the same commit."""
    action = RoomAction(
        id=secrets.token_urlsafe(12),
        created_at=now,
        room_id=by.room_id,
        at=now,
        by=by.participant_id,
        kind=kind,
        data=data,
    )
    return Create(action)

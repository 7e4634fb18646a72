"""The host's action log: who did what in a room, whether over the socket or over HTTP.

Actions over HTTP are written in the commit of the change itself; those of the socket arrive as room events.
"""

import secrets
from datetime import datetime
from typing import Any

from watchparty_api.records import Member, RoomAction
from watchparty_api.store.port import Create


def log_entry(by: Member, kind: str, now: datetime, **data: Any) -> Create:
    """The line that tells what `by` did, to be written with it."""
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

"""What the relay reported about rooms, stored for their hosts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchparty_api.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Snapshot(Record):
    """The last state of a room that the relay reported (id = room id): the clock at `at`, the people at `people_at`.

    `state` is empty until the relay has reported the clock. A separate document, so that it does not contend with
    changes to the room.
    """

    epoch: int = 0
    rev: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    at: datetime
    people: tuple[dict[str, Any], ...] = ()
    total: int = 0
    people_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatEntry(Record):
    """An archived chat message; id = `{room_id}.{chat id}`. A deleted message keeps its position but not its text."""

    room_id: str
    epoch: int
    seq: int
    participant_id: str
    name: str
    text: str
    pos_s: float | None = None
    reply_to: str | None = None
    at: datetime
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class ChatCleared(Record):
    """The position up to which a room's chat was cleared (id = room id), so that late messages stay cleared."""

    epoch: int
    seq: int


@dataclass(frozen=True, kw_only=True)
class RoomAction(Record):
    """An entry of the host's action log; id = event id."""

    room_id: str
    at: datetime
    by: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SyncReport(Record):
    """How closely a room stayed in sync during an interval, as measured by the relay; id = event id."""

    room_id: str
    at: datetime
    data: dict[str, Any]

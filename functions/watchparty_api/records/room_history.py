"""What the relay told about rooms, kept for their hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchparty_api.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Snapshot(Record):
    """The relay's last word about a room (id = room id), a document of its own: the clock at `at`, the people at
    `people_at`. `state` is empty until the relay has spoken of the clock."""

    epoch: int = 0
    rev: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    at: datetime
    people: tuple[dict[str, Any], ...] = ()
    total: int = 0
    people_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatEntry(Record):
    """Archive of one chat line; id = `{room_id}.{chat id}`. A deleted line keeps its place and loses its text."""

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
    """Up to where a room's chat was wiped (id = room id), so that a line that arrives late stays wiped."""

    epoch: int
    seq: int


@dataclass(frozen=True, kw_only=True)
class RoomAction(Record):
    """Who did what in a room, for the host's action log; id = event id."""

    room_id: str
    at: datetime
    by: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SyncReport(Record):
    """How well a room kept together for a while, as the relay measured it; id = event id."""

    room_id: str
    at: datetime
    data: dict[str, Any]

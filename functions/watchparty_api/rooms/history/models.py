"""Room events as the relay sends them, and the responses made from them.

The relay builds them in its `reporting/room_events.py`; there is no other definition. Unknown fields are ignored, so
that a newer relay can send more.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

Id = Annotated[str, Field(min_length=1, max_length=128)]
Text = Annotated[str, Field(max_length=10_000)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Number = Annotated[float, Field(ge=-1e18, le=1e18, allow_inf_nan=False)]
"""Wider than what the relay accepts from clients, which adds to it."""


class _Event(BaseModel):
    """The common fields; events with the same `id` are the same event."""

    id: Annotated[str, Field(min_length=1, max_length=190)]
    room: Id
    epoch: Count
    at: AwareDatetime


class Person(BaseModel):
    participant_id: Id
    name: Text


class SessionEvent(_Event, Person):
    """Someone has joined or left; `total` people are then in the room."""

    kind: Literal["session_started", "session_ended"]
    total: Count


class ActionEvent(_Event):
    """The clock was changed: `cmd` is the command, `by` its sender or None for the room itself."""

    kind: Literal["action"]
    cmd: Id
    by: Id | None = None
    mode: Id
    pos_s: Number
    rate: Number
    video_id: Id | None = None


class ChatEvent(_Event):
    """A message was added to the chat, or messages were removed."""

    kind: Literal["chat"]
    seq: Count
    op: Literal["said", "deleted", "cleared"]
    message_id: Annotated[str, Field(max_length=128)] = ""
    by: Annotated[str, Field(max_length=128)] = ""
    name: Text = ""
    text: Text = ""
    reply_to: Id | None = None
    pos_s: Number | None = None


class SnapshotEvent(_Event):
    """The whole state of the room at `at`."""

    kind: Literal["snapshot"]
    rev: Count
    mode: Id
    pos_s: Number
    rate: Number
    video_id: Id | None = None
    mrev: Count
    people: Annotated[list[Person], Field(max_length=1000)]
    total: Count


class ReportedSync(BaseModel):
    """One person's part of a report."""

    participant_id: Id
    samples: Count = 0
    err_p50_ms: Number | None = None
    err_p95_ms: Number | None = None
    rtt_ms: Number | None = None
    stalls: Count = 0


class ReportEvent(_Event):
    """How closely each person followed the room's clock since the last report."""

    kind: Literal["report"]
    people: Annotated[list[ReportedSync], Field(max_length=2000)]


RoomEvent = Annotated[SessionEvent | ActionEvent | ChatEvent | SnapshotEvent | ReportEvent, Field(discriminator="kind")]
ROOM_EVENT: TypeAdapter[RoomEvent] = TypeAdapter(RoomEvent)

DELETED_NAME = "Deleted account"
"""Stands in logs for the name of someone whose account was deleted."""


def without_erased(event: RoomEvent, erased: Collection[str]) -> RoomEvent:
    """The event without the names and messages of participants whose accounts were deleted before it arrived. Pure."""
    match event:
        case ChatEvent(op="said") if event.by in erased:
            return event.model_copy(update={"op": "deleted", "name": "", "text": ""})
        case SessionEvent() if event.participant_id in erased:
            return event.model_copy(update={"name": DELETED_NAME})
        case SnapshotEvent() if erased:
            return event.model_copy(update={"people": [p for p in event.people if p.participant_id not in erased]})
    return event


# ---- over HTTP


class LoggedAction(BaseModel):
    """An entry of the action log."""

    id: str
    at: datetime
    by: str
    kind: str
    data: dict[str, Any]


class ActionLog(BaseModel):
    items: list[LoggedAction]
    next_cursor: str | None


class ArchivedLine(BaseModel):
    """An archived chat message."""

    id: str
    seq: int
    participant_id: str
    name: str
    text: str
    pos_s: float | None
    reply_to: str | None
    at: datetime


class ChatArchive(BaseModel):
    items: list[ArchivedLine]
    next_cursor: str | None


class PersonSync(BaseModel):
    """One person over all reports: the weighted median of the medians and the highest 95th percentile."""

    participant_id: str
    name: str
    samples: int
    err_p50_ms: float | None
    err_p95_ms: float | None
    stalls: int


class SyncReportView(BaseModel):
    """How closely the room stayed in sync between the two instants."""

    since: datetime | None
    until: datetime | None
    people: list[PersonSync]

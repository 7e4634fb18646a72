"""Room events as the relay sends them, and the responses made from them.

The relay builds them in its `reporting/room_events.py`; there is no other definition. Unknown fields are ignored, so
that a newer relay can send more.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter


class _Event(BaseModel):
    """The common fields; events with the same `id` are the same event."""

    id: Annotated[str, Field(max_length=190)]
    room: str
    epoch: int
    at: AwareDatetime


class Person(BaseModel):
    participant_id: str
    name: str


class SessionEvent(_Event, Person):
    """Someone has joined or left; `total` people are then in the room."""

    kind: Literal["session_started", "session_ended"]
    total: int


class ActionEvent(_Event):
    """The clock was changed: `cmd` is the command, `by` its sender or None for the room itself."""

    kind: Literal["action"]
    cmd: str
    by: str | None = None
    mode: str
    pos_s: float
    rate: float
    video_id: str | None = None


class ChatEvent(_Event):
    """A message was added to the chat, or messages were removed."""

    kind: Literal["chat"]
    seq: int
    op: Literal["said", "deleted", "cleared"]
    message_id: str = ""
    by: str = ""
    name: str = ""
    text: str = ""
    reply_to: str | None = None
    pos_s: float | None = None


class SnapshotEvent(_Event):
    """The whole state of the room at `at`."""

    kind: Literal["snapshot"]
    rev: int
    mode: str
    pos_s: float
    rate: float
    video_id: str | None = None
    mrev: int
    people: list[Person]
    total: int


class ReportEvent(_Event):
    """How closely each person followed the room's clock since the last report."""

    kind: Literal["report"]
    people: list[dict[str, Any]]


RoomEvent = Annotated[SessionEvent | ActionEvent | ChatEvent | SnapshotEvent | ReportEvent, Field(discriminator="kind")]
ROOM_EVENT: TypeAdapter[RoomEvent] = TypeAdapter(RoomEvent)


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

"""Room events as the relay tells them (contracts, "Room event"), and how what was kept of them looks over HTTP.

Unknown fields are ignored, so that a newer relay may say more.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter


class _Event(BaseModel):
    """What every event carries; the same `id` is the same event."""

    id: Annotated[str, Field(max_length=190)]
    room: str
    epoch: int
    at: AwareDatetime


class Person(BaseModel):
    participant_id: str
    name: str


class SessionEvent(_Event, Person):
    """Somebody came, or has gone for good; `total` people are here then."""

    kind: Literal["session_started", "session_ended"]
    total: int


class ActionEvent(_Event):
    """The clock was changed: `cmd` is what was asked, `by` who asked; None is the room itself."""

    kind: Literal["action"]
    cmd: str
    by: str | None = None
    mode: str
    pos_s: float
    rate: float
    video_id: str | None = None


class ChatEvent(_Event):
    """The log grew by a line, or lines were taken out of it."""

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
    """The whole room at `at`."""

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
    """How well each person kept with the room since the report before."""

    kind: Literal["report"]
    people: list[dict[str, Any]]


RoomEvent = Annotated[SessionEvent | ActionEvent | ChatEvent | SnapshotEvent | ReportEvent, Field(discriminator="kind")]
ROOM_EVENT: TypeAdapter[RoomEvent] = TypeAdapter(RoomEvent)


# ---- over HTTP


class LoggedAction(BaseModel):
    """A line of the action log."""

    id: str
    at: datetime
    by: str
    kind: str
    data: dict[str, Any]


class ActionLog(BaseModel):
    items: list[LoggedAction]
    next_cursor: str | None


class ArchivedLine(BaseModel):
    """A line of the chat's archive."""

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
    """One person over the whole time: weighted medians of the reports' medians, the worst of their 95th percentiles."""

    participant_id: str
    name: str
    samples: int
    err_p50_ms: float | None
    err_p95_ms: float | None
    stalls: int


class SyncReportView(BaseModel):
    """How well the room kept together between the two instants."""

    since: datetime | None
    until: datetime | None
    people: list[PersonSync]

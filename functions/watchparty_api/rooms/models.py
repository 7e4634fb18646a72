"""The request and response bodies of rooms."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StrictBool, model_validator

from watchparty_api.records import Access, Control, Role, VideoStatus
from watchparty_api.videos.models import Loss
from watchparty_api.web.bodies import Body, one_line, visible_line

WaitPolicy = Literal["never", "host", "quorum", "all"]


DisplayName = Annotated[str, Field(max_length=40), AfterValidator(one_line)]
"""At most 40 characters; if none of them is visible, a name is generated."""
RoomName = Annotated[str, Field(max_length=80), AfterValidator(visible_line)]
Password = Annotated[str, Field(min_length=1, max_length=200)]
Capacity = Annotated[int, Field(strict=True, ge=1, le=1000)]
SlowSeconds = Annotated[int, Field(strict=True, ge=0, le=300)]
GivenId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
PositionS = Annotated[float, Field(strict=True, ge=0, le=7 * 24 * 3600, allow_inf_nan=False)]


class Wait(BaseModel):
    """Whom the room waits for while they buffer, and for how long at most."""

    policy: WaitPolicy = "quorum"
    max_s: Annotated[float, Field(strict=True, ge=0, le=60, allow_inf_nan=False)] = 8.0


class RoomStart(Body):
    """Every field has a default; a name is generated."""

    name: RoomName | None = None
    video_id: GivenId | None = None
    access: Access = "open"
    control: Control = "moderators"
    chat: StrictBool = True
    slow_s: SlowSeconds = 0
    capacity: Capacity = 50
    password: Password | None = None
    wait: Wait = Wait()


class RoomChange(Body):
    """Only the given fields change; `password: null` removes the password, `video_id: null` the film."""

    name: RoomName | None = None
    access: Access | None = None
    control: Control | None = None
    chat: StrictBool | None = None
    slow_s: SlowSeconds | None = None
    capacity: Capacity | None = None
    password: Password | None = None
    wait: Wait | None = None
    video_id: GivenId | None = None
    start_pos_s: PositionS | None = None

    @model_validator(mode="after")
    def _start_belongs_to_a_film(self) -> Self:
        if self.start_pos_s is not None and self.video_id is None:
            raise ValueError("start_pos_s needs a video_id.")
        return self

    def given(self) -> dict[str, Any]:
        """The fields of the request as sent. null counts only for fields that can be removed."""
        removable = {"password", "video_id"}
        return {
            name: getattr(self, name)
            for name in self.model_fields_set
            if name in removable or getattr(self, name) is not None
        }


class Film(BaseModel):
    """The room's film as members see it, including its upload and processing progress."""

    id: str
    title: str
    status: VideoStatus
    progress: float
    playable: bool
    duration_s: float | None
    playable_s: float
    losses: list[Loss] = []
    """What the film has lost, so that no one looks for the fault at home."""


class FilmProgress(BaseModel):
    """What someone who has not joined may know about the film. `title` is null if the room is for members only."""

    title: str | None
    status: VideoStatus
    progress: float
    playable: bool
    duration_s: float | None


class Presence(BaseModel):
    """How many people are in the room, and the first names of up to five."""

    total: int
    first_names: list[str]


class Position(BaseModel):
    """The room's position in its film at `as_of`."""

    position_s: float
    playing: bool
    as_of: datetime


class You(BaseModel):
    """The caller in this room."""

    participant_id: str
    display_name: str
    role: Role
    muted: bool
    can_control: bool


class HostOffer(BaseModel):
    """The host's offer of the room to another participant, which is open until `expires_at`."""

    participant_id: str
    display_name: str
    expires_at: datetime


class RoomCard(BaseModel):
    """What people see before they join. `presence` and `position` are null if the room is for members only."""

    kind: Literal["card"] = "card"
    id: str
    url: str
    name: str
    host_name: str
    access: Access
    password_required: bool
    poster_url: str | None
    film: FilmProgress | None
    presence: Presence | None
    position: Position | None


class RoomView(BaseModel):
    """A room as its members see it."""

    kind: Literal["room"] = "room"
    id: str
    url: str
    name: str
    host_name: str
    access: Access
    control: Control
    chat: bool
    slow_s: int
    capacity: int
    password_required: bool
    wait: Wait
    settings_rev: int
    film: Film | None
    media_rev: int
    start_pos_s: float
    poster_url: str | None
    created_at: datetime
    you: You
    host_offer: HostOffer | None
    """Only for the two people whom it concerns."""


class RoomSummary(BaseModel):
    """A room in the list of the caller's rooms."""

    id: str
    url: str
    name: str
    access: Access
    created_at: datetime
    last_active_at: datetime


class RoomList(BaseModel):
    items: list[RoomSummary]
    next_cursor: str | None


class QueueItem(Body):
    video_id: GivenId


class QueueChange(Body):
    """The whole queue, in order."""

    items: list[QueueItem] = Field(max_length=100)


class QueuedFilm(BaseModel):
    """A film in the queue; deleted films are not listed."""

    video_id: str
    title: str
    status: VideoStatus
    playable: bool
    duration_s: float | None


class Queue(BaseModel):
    items: list[QueuedFilm]


class NextFilm(Body):
    """`after` is the `media_rev` of the film that ended, so that a repeated request moves on only once."""

    after: Annotated[int, Field(strict=True, ge=0, le=2**53)]

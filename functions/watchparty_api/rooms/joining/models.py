"""The request and response bodies of joining."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool

from watchparty_api.records import Role
from watchparty_api.rooms.models import DisplayName, RoomCard, RoomView
from watchparty_api.rooms.playback.models import Playback
from watchparty_api.web.bodies import Body


class Join(Body):
    """Every field is optional: a name is generated, and an open room needs nothing else."""

    display_name: DisplayName | None = None
    password: Annotated[str, Field(max_length=200)] | None = None
    invite: Annotated[str, Field(max_length=200)] | None = None
    guest_key: StrictBool = False
    """For clients without cookies: the response to a new guest contains its key once, to be sent as `X-Guest-Key`."""


class Renewal(Body):
    """The caller is identified by token, cookie or `X-Guest-Key`."""


class Connection(BaseModel):
    """Everything needed to connect to the relay."""

    relay_url: str
    join_token: str
    participant_id: str
    role: Role | Literal["waiting"]
    expires_at: datetime


class Admitted(BaseModel):
    status: Literal["admitted"] = "admitted"
    connection: Connection
    room: RoomView
    playback: Playback | None
    guest_key: str | None = None


class WaitingForHost(BaseModel):
    status: Literal["waiting"] = "waiting"
    connection: Connection
    request_id: str
    room: RoomCard
    guest_key: str | None = None

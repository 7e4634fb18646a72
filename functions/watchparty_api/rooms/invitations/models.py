"""The request and response bodies of invitations."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, EmailStr, Field

from watchparty_api.web.bodies import Body


class InvitationStart(Body):
    """The invitation's recipient, role, expiry and number of uses."""

    email: EmailStr | None = None
    role: Literal["viewer", "moderator"] = "viewer"
    expires_at: AwareDatetime | None = None
    max_uses: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None


class InvitedMember(BaseModel):
    """Someone who joined with the invitation."""

    participant_id: str
    name: str


class InvitationView(BaseModel):
    """An invitation, without its secret. `used_by` names the first people who joined with it, and no later one."""

    id: str
    email: str | None
    role: Literal["viewer", "moderator"]
    expires_at: datetime | None
    max_uses: int | None
    uses: int
    used_by: list[InvitedMember]
    created_at: datetime


class InvitationMade(BaseModel):
    """The link is returned only once; `mailed` says whether it was sent by mail."""

    invitation: InvitationView
    url: str
    mailed: bool


class InvitationList(BaseModel):
    items: list[InvitationView]
    next_cursor: str | None

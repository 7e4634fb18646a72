"""The shapes of members over HTTP."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, StrictBool

from watchparty_api.records import Role
from watchparty_api.rooms.models import DisplayName
from watchparty_api.web.bodies import Body


class MemberView(BaseModel):
    """Somebody who belongs to the room. `control_until` and `controls` say how control was lent, if it was."""

    participant_id: str
    display_name: str
    role: Role
    muted: bool
    has_account: bool
    controls: bool
    control_until: datetime | None
    last_seen_at: datetime


class MemberChanged(MemberView):
    """`link_lowered`: the moderators' link by which they came still lets people in, but as viewers from now on."""

    link_lowered: bool


class MemberList(BaseModel):
    items: list[MemberView]
    next_cursor: str | None


class MemberChange(Body):
    """Only the fields that are there change. `control_until` lends control until then, null takes it back;
    `controls: true` lends it until it is taken back."""

    role: Role | None = None
    muted: StrictBool | None = None
    control_until: AwareDatetime | None = None
    controls: StrictBool | None = None

    def given(self) -> dict[str, Any]:
        """The fields of the body as they were sent; only control can be taken away by null."""
        return {
            name: getattr(self, name)
            for name in self.model_fields_set
            if name == "control_until" or getattr(self, name) is not None
        }


class Rename(Body):
    display_name: DisplayName


class BanView(BaseModel):
    """Who must not come back. The address counts for a day; who clears cookies and changes address can come back."""

    id: str
    participant_id: str
    display_name: str
    has_account: bool
    address_until: datetime | None
    created_at: datetime


class BanList(BaseModel):
    items: list[BanView]
    next_cursor: str | None


class Removed(BaseModel):
    """`offer`: what the host may want to change next, in the same tap, after a ban in an open room. `link_lowered`: the
    moderators' link by which they came still lets people in, but as viewers from now on."""

    participant_id: str
    banned: bool
    link_lowered: bool
    offer: Literal["knock"] | None

"""The request and response bodies of members."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, StrictBool

from watchparty_api.records import Role
from watchparty_api.rooms.models import DisplayName
from watchparty_api.web.bodies import Body


class MemberView(BaseModel):
    """A member of the room. `control_until` and `controls` describe delegated control."""

    participant_id: str
    display_name: str
    role: Role
    muted: bool
    has_account: bool
    controls: bool
    control_until: datetime | None
    last_seen_at: datetime


class MemberChanged(MemberView):
    """`link_lowered`: the moderator link that they joined with still lets people in, but only as viewers.

    `offered_until`: the room is offered to them until then; they become the host by accepting.
    """

    link_lowered: bool
    offered_until: datetime | None


class HostOfferAnswer(Body):
    decision: Literal["accept", "decline"]


class MemberList(BaseModel):
    items: list[MemberView]
    next_cursor: str | None


class MemberChange(Body):
    """Only the given fields change.

    `control_until` delegates control until then, null revokes it; `controls: true` delegates it until it is revoked.
    """

    role: Role | None = None
    muted: StrictBool | None = None
    control_until: AwareDatetime | None = None
    controls: StrictBool | None = None

    def given(self) -> dict[str, Any]:
        """The fields of the request as sent; null counts only for `control_until`."""
        return {
            name: getattr(self, name)
            for name in self.model_fields_set
            if name == "control_until" or getattr(self, name) is not None
        }


class Rename(Body):
    display_name: DisplayName


class BanView(BaseModel):
    """A ban. The IP address counts for a day; people who clear their cookies and change their address can come back."""

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
    """`offer` suggests a setting to change after a ban in an open room.

    `link_lowered`: the moderator link that they joined with still lets people in, but only as viewers.
    """

    participant_id: str
    banned: bool
    link_lowered: bool
    offer: Literal["knock"] | None

"""Changes to a member: role, mute and delegated control; offering the room.

Every change increments `mver` once per notice and is committed with the notices to the relay. The caller and the
subject are read again for each decision, so that no one acts with a role that they have just lost.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from watchparty_api.errors import Conflict, Forbidden, Invalid
from watchparty_api.records import Invitation, Member, Notice, Role, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import open_room
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.invitations.links import revoke_moderator_link
from watchparty_api.rooms.members.handover import offer_room
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import require_member
from watchparty_api.rooms.permissions import PERMISSIONS, Action, controls_by_role, outranks, room_role
from watchparty_api.services import Services
from watchparty_api.store.port import Replace, Write

_DELEGATION = frozenset({"control_until", "controls"})


@dataclass(frozen=True)
class MemberChangeResult:
    """The changed member; `link_lowered` says that the link they joined with no longer admits moderators.

    `offered_until` is set if the room was offered to them, which changes nothing until they accept.
    """

    member: Member
    link_lowered: bool = False
    offered_until: datetime | None = None


def change_member(
    services: Services, room_id: str, by_id: str, subject_id: str, fields: dict[str, Any]
) -> MemberChangeResult:
    """Applies the fields of a MemberChange. Raises Forbidden, Conflict, Invalid."""

    def decide() -> Change[MemberChangeResult]:
        room, now = open_room(services, room_id), services.now()
        by = require_member(services, room_id, by_id)
        member = require_member(services, room_id, subject_id)
        if member.state != "admitted":
            raise Conflict("not_in_room", "This person is no longer in the room.")
        _require_may_change(room, by, member, fields.keys())
        if fields.get("role") == "host":
            return _offer(services, room, by, member, fields)
        link = revoke_moderator_link(services, member) if fields.get("role") == "viewer" else None
        return _apply(by, member, fields, link, now)

    return commit_and_notify(services, decide)


def require_may(action: Action, by: Member, subject: Member) -> None:
    """Raises Forbidden unless the table allows the action and `by` outranks `subject`."""
    if room_role(by) not in PERMISSIONS[action] or not outranks(by.role, subject.role):
        raise Forbidden("not_allowed", "You can’t do this to this person.")


def _require_may_change(room: Room, by: Member, member: Member, names: AbstractSet[str]) -> None:
    if "role" in names:
        require_may(Action.CHANGE_ROLE, by, member)
    if "muted" in names:
        require_may(Action.MUTE, by, member)
    if names & _DELEGATION:
        require_may(Action.DELEGATE_CONTROL, by, member)
        if not controls_by_role(room.control, room_role(by)):
            raise Forbidden("not_allowed", "Only the host can give the remote in this room.")


def _apply(
    by: Member, member: Member, fields: dict[str, Any], link: Invitation | None, now: datetime
) -> Change[MemberChangeResult]:
    """`link` is the moderator link to be changed with the member, if any."""
    outgoing: list[Notice] = []
    if "role" in fields or fields.keys() & _DELEGATION:
        member = _with_role(member, fields.get("role", member.role), now)
        if fields.keys() & _DELEGATION:
            member = _with_delegation(member, fields, now)
        outgoing.append(notices.role(member, now))
    if "muted" in fields:
        member = replace(member, muted=fields["muted"], mver=member.mver + 1)
        outgoing.append(notices.mute(member, now))
    if not outgoing:
        return Change(MemberChangeResult(member))
    entry = log_entry(
        by, "member_changed", now, participant_id=member.participant_id, name=member.display_name, **_as_json(fields)
    )
    writes: list[Write] = [Replace(member), entry, *([Replace(link)] if link else [])]
    return Change(MemberChangeResult(member, link is not None), writes=writes, notices=outgoing)


def _with_role(member: Member, role: Role, now: datetime) -> Member:
    demoted_at = now if outranks(member.role, role) else member.demoted_at
    return replace(member, role=role, demoted_at=demoted_at, mver=member.mver + 1)


def _as_json(fields: dict[str, Any]) -> dict[str, Any]:
    """The changed fields as JSON values for the action log."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}


def _with_delegation(member: Member, fields: dict[str, Any], now: datetime) -> Member:
    until: datetime | None = fields.get("control_until")
    if until is not None and until <= now:
        raise Invalid("out_of_range", "Choose a time in the future for the remote to be returned.")
    indefinitely = bool(fields.get("controls"))
    return replace(member, controls=indefinitely, control_until=None if indefinitely else until)


def _offer(
    services: Services, room: Room, by: Member, member: Member, fields: dict[str, Any]
) -> Change[MemberChangeResult]:
    """Offers the room to the member, who becomes the host by accepting (`handover.py`)."""
    if len(fields) > 1:
        raise Invalid("invalid", "Making someone the host can’t be combined with other changes.")
    offered, change = offer_room(services, room, by, member)
    result = MemberChangeResult(member, offered_until=offered.offered_until)
    return Change(result, writes=change.writes, notices=change.notices)


def rename(services: Services, room_id: str, participant_id: str, display_name: str) -> Member:
    """Gives the participant a new name; people who have been removed keep the old one."""

    def decide() -> Change[Member]:
        member = require_member(services, room_id, participant_id)
        if member.state not in ("admitted", "waiting") or member.display_name == display_name:
            return Change(member)
        renamed = replace(member, display_name=display_name, mver=member.mver + 1)
        return Change(renamed, writes=[Replace(renamed)])

    return commit_and_notify(services, decide)

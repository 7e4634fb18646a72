"""The door of a room: comes in, waits, or is turned away. Pure; every fact is given.

What somebody is already comes first (a ban, a seat in the room), then what they bring (an invitation, the password),
then what the room asks of everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from watchparty_api.errors import Conflict, Forbidden
from watchparty_api.records import Ban, Invitation, Member, Role, Room, Snapshot
from watchparty_api.rooms.address import Addressed
from watchparty_api.rooms.invitations.links import predates_demotion
from watchparty_api.rooms.permissions import outranks

_FRESH = timedelta(minutes=10)
"""How long the relay's count of people is believed. One that died could keep an empty room shut; the living one counts
again at the socket."""


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door, and by what they could be known."""

    participant_id: str
    account_id: str | None
    guest_hash: str | None
    address_hash: str


@dataclass(frozen=True)
class Admit:
    """Let in with this role; the invitation is the one that is used up by it."""

    role: Role
    invitation: Invitation | None = None


Admission = Admit | Literal["waits"]


def decide_admission(
    addressed: Addressed,
    visitor: Visitor,
    member: Member | None,
    *,
    bans: tuple[Ban, ...],
    invitation: Invitation | None,
    password_matches: Callable[[], bool],
    host_may_act: Callable[[], bool],
    snapshot: Snapshot | None,
    now: datetime,
) -> Admission:
    """Raises Forbidden (`banned`, `room_shut`, `not_invited`, `wrong_password`), Gone (an old link) or Conflict
    (`room_full`).
    """
    state = member.state if member else None
    if state == "banned" or _banned(bans, visitor, member, invitation, now):
        raise Forbidden("banned", "You can’t rejoin this room.")
    if state != "admitted" and not host_may_act():  # whose account was suspended: nobody new comes to their party
        raise Forbidden("room_shut", "This room isn’t accepting anyone right now.")
    admission: Admission
    if member is not None and state in ("admitted", "left"):
        admission = _with_invitation(member, invitation)
    elif invitation is not None:
        admission = Admit(_role_by(invitation, member), invitation)
    else:
        admission = _by_room_settings(addressed, waits=state == "waiting", password_matches=password_matches)
    if admission != "waits" and _is_full(addressed.room, visitor, member, snapshot, now):
        raise Conflict("room_full", "This room is full. Try again in a bit.")
    return admission


def _role_by(invitation: Invitation, member: Member | None) -> Role:
    """A link that was made before somebody was demoted or taken out does not undo it."""
    return "viewer" if member is not None and predates_demotion(invitation, member) else invitation.role


def _with_invitation(member: Member, invitation: Invitation | None) -> Admit:
    """Who belongs to the room keeps their role; an invitation to a higher one raises it, once."""
    given = _role_by(invitation, member) if invitation else member.role
    if invitation is not None and invitation.id != member.invitation_id and outranks(given, member.role):
        return Admit(given, invitation)
    return Admit(member.role)


def _by_room_settings(addressed: Addressed, *, waits: bool, password_matches: Callable[[], bool]) -> Admission:
    room = addressed.room if waits else addressed.for_strangers()
    if waits:
        return Admit("viewer") if room.access == "open" else "waits"
    if room.access == "members":
        raise Forbidden("not_invited", "This room is invite-only. Ask the host for a personal invitation link.")
    if room.password_hash is not None and not password_matches():
        raise Forbidden("wrong_password", "Wrong password. Ask the host.")
    return Admit("viewer") if room.access == "open" else "waits"


def _banned(
    bans: tuple[Ban, ...], visitor: Visitor, member: Member | None, invitation: Invitation | None, now: datetime
) -> bool:
    """Account and guest key tell the person. Invitation and address may be shared, so they stop newcomers only."""
    if member is not None and member.role == "host":
        return False
    newcomer = member is None or member.state != "admitted"
    invited_by = invitation.id if invitation else None
    return any(
        _matches(ban.account_id, visitor.account_id)
        or _matches(ban.guest_hash, visitor.guest_hash)
        or (newcomer and _matches(ban.invitation_id, invited_by))
        or (newcomer and _matches(ban.address_hash, visitor.address_hash) and _in_force(ban.address_until, now))
        for ban in bans
    )


def _matches(mark: str | None, shown: str | None) -> bool:
    return mark is not None and mark == shown


def _in_force(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


def _is_full(room: Room, visitor: Visitor, member: Member | None, snapshot: Snapshot | None, now: datetime) -> bool:
    """By the relay's last count. The host always has a seat, and who is in keeps theirs through a reload."""
    if snapshot is None or now - snapshot.people_at > _FRESH or snapshot.total < room.capacity:
        return False
    if member is not None and member.role == "host":
        return False
    present = any(person["participant_id"] == visitor.participant_id for person in snapshot.people)
    unlisted = snapshot.total > len(snapshot.people) and member is not None and member.state == "admitted"
    return not present and not unlisted

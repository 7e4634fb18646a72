"""Admission to a room: decides whether a visitor is admitted, waits, or is refused. Pure.

A ban or an existing membership counts first, then an invitation, then the room's rules (access and password).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from watchparty_api.errors import Conflict, Forbidden
from watchparty_api.records import Ban, Invitation, Member, Role, Room, Snapshot
from watchparty_api.rooms.address import FoundRoom
from watchparty_api.rooms.invitations.links import predates_demotion
from watchparty_api.rooms.permissions import outranks

_FRESH = timedelta(minutes=10)
"""How long the relay's last count is trusted. Without this, a crashed relay would leave an empty room marked full.

A live relay also checks the capacity at the socket.
"""


@dataclass(frozen=True)
class Visitor:
    """Someone who wants to join, with everything that identifies them."""

    participant_id: str
    account_id: str | None
    guest_hash: str | None
    address_hash: str
    credential: str | None = None


@dataclass(frozen=True)
class Admit:
    """Admitted with this role; `invitation` is the one that is used up."""

    role: Role
    invitation: Invitation | None = None


Admission = Admit | Literal["wait"]


def decide_admission(
    found_room: FoundRoom,
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
    """Decides whether the visitor is admitted or has to wait.

    Raises Forbidden (`banned`, `room_shut`, `not_invited`, `wrong_password`), Gone (an old link) or Conflict
    (`room_full`).
    """
    state = member.state if member else None
    if state == "banned" or _banned(bans, visitor, member, invitation, now):
        raise Forbidden("banned", "You can’t rejoin this room.")
    if state != "admitted" and not host_may_act():  # the host's account is suspended: no one new is admitted
        raise Forbidden("room_shut", "This room isn’t accepting anyone right now.")
    admission: Admission
    if member is not None and state in ("admitted", "left"):
        admission = _with_invitation(member, invitation)
    elif invitation is not None:
        admission = Admit(_role_by(invitation, member), invitation)
    else:
        admission = _by_room_settings(found_room, waits=state == "waiting", password_matches=password_matches)
    if admission != "wait" and _is_full(found_room.room, visitor, member, snapshot, now):
        raise Conflict("room_full", "This room is full. Try again in a bit.")
    return admission


def _role_by(invitation: Invitation, member: Member | None) -> Role:
    """The invitation's role. A link created before the member was demoted or removed does not undo that."""
    return "viewer" if member is not None and predates_demotion(invitation, member) else invitation.role


def _with_invitation(member: Member, invitation: Invitation | None) -> Admit:
    """Members keep their role; an invitation to a higher role raises it, once."""
    given = _role_by(invitation, member) if invitation else member.role
    if invitation is not None and invitation.id != member.invitation_id and outranks(given, member.role):
        return Admit(given, invitation)
    return Admit(member.role)


def _by_room_settings(found_room: FoundRoom, *, waits: bool, password_matches: Callable[[], bool]) -> Admission:
    room = found_room.room if waits else found_room.for_newcomers()
    if waits:
        return Admit("viewer") if room.access == "open" else "wait"
    if room.access == "members":
        raise Forbidden("not_invited", "This room is invite-only. Ask the host for a personal invitation link.")
    if room.password_hash is not None and not password_matches():
        raise Forbidden("wrong_password", "Wrong password. Ask the host.")
    return Admit("viewer") if room.access == "open" else "wait"


def _banned(
    bans: tuple[Ban, ...], visitor: Visitor, member: Member | None, invitation: Invitation | None, now: datetime
) -> bool:
    """Whether a ban applies.

    Account and guest key identify the person. Invitations and addresses can be shared, so they stop newcomers only.
    """
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
    """By the relay's last count.

    The host always has a place, and members who are present keep theirs through a reload.
    """
    if snapshot is None or now - snapshot.people_at > _FRESH or snapshot.total < room.capacity:
        return False
    if member is not None and member.role == "host":
        return False
    present = any(person["participant_id"] == visitor.participant_id for person in snapshot.people)
    unlisted = snapshot.total > len(snapshot.people) and member is not None and member.state == "admitted"
    return not present and not unlisted

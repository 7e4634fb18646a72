"""The door of a room: comes in, waits, or is turned away. Pure; every fact is given.

What somebody is already comes first (a ban, a seat in the room), then what they bring (an invitation, the password),
then what the room asks of everybody.
"""

from __future__ import annotations

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
class Comer:
    """Somebody at the door, and by what they could be known."""

    participant_id: str
    account_id: str | None
    guest_hash: str | None
    address_hash: str


@dataclass(frozen=True)
class ComesIn:
    """Let in with this role; the invitation is the one that is used up by it."""

    role: Role
    invitation: Invitation | None = None


Verdict = ComesIn | Literal["waits"]


def open_door(
    addressed: Addressed,
    comer: Comer,
    member: Member | None,
    *,
    bans: tuple[Ban, ...],
    invitation: Invitation | None,
    knows_password: Callable[[], bool],
    host_may_act: Callable[[], bool],
    snapshot: Snapshot | None,
    now: datetime,
) -> Verdict:
    """Raises Forbidden (`banned`, `room_shut`, `not_invited`, `wrong_password`), Gone (an old link) or Conflict
    (`room_full`).
    """
    state = member.state if member else None
    if state == "banned" or _banned(bans, comer, member, invitation, now):
        raise Forbidden("banned", "You can’t rejoin this room.")
    if state != "admitted" and not host_may_act():  # whose account was suspended: nobody new comes to their party
        raise Forbidden("room_shut", "This room isn’t accepting anyone right now.")
    verdict: Verdict
    if member is not None and state in ("admitted", "left"):
        verdict = _with_invitation(member, invitation)
    elif invitation is not None:
        verdict = ComesIn(_role_by(invitation, member), invitation)
    else:
        verdict = _by_the_rules(addressed, waits=state == "waiting", knows_password=knows_password)
    if verdict != "waits" and _full(addressed.room, comer, member, snapshot, now):
        raise Conflict("room_full", "This room is full. Try again in a bit.")
    return verdict


def _role_by(invitation: Invitation, member: Member | None) -> Role:
    """A link that was made before somebody was demoted or taken out does not undo it."""
    return "viewer" if member is not None and predates_demotion(invitation, member) else invitation.role


def _with_invitation(member: Member, invitation: Invitation | None) -> ComesIn:
    """Who belongs to the room keeps their role; an invitation to a higher one raises it, once."""
    given = _role_by(invitation, member) if invitation else member.role
    if invitation is not None and invitation.id != member.invitation_id and outranks(given, member.role):
        return ComesIn(given, invitation)
    return ComesIn(member.role)


def _by_the_rules(addressed: Addressed, *, waits: bool, knows_password: Callable[[], bool]) -> Verdict:
    room = addressed.room if waits else addressed.for_strangers()
    if waits:
        return ComesIn("viewer") if room.access == "open" else "waits"
    if room.access == "members":
        raise Forbidden("not_invited", "This room is invite-only. Ask the host for a personal invitation link.")
    if room.password_hash is not None and not knows_password():
        raise Forbidden("wrong_password", "Wrong password. Ask the host.")
    return ComesIn("viewer") if room.access == "open" else "waits"


def _banned(
    bans: tuple[Ban, ...], comer: Comer, member: Member | None, invitation: Invitation | None, now: datetime
) -> bool:
    """Account and guest key tell the person. Invitation and address may be shared, so they stop newcomers only."""
    if member is not None and member.role == "host":
        return False
    newcomer = member is None or member.state != "admitted"
    invited_by = invitation.id if invitation else None
    return any(
        _same(ban.account_id, comer.account_id)
        or _same(ban.guest_hash, comer.guest_hash)
        or (newcomer and _same(ban.invitation_id, invited_by))
        or (newcomer and _same(ban.address_hash, comer.address_hash) and _lasts(ban.address_until, now))
        for ban in bans
    )


def _same(mark: str | None, shown: str | None) -> bool:
    return mark is not None and mark == shown


def _lasts(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


def _full(room: Room, comer: Comer, member: Member | None, snapshot: Snapshot | None, now: datetime) -> bool:
    """By the relay's last count. The host always has a seat, and who is in keeps theirs through a reload."""
    if snapshot is None or now - snapshot.people_at > _FRESH or snapshot.total < room.capacity:
        return False
    if member is not None and member.role == "host":
        return False
    present = any(person["participant_id"] == comer.participant_id for person in snapshot.people)
    unlisted = snapshot.total > len(snapshot.people) and member is not None and member.state == "admitted"
    return not present and not unlisted

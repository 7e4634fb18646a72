"""Entering a room: asks the door, and writes what it said.

Who comes in, or waits, has a Member record whose id follows from who they are; so of two hurried clicks one creates it
and the other finds it. An invitation is counted in the same commit, so that it is never used more often than it may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from watchparty_api.errors import Forbidden
from watchparty_api.records import Account, Member, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import Addressed, open_room
from watchparty_api.rooms.bans import bans_of
from watchparty_api.rooms.invitations.links import find_invitation, usable
from watchparty_api.rooms.join_requests.requests import answered, knock
from watchparty_api.rooms.joining.admission import Comer, ComesIn, open_door
from watchparty_api.rooms.outbox import Change, commit_and_tell
from watchparty_api.rooms.participants import find_member, member_id
from watchparty_api.rooms.views import snapshot_of
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write


@dataclass(frozen=True)
class Entry:
    """Somebody who is in, or waits."""

    room: Room
    member: Member


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody says at the door."""

    display_name: str | None
    """None: keep the name, or take `default_name`."""
    default_name: str
    invite: str | None
    knows_password: Callable[[], bool]
    before_knocking: Callable[[], None]
    """Raises where somebody knocks too often."""


def enter(services: Services, addressed: Addressed, comer: Comer, wish: Wish) -> Entry:
    """Lets somebody in or has them wait. Raises what the door raises."""
    room_id = addressed.room.id

    def decide() -> Change[Entry]:
        now = services.now()
        room = open_room(services, room_id)
        member = find_member(services, room_id, comer.participant_id)
        shown = find_invitation(services, wish.invite)
        inviter = find_member(services, room_id, shown.created_by) if shown else None
        invitation = usable(shown, room, member, inviter=inviter, now=now)
        verdict = open_door(
            replace(addressed, room=room),
            comer,
            member,
            bans=bans_of(services, room_id),
            invitation=invitation,
            knows_password=wish.knows_password,
            host_may_act=partial(_may_act, services, room.owner_id),
            snapshot=snapshot_of(services, room),
            now=now,
        )
        known = _named(member or _stranger(room, comer, wish, now), comer, wish, now)
        if isinstance(verdict, ComesIn):
            return _comes_in(services, room, known, verdict, now)
        return _waits(room, known, wish, now)

    return commit_and_tell(services, decide)


def come_back(services: Services, room: Room, member: Member) -> Entry:
    """For renewal: who is in stays in, who waits in a room that was opened meanwhile comes in. Raises Forbidden."""
    match member.state:
        case "admitted":
            return Entry(room, member)
        case "waiting":
            return commit_and_tell(services, lambda: _still_waiting(services, room.id, member.participant_id))
        case "denied" | "banned" | "removed":
            raise Forbidden(member.state, "The host didn’t let you in or removed you from this room.")
        case "left" | "withdrawn":
            raise Forbidden("not_a_member", "You left this room. Join again.")


def _may_act(services: Services, account_id: str) -> bool:
    account = services.store.get(Account, account_id)
    return account is not None and not account.suspended


def _still_waiting(services: Services, room_id: str, participant_id: str) -> Change[Entry]:
    room, now = open_room(services, room_id), services.now()
    member = cast("Member", find_member(services, room_id, participant_id))
    if member.state == "waiting" and room.access == "open":
        return _comes_in(services, room, member, ComesIn("viewer"), now)
    return Change(Entry(room, member))


def _comes_in(services: Services, room: Room, member: Member, verdict: ComesIn, now: datetime) -> Change[Entry]:
    request = answered(services, member, "admitted", by=None, now=now)
    changes: dict[str, Any] = {"state": "admitted", "role": verdict.role}
    writes: list[Write] = [Replace(request)] if request else []
    if verdict.invitation is not None:
        changes["invitation_id"] = verdict.invitation.id
        if member.invitation_id != verdict.invitation.id:
            writes.append(Replace(replace(verdict.invitation, uses=verdict.invitation.uses + 1)))
    inside = _changed(member, **changes)
    told = [notices.admit(inside, request.id, now)] if request else []
    return Change(Entry(room, inside), writes=[*writes, _stored(inside)], notices=told)


def _waits(room: Room, member: Member, wish: Wish, now: datetime) -> Change[Entry]:
    if member.state == "waiting":
        return Change(Entry(room, member), writes=[Replace(member)])
    wish.before_knocking()
    request = knock(member, now)
    waiting = _changed(member, state="waiting", role="viewer", request_id=request.id)
    return Change(Entry(room, waiting), writes=[Create(request), _stored(waiting)])


def _stranger(room: Room, comer: Comer, wish: Wish, now: datetime) -> Member:
    """A member that is not stored yet."""
    return Member(
        id=member_id(room.id, comer.participant_id),
        created_at=now,
        room_id=room.id,
        participant_id=comer.participant_id,
        account_id=comer.account_id,
        guest_hash=None if comer.account_id else comer.guest_hash,
        display_name=wish.display_name or wish.default_name,
        state="withdrawn",
        mver=0,
        last_seen_at=now,
    )


def _named(member: Member, comer: Comer, wish: Wish, now: datetime) -> Member:
    seen = replace(member, address_hash=comer.address_hash, last_seen_at=now)
    return _changed(seen, display_name=wish.display_name) if wish.display_name else seen


def _changed(member: Member, **changes: Any) -> Member:
    """The member with the changes, its version counted up if there are any."""
    changed = replace(member, **changes)
    return member if changed == member else replace(changed, mver=member.mver + 1)


def _stored(member: Member) -> Write:
    return Replace(member) if member.version else Create(member)

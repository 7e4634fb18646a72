"""Joining a room: applies the decision of `admission.py` and stores it.

The id of the Member record is derived from the person, so that of two simultaneous requests one creates it and the
other one finds it. A use of an invitation is counted in the same commit, so that it is never used too often.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from watchparty_api.errors import Forbidden
from watchparty_api.records import Account, ApiToken, Invitation, Member, Room, Session
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import FoundRoom, open_room
from watchparty_api.rooms.bans import bans_of, join_address
from watchparty_api.rooms.invitations.links import find_invitation, usable_invitation
from watchparty_api.rooms.join_requests.requests import close_request, open_request
from watchparty_api.rooms.joining.admission import Admit, Visitor, decide_admission
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import find_member, member_id
from watchparty_api.rooms.views import snapshot_of
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write

_MAX_CREDENTIALS = 20
"""A participant has at most five connections; the tokens of credentials beyond this number end with their life."""


@dataclass(frozen=True)
class JoinResult:
    """A member who is admitted or waiting."""

    room: Room
    member: Member
    credential: str | None = None
    """The account's credential that joined or renewed; None for guests."""


@dataclass(frozen=True, kw_only=True)
class JoinAttempt:
    """What someone who wants to join has sent."""

    display_name: str | None
    """None keeps the current name, or takes `default_name`."""
    default_name: str
    invite: str | None
    password_matches: Callable[[], bool]
    before_request: Callable[[], None]
    """Raises TooMany if someone asks to be let in too often."""


def join_room(services: Services, found_room: FoundRoom, visitor: Visitor, attempt: JoinAttempt) -> JoinResult:
    """Admits the visitor or has them wait. Raises the errors of `admission.decide_admission`."""
    room_id = found_room.room.id

    def decide() -> Change[JoinResult]:
        now = services.now()
        room = open_room(services, room_id)
        member = find_member(services, room_id, visitor.participant_id)
        found = find_invitation(services, attempt.invite)
        inviter = find_member(services, room_id, found.created_by) if found else None
        invitation = usable_invitation(found, room, member, inviter=inviter, now=now)
        if invitation is not None and _creator_is_signed_out(services, invitation):
            invitation = None
        admission = decide_admission(
            replace(found_room, room=room),
            visitor,
            member,
            bans=bans_of(services, room_id),
            invitation=invitation,
            password_matches=attempt.password_matches,
            host_may_act=partial(_is_usable, services, room.owner_id),
            snapshot=snapshot_of(services, room),
            now=now,
        )
        known = _updated(member or _new_member(room, visitor, attempt, now), visitor, attempt, now)
        if isinstance(admission, Admit):
            change = _admitted(services, room, known, admission, now)
        else:
            change = _waiting(room, known, attempt, now)
        return replace(change, writes=[*change.writes, *join_address(services, known.id, visitor.address_hash, now)])

    return replace(commit_and_notify(services, decide), credential=visitor.credential)


def renew_membership(services: Services, room: Room, member: Member, credential: str | None) -> JoinResult:
    """Renewal: members stay; people who are waiting are admitted if the room has since been opened.

    Raises Forbidden.
    """
    match member.state:
        case "admitted":
            if credential is None or credential in member.credentials:
                return JoinResult(room, member, credential)
        case "waiting":
            pass
        case "denied" | "banned" | "removed":
            raise Forbidden(member.state, "The host didn’t let you in or removed you from this room.")
        case "left" | "withdrawn":
            raise Forbidden("not_a_member", "You left this room. Join again.")
    renewed = commit_and_notify(services, lambda: _renewed(services, room.id, member.participant_id, credential))
    return replace(renewed, credential=credential)


def _creator_is_signed_out(services: Services, invitation: Invitation) -> bool:
    """Whether the session that created the invitation was revoked; one that merely expired leaves it valid.

    Revoking a credential revokes its invitations, but would miss one that is being created at that moment.
    """
    kind, _, id_ = (invitation.credential or "").partition(".")
    if kind == "session":
        session = services.store.get(Session, id_)
        return session is not None and session.revoked
    return kind == "token" and services.store.get(ApiToken, id_) is None


def _is_usable(services: Services, account_id: str) -> bool:
    account = services.store.get(Account, account_id)
    return account is not None and not account.suspended


def _renewed(services: Services, room_id: str, participant_id: str, credential: str | None) -> Change[JoinResult]:
    room, now = open_room(services, room_id), services.now()
    before = cast("Member", find_member(services, room_id, participant_id))
    member = _with_credential(before, credential)
    if member.state == "waiting" and room.access == "open":
        return _admitted(services, room, member, Admit("viewer"), now)
    return Change(JoinResult(room, member), writes=[Replace(member)] if member != before else [])


def _admitted(services: Services, room: Room, member: Member, admission: Admit, now: datetime) -> Change[JoinResult]:
    request = close_request(services, member, "admitted", by=None, now=now)
    changes: dict[str, Any] = {"state": "admitted", "role": admission.role}
    writes: list[Write] = [Replace(request)] if request else []
    if admission.invitation is not None:
        changes["invitation_id"] = admission.invitation.id
        if member.invitation_id != admission.invitation.id:
            writes.append(Replace(replace(admission.invitation, uses=admission.invitation.uses + 1)))
    admitted = _changed(member, **changes)
    outgoing = [notices.admit(admitted, request.id, now)] if request else []
    return Change(JoinResult(room, admitted), writes=[*writes, _stored(admitted)], notices=outgoing)


def _waiting(room: Room, member: Member, attempt: JoinAttempt, now: datetime) -> Change[JoinResult]:
    if member.state == "waiting":
        return Change(JoinResult(room, member), writes=[Replace(member)])
    attempt.before_request()
    request = open_request(member, now)
    waiting = _changed(member, state="waiting", role="viewer", request_id=request.id)
    return Change(JoinResult(room, waiting), writes=[Create(request), _stored(waiting)])


def _new_member(room: Room, visitor: Visitor, attempt: JoinAttempt, now: datetime) -> Member:
    """A member that is not stored yet."""
    return Member(
        id=member_id(room.id, visitor.participant_id),
        created_at=now,
        room_id=room.id,
        participant_id=visitor.participant_id,
        account_id=visitor.account_id,
        guest_hash=None if visitor.account_id else visitor.guest_hash,
        display_name=attempt.display_name or attempt.default_name,
        state="withdrawn",
        mver=0,
        last_seen_at=now,
    )


def _updated(member: Member, visitor: Visitor, attempt: JoinAttempt, now: datetime) -> Member:
    updated = replace(member, address_hash=None, last_seen_at=now)
    updated = _with_credential(updated, visitor.credential)
    return _changed(updated, display_name=attempt.display_name) if attempt.display_name else updated


def _with_credential(member: Member, credential: str | None) -> Member:
    """The member with the credential that joined, as the newest."""
    if credential is None:
        return member
    others = [each for each in member.credentials if each != credential]
    return replace(member, credentials=(*others, credential)[-_MAX_CREDENTIALS:])


def _changed(member: Member, **changes: Any) -> Member:
    """The member with the changes; its version is incremented if there are any."""
    changed = replace(member, **changes)
    return member if changed == member else replace(changed, mver=member.mver + 1)


def _stored(member: Member) -> Write:
    return Replace(member) if member.version else Create(member)

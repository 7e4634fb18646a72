"""Leaving, removing and banning. The record is never deleted: being gone is a state."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from watchparty_api.errors import NotFound
from watchparty_api.records import Ban, Invitation, Member, Notice, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.bans import new_ban
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.host_offers import without_offer_of
from watchparty_api.rooms.invitations.invite import revoke_invitation
from watchparty_api.rooms.invitations.links import revoke_moderator_link
from watchparty_api.rooms.join_requests.requests import close_request
from watchparty_api.rooms.members.changes import MemberChangeResult, require_may
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import require_member
from watchparty_api.rooms.permissions import Action
from watchparty_api.services import Services
from watchparty_api.store.port import Replace, Write
from watchparty_api.store.queries import INVITATIONS_OF_ROOM, MEMBERS_OF_ACCOUNT


def leave(services: Services, room_id: str, participant_id: str) -> None:
    """The participant leaves or stops waiting; their old tokens become invalid."""

    def decide() -> Change[None]:
        now = services.now()
        member = require_member(services, room_id, participant_id)
        if member.state not in ("admitted", "waiting"):
            return Change(None)
        request = close_request(services, member, "withdrawn", by=member.participant_id, now=now)
        changed = replace(member, state="left" if member.state == "admitted" else "withdrawn", mver=member.mver + 1)
        ended, outgoing = _end_offer(services, member, now)
        writes: list[Write] = [Replace(changed), *ended, *([Replace(request)] if request else [])]
        return Change(None, writes=writes, notices=[notices.remove(changed, now), *outgoing])

    commit_and_notify(services, decide)


def _end_offer(services: Services, member: Member, now: datetime) -> tuple[list[Write], list[Notice]]:
    """The writes and notices that end an offer of the room by or to a member who leaves."""
    room = services.store.get(Room, member.room_id) if member.account_id else None  # guests are offered no room
    if room is None:
        return [], []
    ended, outgoing = without_offer_of(room, (member.participant_id,), now)
    return [Replace(ended)] if outgoing else [], outgoing


def leave_all_rooms(services: Services, account_id: str) -> None:
    """The account leaves every room that it is in or waiting for."""
    for state in ("admitted", "waiting"):
        for member in services.store.query_all(MEMBERS_OF_ACCOUNT, account_id, state):
            leave(services, member.room_id, member.participant_id)


def exclude_from_rooms(services: Services, account_id: str) -> None:
    """For an account that may not act any more: leaves all rooms and invalidates its invitations.

    Otherwise the owner could come back as a guest with a link of their own.
    """
    leave_all_rooms(services, account_id)
    for member in services.store.query_all(MEMBERS_OF_ACCOUNT, account_id, "left"):
        commit_and_notify(services, partial(_invalidate_invitations, services, member.room_id, member.participant_id))


def end_credentials_in_rooms(services: Services, account_id: str, ended: Callable[[str | None], bool]) -> None:
    """Ends what the account started in rooms with the credentials for which `ended` is true.

    Invitations that they created are revoked, and connections that they opened have to renew their token, which is
    refused. The account stays a member of its rooms.
    """
    for state in ("admitted", "waiting", "left"):
        for member in services.store.query_all(MEMBERS_OF_ACCOUNT, account_id, state):
            for invitation in services.store.query_all(INVITATIONS_OF_ROOM, member.room_id, False):
                if invitation.created_by == member.participant_id and ended(invitation.credential):
                    _revoke(services, invitation)
            if any(map(ended, member.credentials)):
                commit_and_notify(
                    services, partial(_require_renewal, services, member.room_id, member.participant_id, ended)
                )


def _revoke(services: Services, invitation: Invitation) -> None:
    with suppress(NotFound):  # another request has revoked it
        revoke_invitation(services, invitation.room_id, invitation.id)


def _require_renewal(
    services: Services, room_id: str, participant_id: str, ended: Callable[[str | None], bool]
) -> Change[None]:
    member, now = require_member(services, room_id, participant_id), services.now()
    remaining = tuple(each for each in member.credentials if not ended(each))
    changed = replace(member, credentials=remaining, mver=member.mver + 1)
    return Change(None, writes=[Replace(changed)], notices=[notices.renew(changed, now)])


def _invalidate_invitations(services: Services, room_id: str, participant_id: str) -> Change[None]:
    """Marks a member who has left as demoted, which invalidates the invitations they created."""
    member = require_member(services, room_id, participant_id)
    return Change(None, writes=[Replace(replace(member, demoted_at=services.now()))])


def remove(
    services: Services, room_id: str, by_id: str, subject_id: str, *, ban: bool, by_address: str
) -> MemberChangeResult:
    """Removes someone, or bans them with `ban`; people who have left can be banned too. Raises Forbidden.

    Delegated control ends and a mute stays in case they come back; their role is then decided by admission.
    """

    def decide() -> Change[MemberChangeResult]:
        now = services.now()
        by = require_member(services, room_id, by_id)
        member = require_member(services, room_id, subject_id)
        require_may(Action.REMOVE, by, member)
        if member.state == "banned" or (not ban and member.state not in ("admitted", "waiting")):
            return Change(MemberChangeResult(member))
        link = revoke_moderator_link(services, member)
        request = close_request(services, member, "blocked" if ban else "denied", by=by.participant_id, now=now)
        removed = replace(
            member,
            state="banned" if ban else "removed",
            controls=False,
            control_until=None,
            demoted_at=now,
            mver=member.mver + 1,
        )
        entry = log_entry(by, removed.state, now, participant_id=removed.participant_id, name=removed.display_name)
        writes: list[Write] = [Replace(removed), entry, *(Replace(each) for each in (request, link) if each)]
        if ban and services.store.get(Ban, member.id) is None:
            writes += new_ban(services, member, by=by, by_address=by_address, now=now)
        notice = notices.deny(removed, request.id, now) if request else notices.remove(removed, now)
        ended, outgoing = _end_offer(services, member, now)
        result = MemberChangeResult(removed, link is not None)
        return Change(result, writes=[*writes, *ended], notices=[notice, *outgoing])

    return commit_and_notify(services, decide)

"""Going and being made to go: leaving, removing, banning. Nobody's record is deleted; going is a state."""

from dataclasses import replace
from functools import partial

from watchparty_api.records import Ban, Notice
from watchparty_api.rooms import notices
from watchparty_api.rooms.bans import ban_of
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.invitations.links import revoke_moderator_link
from watchparty_api.rooms.join_requests.requests import close_request
from watchparty_api.rooms.members.changes import MemberChangeResult, require_may
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import require_member
from watchparty_api.rooms.permissions import Action
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write
from watchparty_api.store.queries import MEMBERS_OF_ACCOUNT


def leave(services: Services, room_id: str, participant_id: str) -> None:
    """Somebody goes on their own, or stops waiting; their old tokens end here."""

    def decide() -> Change[None]:
        now = services.now()
        member = require_member(services, room_id, participant_id)
        if member.state not in ("admitted", "waiting"):
            return Change(None)
        request = close_request(services, member, "withdrawn", by=member.participant_id, now=now)
        gone = replace(member, state="left" if member.state == "admitted" else "withdrawn", mver=member.mver + 1)
        writes: list[Write] = [Replace(gone), *([Replace(request)] if request else [])]
        return Change(None, writes=writes, notices=[notices.remove(gone, now)])

    commit_and_notify(services, decide)


def leave_all_rooms(services: Services, account_id: str) -> None:
    """An account leaves every room that it is in or waits for, at once."""
    for state in ("admitted", "waiting"):
        for member in services.store.query_all(MEMBERS_OF_ACCOUNT, account_id, state):
            leave(services, member.room_id, member.participant_id)


def exclude_from_rooms(services: Services, account_id: str) -> None:
    """For an account that must not act any more: out of every room, and its word counts in none. What it invited to
    before opens nothing, for whoever shows it; else its owner comes back as a guest by a link of their own.
    """
    leave_all_rooms(services, account_id)
    for member in services.store.query_all(MEMBERS_OF_ACCOUNT, account_id, "left"):
        commit_and_notify(services, partial(_barred, services, member.room_id, member.participant_id))


def _barred(services: Services, room_id: str, participant_id: str) -> Change[None]:
    member = require_member(services, room_id, participant_id)
    return Change(None, writes=[Replace(replace(member, demoted_at=services.now()))])


def remove(
    services: Services, room_id: str, by_id: str, subject_id: str, *, ban: bool, by_address: str
) -> MemberChangeResult:
    """Takes somebody out, for good with `ban`; also who left or was removed before can be banned. Raises Forbidden.

    Lent control ends and a mute stays, for whoever comes back; their role is the door's to give.
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
        out = replace(
            member,
            state="banned" if ban else "removed",
            controls=False,
            control_until=None,
            demoted_at=now,
            mver=member.mver + 1,
        )
        line = log_entry(by, out.state, now, participant_id=out.participant_id, name=out.display_name)
        writes: list[Write] = [Replace(out), line, *(Replace(each) for each in (request, link) if each)]
        if ban and services.store.get(Ban, member.id) is None:
            writes.append(Create(ban_of(member, by=by, by_address=by_address, now=now)))
        told: list[Notice] = [notices.deny(out, request.id, now)] if request else [notices.remove(out, now)]
        return Change(MemberChangeResult(out, link is not None), writes=writes, notices=told)

    return commit_and_notify(services, decide)

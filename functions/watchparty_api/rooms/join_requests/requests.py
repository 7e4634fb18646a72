"""Join requests of people who are waiting, and the decisions about them: admit, deny or block.

The request, the membership and the notice to the waiting person are one commit, so a second decision finds the first
and is refused.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from watchparty_api.errors import Conflict, NotFound
from watchparty_api.records import JoinRequest, Member
from watchparty_api.rooms import notices
from watchparty_api.rooms.bans import new_ban
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.join_requests.models import Decided, Decision
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import find_member
from watchparty_api.services import Services
from watchparty_api.store.port import Replace, Write
from watchparty_api.store.queries import REQUESTS_BY_DECISION


def open_request(member: Member, now: datetime) -> JoinRequest:
    """A new request of the member."""
    return JoinRequest(
        id=secrets.token_urlsafe(12),
        created_at=now,
        room_id=member.room_id,
        participant_id=member.participant_id,
    )


def close_request(
    services: Services,
    member: Member,
    decision: Literal["admitted", "denied", "blocked", "withdrawn"],
    *,
    by: str | None,
    now: datetime,
) -> JoinRequest | None:
    """The member's open request with its decision, to be written; None if no request is open."""
    if member.state != "waiting" or member.request_id is None:
        return None
    request = services.store.get(JoinRequest, member.request_id)
    if request is None or request.decision != "open":
        return None
    return replace(request, decision=decision, decided_by=by, decided_at=now)


class _Outcome(NamedTuple):
    decision: Literal["admitted", "denied", "blocked"]
    state: Literal["admitted", "denied", "banned"]


_OUTCOMES: Mapping[Decision, _Outcome] = {
    "admit": _Outcome("admitted", "admitted"),
    "deny": _Outcome("denied", "denied"),
    "block": _Outcome("blocked", "banned"),
}


def open_requests(
    services: Services, room_id: str, *, limit: int, cursor: str | None = None
) -> tuple[list[tuple[JoinRequest, Member]], str | None]:
    """The open requests with their members, longest waiting first, and the cursor of the next page."""
    page = services.store.query(REQUESTS_BY_DECISION, room_id, "open", limit=limit, cursor=cursor)
    found = ((request, find_member(services, room_id, request.participant_id)) for request in page.items)
    return [(request, member) for request, member in found if member is not None], page.cursor


@dataclass(frozen=True)
class Decider:
    """The member who decides.

    `address_hash` is needed for blocking: a ban does not cover an address that both share.
    """

    member: Member
    address_hash: str | None = None


def decide(services: Services, room_id: str, by: Decider, request_id: str, decision: Decision) -> None:
    """Decides one request. Raises NotFound, or Conflict if it has already been decided."""

    def decided() -> Change[None]:
        now = services.now()
        request = services.store.get(JoinRequest, request_id)
        member = find_member(services, room_id, request.participant_id) if request else None
        if request is None or request.room_id != room_id or member is None:
            raise NotFound("request_not_found", "This person is no longer waiting.")
        if request.decision != "open":
            raise Conflict("already_decided", "Someone already answered.", extra={"decision": request.decision})
        outcome = _OUTCOMES[decision]
        closed = replace(request, decision=outcome.decision, decided_by=by.member.participant_id, decided_at=now)
        changed = replace(member, state=outcome.state, mver=member.mver + 1)
        entry = log_entry(
            by.member, outcome.decision, now, participant_id=member.participant_id, name=member.display_name
        )
        writes: list[Write] = [Replace(closed), Replace(changed), entry]
        if decision == "block":
            writes += new_ban(services, member, by=by.member, by_address=by.address_hash, now=now)
        notice = notices.admit if decision == "admit" else notices.deny
        return Change(None, writes=writes, notices=[notice(changed, request.id, now)])

    commit_and_notify(services, decided)


def decide_many(
    services: Services, room_id: str, by: Decider, request_ids: Iterable[str], decision: Decision
) -> Decided:
    """Decides each request separately: one that has already been decided does not stop the others."""
    result = Decided(decided=[], skipped=[])
    for request_id in request_ids:
        try:
            decide(services, room_id, by, request_id, decision)
        except (NotFound, Conflict):
            result.skipped.append(request_id)
        else:
            result.decided.append(request_id)
    return result


def decide_all(services: Services, room_id: str, by: Decider, decision: Decision) -> Decided:
    """Decides every open request."""
    requests = services.store.query_all(REQUESTS_BY_DECISION, room_id, "open")
    return decide_many(services, room_id, by, (request.id for request in requests), decision)

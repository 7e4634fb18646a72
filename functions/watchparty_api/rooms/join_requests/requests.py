"""A knock: the request of somebody who waits, and what becomes of it. Pure but for looking the request up."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Literal

from watchparty_api.records import JoinRequest, Member
from watchparty_api.services import Services


def knock(member: Member, now: datetime) -> JoinRequest:
    """A new request of the member's."""
    return JoinRequest(
        id=secrets.token_urlsafe(12),
        created_at=now,
        room_id=member.room_id,
        participant_id=member.participant_id,
    )


def answered(
    services: Services,
    member: Member,
    decision: Literal["admitted", "denied", "blocked", "withdrawn"],
    *,
    by: str | None,
    now: datetime,
) -> JoinRequest | None:
    """The member's open request with the answer, to be written; None where nothing is open."""
    if member.state != "waiting" or member.request_id is None:
        return None
    request = services.store.get(JoinRequest, member.request_id)
    if request is None or request.decision != "open":
        return None
    return replace(request, decision=decision, decided_by=by, decided_at=now)

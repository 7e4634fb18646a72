"""Identifies someone who joins or renews: as an account, a returning guest, or a new guest."""

import re
import secrets
from dataclasses import dataclass

from fastapi import Request, Response

from watchparty_api.errors import Forbidden, Unauthenticated
from watchparty_api.records import Member, Room
from watchparty_api.rooms.bans import client_address_hash
from watchparty_api.rooms.joining.admission import Visitor
from watchparty_api.rooms.membership_guard import credential_of, membership
from watchparty_api.rooms.participants import find_member, participant_of_account, participant_of_guest
from watchparty_api.services import Services
from watchparty_api.web.caller import (
    AccountCaller,
    Anonymous,
    Caller,
    ParticipantCaller,
    caller_of,
    hash_secret,
)
from watchparty_api.web.site import is_https

COOKIE = "wp_guest"
HEADER = "x-guest-key"
_LIFE_S = 400 * 24 * 3600
"""The longest cookie lifetime that browsers allow."""
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def guest_hash_of(request: Request) -> str | None:
    """The hash of the request's guest key, from header or cookie; None if there is none or it is malformed."""
    key = request.headers.get(HEADER) or request.cookies.get(COOKIE, "")
    return hash_secret(key) if _SHAPE.fullmatch(key) else None


def new_guest_key() -> str:
    """A key for a new guest."""
    return secrets.token_urlsafe(32)


def set_guest_cookie(key: str, request: Request, response: Response) -> None:
    """Sets the guest key's cookie."""
    response.set_cookie(
        COOKIE, key, max_age=_LIFE_S, path="/api/v1/rooms", httponly=True, samesite="lax", secure=is_https(request)
    )


@dataclass(frozen=True)
class IdentifiedVisitor:
    """An identified visitor; `new_key` is the key created for a guest who had none."""

    visitor: Visitor
    new_key: str | None = None


def identify(services: Services, room: Room, caller: Caller, request: Request) -> IdentifiedVisitor:
    """Identifies the visitor: by account, by a join token of this room, by guest key, or as a new guest."""
    address_hash = client_address_hash(services, request)
    guest_hash = guest_hash_of(request)
    match caller:
        case AccountCaller(account=account):
            participant_id = participant_of_account(room.id, account.id)
            return IdentifiedVisitor(Visitor(participant_id, account.id, guest_hash, address_hash, caller.credential))
        case ParticipantCaller():
            member = membership(services, room, caller)
            if member is not None:
                return IdentifiedVisitor(
                    Visitor(
                        member.participant_id, member.account_id, member.guest_hash, address_hash, caller.credential
                    )
                )
    new_key = None if guest_hash else new_guest_key()
    known_hash = guest_hash or hash_secret(new_key or "")
    return IdentifiedVisitor(
        Visitor(participant_of_guest(room.id, known_hash), None, known_hash, address_hash), new_key
    )


def identify_member(services: Services, room: Room, request: Request) -> tuple[Member, str | None]:
    """The member who renews, identified by token or guest key, and the account's credential.

    A phone that slept has an expired token, but still its key. Raises Unauthenticated, also for an account's token that
    names no credential, or Forbidden for someone who has never joined.
    """
    guest_hash = guest_hash_of(request)
    guest = find_member(services, room.id, participant_of_guest(room.id, guest_hash)) if guest_hash else None
    try:
        caller = caller_of(request, services)
    except Unauthenticated:
        if guest is None:
            raise
        return guest, None
    if isinstance(caller, Anonymous) and guest_hash is None:
        raise Unauthenticated("sign_in", "Join the room first.")
    member = membership(services, room, caller) or (None if isinstance(caller, AccountCaller) else guest)
    if member is None:
        raise Forbidden("not_a_member", "You’re not in this room. Join it first.")
    credential = credential_of(caller)
    if member.account_id is not None and credential is None:
        raise Unauthenticated("signed_out", "You’ve been signed out. Sign in again.")
    return member, credential if member.account_id is not None else None

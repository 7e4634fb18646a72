"""Who stands at the door, from what the request shows: an account, a guest who was here before, or a new one."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from watchparty_api.errors import Forbidden, Unauthenticated
from watchparty_api.records import Member, Room
from watchparty_api.rooms.access import membership
from watchparty_api.rooms.bans import address_mark
from watchparty_api.rooms.joining.admission import Comer
from watchparty_api.rooms.joining.guest_key import new_guest_key, shown_guest_hash
from watchparty_api.rooms.participants import find_member, participant_of_account, participant_of_guest
from watchparty_api.services import Services
from watchparty_api.web.caller import (
    AccountCaller,
    Caller,
    Nobody,
    ParticipantCaller,
    caller_of,
    hash_secret,
)


@dataclass(frozen=True)
class Arrival:
    """Somebody at the door; `new_key` is the key that was made for a guest who showed none."""

    comer: Comer
    new_key: str | None = None


def arrival(services: Services, room: Room, caller: Caller, request: Request) -> Arrival:
    """Whom the request is: by account, by a join token of this room, by guest key, or somebody new."""
    address_hash = address_mark(services, request)
    guest_hash = shown_guest_hash(request)
    match caller:
        case AccountCaller(account):
            participant_id = participant_of_account(room.id, account.id)
            return Arrival(Comer(participant_id, account.id, guest_hash, address_hash))
        case ParticipantCaller():
            member = membership(services, room, caller)
            if member is not None:
                return Arrival(Comer(member.participant_id, member.account_id, member.guest_hash, address_hash))
    new_key = None if guest_hash else new_guest_key()
    known_hash = guest_hash or hash_secret(new_key or "")
    return Arrival(Comer(participant_of_guest(room.id, known_hash), None, known_hash, address_hash), new_key)


def returning(services: Services, room: Room, request: Request) -> Member:
    """Who renews: by token or by guest key. A phone that slept shows a token that has ended; its key still tells.

    Raises Unauthenticated, and Forbidden for somebody who never was here.
    """
    guest_hash = shown_guest_hash(request)
    guest = find_member(services, room.id, participant_of_guest(room.id, guest_hash)) if guest_hash else None
    try:
        caller = caller_of(request, services)
    except Unauthenticated:
        if guest is None:
            raise
        return guest
    if isinstance(caller, Nobody) and guest_hash is None:
        raise Unauthenticated("sign_in", "Join the room first.")
    member = membership(services, room, caller) or (None if isinstance(caller, AccountCaller) else guest)
    if member is None:
        raise Forbidden("not_a_member", "You’re not in this room. Join it first.")
    return member

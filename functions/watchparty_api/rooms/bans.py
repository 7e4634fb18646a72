"""Bans: the identifiers by which a banned person is recognised, and lifting a ban.

A ban cannot stop people who clear their cookies and change their IP address. The address counts for 24 hours, as a
keyed hash, and not at all if the person who bans has the same one: they may share a household, or all visitors may
reach the server through one proxy.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request

from watchparty_api.addresses import address_key
from watchparty_api.errors import NotFound
from watchparty_api.records import Ban, Member
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import find_member, member_id
from watchparty_api.services import Services
from watchparty_api.store.port import Delete, Replace, Write
from watchparty_api.store.queries import BANS_OF_ROOM
from watchparty_api.web.site import client_address

_ADDRESS_LIFE = timedelta(hours=24)


def bans_of(services: Services, room_id: str) -> tuple[Ban, ...]:
    """The room's bans, newest first. At most 500: a host who has banned more people needs a new link."""
    return services.store.query(BANS_OF_ROOM, room_id, limit=500).items


def client_address_hash(services: Services, request: Request) -> str:
    """The keyed hash of the caller's IP address, or of its network where one household has many addresses."""
    return services.keyed_hash.of("address", address_key(client_address(request)))


def new_ban(member: Member, *, by: Member, by_address: str | None, now: datetime) -> Ban:
    """Creates the ban of a member. Pure."""
    shared = member.address_hash is None or member.address_hash == by_address
    return Ban(
        id=member.id,
        created_at=now,
        room_id=member.room_id,
        participant_id=member.participant_id,
        display_name=member.display_name,
        account_id=member.account_id,
        guest_hash=member.guest_hash,
        invitation_id=member.invitation_id,
        address_hash=None if shared else member.address_hash,
        address_until=None if shared else now + _ADDRESS_LIFE,
        created_by=by.participant_id,
    )


def lift_ban(services: Services, room_id: str, participant_id: str) -> None:
    """Lifts a ban: the person can try to join again, like someone who was removed. Raises NotFound."""

    def decide() -> Change[None]:
        id_ = member_id(room_id, participant_id)
        if services.store.get(Ban, id_) is None:
            raise NotFound("ban_not_found", "Ban not found.")
        writes: list[Write] = [Delete(Ban, id_)]
        member = find_member(services, room_id, participant_id)
        if member is not None and member.state == "banned":
            writes.append(Replace(replace(member, state="removed")))
        return Change(None, writes=writes)

    commit_and_notify(services, decide)

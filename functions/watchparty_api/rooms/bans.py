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
from watchparty_api.records import Ban, BannedAddress, JoinAddress, Member
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import find_member, member_id
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Delete, Replace, Write
from watchparty_api.store.queries import BANS_OF_ROOM
from watchparty_api.web.site import client_address

ADDRESS_LIFE = timedelta(hours=24)
"""How long an address hash is stored: after joining, in case the member is banned, and after a ban."""


def bans_of(services: Services, room_id: str) -> tuple[Ban, ...]:
    """The room's bans, newest first. At most 500: a host who has banned more people needs a new link."""
    bans = services.store.query(BANS_OF_ROOM, room_id, limit=500).items
    now = services.now()
    recent = [ban.id for ban in bans if ban.address_until is not None and ban.address_until > now]
    addresses = services.store.get_many(BannedAddress, recent)
    return tuple(
        replace(ban, address_hash=addresses[ban.id].address_hash) if ban.id in addresses else ban for ban in bans
    )


def client_address_hash(services: Services, request: Request) -> str:
    """The keyed hash of the caller's IP address, or of its network where one household has many addresses."""
    return services.keyed_hash.of("address", address_key(client_address(request)))


def join_address(services: Services, member_id: str, address_hash: str, now: datetime) -> list[Write]:
    """The write that stores the address from which the member joins; none if it is stored already and still fresh."""
    known = services.store.get(JoinAddress, member_id)
    if known is None:
        return [
            Create(JoinAddress(id=member_id, created_at=now, address_hash=address_hash, expires_at=now + ADDRESS_LIFE))
        ]
    if known.address_hash == address_hash and known.expires_at > now + ADDRESS_LIFE / 2:
        return []
    return [Replace(replace(known, address_hash=address_hash, expires_at=now + ADDRESS_LIFE))]


def new_ban(services: Services, member: Member, *, by: Member, by_address: str | None, now: datetime) -> list[Write]:
    """The writes of a member's ban: the ban, and the address that it covers, if it is known and not shared."""
    joined = services.store.get(JoinAddress, member.id)
    covered = joined is not None and joined.expires_at > now and joined.address_hash != by_address
    ban = Ban(
        id=member.id,
        created_at=now,
        room_id=member.room_id,
        participant_id=member.participant_id,
        display_name=member.display_name,
        account_id=member.account_id,
        guest_hash=member.guest_hash,
        invitation_id=member.invitation_id,
        address_until=now + ADDRESS_LIFE if covered else None,
        created_by=by.participant_id,
    )
    if joined is None or not covered:
        return [Create(ban)]
    address = BannedAddress(
        id=member.id, created_at=now, address_hash=joined.address_hash, expires_at=now + ADDRESS_LIFE
    )
    earlier = services.store.get(BannedAddress, member.id)  # of a ban that was lifted, if it outlived it
    return [Create(ban), Replace(replace(address, version=earlier.version)) if earlier else Create(address)]


def lift_ban(services: Services, room_id: str, participant_id: str) -> None:
    """Lifts a ban: the person can try to join again, like someone who was removed. Raises NotFound."""

    def decide() -> Change[None]:
        id_ = member_id(room_id, participant_id)
        if services.store.get(Ban, id_) is None:
            raise NotFound("ban_not_found", "Ban not found.")
        writes: list[Write] = [Delete(Ban, id_), Delete(BannedAddress, id_)]
        member = find_member(services, room_id, participant_id)
        if member is not None and member.state == "banned":
            writes.append(Replace(replace(member, state="removed")))
        return Change(None, writes=writes)

    commit_and_notify(services, decide)

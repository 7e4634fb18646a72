"""HTTP routes of members and bans."""

import secrets

from fastapi import APIRouter, Request

from watchparty_api.records import Ban, Member
from watchparty_api.rooms.bans import client_address_hash, lift_ban
from watchparty_api.rooms.generated_names import guest_name
from watchparty_api.rooms.members.changes import change_member, rename
from watchparty_api.rooms.members.handover import accept_offer, decline_offer, withdraw_offer
from watchparty_api.rooms.members.models import (
    BanList,
    BanView,
    HostOfferAnswer,
    MemberChange,
    MemberChanged,
    MemberList,
    MemberView,
    Removed,
    Rename,
)
from watchparty_api.rooms.members.removal import leave, remove
from watchparty_api.rooms.membership_guard import RoomAccessOf
from watchparty_api.rooms.permissions import Action
from watchparty_api.store.queries import BANS_OF_ROOM, MEMBERS_BY_STATE
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(tags=["members"])


@router.get("/rooms/{room_id}/members")
def list_members(
    access: RoomAccessOf,
    services: ServicesOf,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> MemberList:
    """Lists the members of the room, whether or not they are connected."""
    access.require(Action.LIST_MEMBERS, services.now())
    page = services.store.query(MEMBERS_BY_STATE, access.room.id, "admitted", limit=limit, cursor=cursor)
    return MemberList(items=[_view(member) for member in page.items], next_cursor=page.cursor)


@router.patch("/rooms/{room_id}/members/me")
def rename_me(body: Rename, access: RoomAccessOf, services: ServicesOf) -> MemberView:
    """Changes the caller's name in the room, also while waiting."""
    me = access.require(Action.RENAME_SELF, services.now())
    name = body.display_name or guest_name(secrets.choice)
    return _view(rename(services, access.room.id, me.participant_id, name))


@router.patch("/rooms/{room_id}/members/{participant_id}")
def change(participant_id: str, body: MemberChange, access: RoomAccessOf, services: ServicesOf) -> MemberChanged:
    """Changes role, mute and delegated control. `role: "host"` offers the room for ten minutes: the role changes when
    the other person accepts."""
    me = access.require(Action.MUTE, services.now())
    result = change_member(services, access.room.id, me.participant_id, participant_id, body.given())
    view = _view(result.member).model_dump()
    return MemberChanged(**view, link_lowered=result.link_lowered, offered_until=result.offered_until)


@router.post("/rooms/{room_id}/host-offer")
def answer_host_offer(body: HostOfferAnswer, access: RoomAccessOf, services: ServicesOf) -> MemberView:
    """Accepts or declines the host's offer of the room, and returns the caller's membership. Accepting makes the caller
    the host, and the previous host a moderator."""
    me = access.require(Action.ANSWER_HOST_OFFER, services.now())
    answer = accept_offer if body.decision == "accept" else decline_offer
    return _view(answer(services, access.room.id, me.participant_id))


@router.delete("/rooms/{room_id}/host-offer", status_code=204)
def take_back_host_offer(access: RoomAccessOf, services: ServicesOf) -> None:
    """Withdraws the host's offer of the room."""
    me = access.require(Action.CHANGE_ROLE, services.now())
    withdraw_offer(services, access.room.id, me.participant_id)


@router.delete("/rooms/{room_id}/members/{participant_id}")
def take_out(
    participant_id: str, request: Request, access: RoomAccessOf, services: ServicesOf, ban: bool = False
) -> Removed:
    """Removes someone; with `ban=true` also bans them, as far as they can be recognised."""
    me = access.require(Action.REMOVE, services.now())
    by_address = client_address_hash(services, request)
    result = remove(services, access.room.id, me.participant_id, participant_id, ban=ban, by_address=by_address)
    still_open = ban and access.room.access == "open"
    return Removed(
        participant_id=participant_id,
        banned=ban,
        link_lowered=result.link_lowered,
        offer="knock" if still_open else None,
    )


@router.post("/rooms/{room_id}/leave", status_code=204, include_in_schema=False)
@router.post("/rooms/{room_id}/members/leave", status_code=204)
def go(access: RoomAccessOf, services: ServicesOf) -> None:
    """Leaves the room, or stops waiting."""
    me = access.require(Action.LEAVE, services.now())
    leave(services, access.room.id, me.participant_id)


@router.get("/rooms/{room_id}/bans")
def list_bans(
    access: RoomAccessOf,
    services: ServicesOf,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> BanList:
    """Lists the room's bans."""
    access.require(Action.MANAGE_BANS, services.now())
    page = services.store.query(BANS_OF_ROOM, access.room.id, limit=limit, cursor=cursor)
    return BanList(items=[_ban_view(ban) for ban in page.items], next_cursor=page.cursor)


@router.delete("/rooms/{room_id}/bans/{ban_id}", status_code=204)
def unban(ban_id: str, access: RoomAccessOf, services: ServicesOf) -> None:
    """Lifts a ban."""
    access.require(Action.MANAGE_BANS, services.now())
    lift_ban(services, access.room.id, participant_id=ban_id)


def _view(member: Member) -> MemberView:
    return MemberView(
        participant_id=member.participant_id,
        display_name=member.display_name,
        role=member.role,
        muted=member.muted,
        has_account=member.account_id is not None,
        controls=member.controls,
        control_until=member.control_until,
        last_seen_at=member.last_seen_at,
    )


def _ban_view(ban: Ban) -> BanView:
    return BanView(
        id=ban.participant_id,
        participant_id=ban.participant_id,
        display_name=ban.display_name,
        has_account=ban.account_id is not None,
        address_until=ban.address_until,
        created_at=ban.created_at,
    )

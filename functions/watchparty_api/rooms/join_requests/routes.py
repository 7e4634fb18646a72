"""HTTP routes of join requests, for host and moderators."""

from fastapi import APIRouter, Request

from watchparty_api.records import JoinRequest, Member
from watchparty_api.rooms.bans import client_address_hash
from watchparty_api.rooms.join_requests.models import (
    Decided,
    DecideMany,
    DecideOne,
    JoinRequestList,
    JoinRequestView,
)
from watchparty_api.rooms.join_requests.requests import Decider, decide, decide_all, decide_many, open_requests
from watchparty_api.rooms.membership_guard import RoomAccessOf
from watchparty_api.rooms.permissions import Action
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(tags=["join requests"])


@router.get("/rooms/{room_id}/join-requests")
def list_waiting(
    access: RoomAccessOf,
    services: ServicesOf,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> JoinRequestList:
    """Lists the people who are waiting to be let in."""
    access.require(Action.DECIDE_KNOCKS, services.now())
    found, next_cursor = open_requests(services, access.room.id, limit=limit, cursor=cursor)
    return JoinRequestList(items=[_view(request, member) for request, member in found], next_cursor=next_cursor)


@router.post("/rooms/{room_id}/join-requests/{request_id}")
def decide_one(
    request_id: str, body: DecideOne, request: Request, access: RoomAccessOf, services: ServicesOf
) -> Decided:
    """Decides one request. The first decision counts; a second one is a conflict."""
    by = Decider(access.require(Action.DECIDE_KNOCKS, services.now()), client_address_hash(services, request))
    decide(services, access.room.id, by, request_id, body.decision)
    return Decided(decided=[request_id], skipped=[])


@router.post("/rooms/{room_id}/join-requests:decide")
def decide_several(body: DecideMany, request: Request, access: RoomAccessOf, services: ServicesOf) -> Decided:
    """Makes the same decision for several people, or for everyone who is waiting."""
    by = Decider(access.require(Action.DECIDE_KNOCKS, services.now()), client_address_hash(services, request))
    if body.ids is None:
        return decide_all(services, access.room.id, by, body.decision)
    return decide_many(services, access.room.id, by, body.ids, body.decision)


def _view(request: JoinRequest, member: Member) -> JoinRequestView:
    return JoinRequestView(
        id=request.id,
        participant_id=member.participant_id,
        display_name=member.display_name,
        has_account=member.account_id is not None,
        created_at=request.created_at,
    )

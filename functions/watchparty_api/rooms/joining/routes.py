"""HTTP routes of joining: with the link, and renewing before the token expires."""

import secrets
from functools import cache

from fastapi import APIRouter, Depends, Request, Response

from watchparty_api.addresses import address_key
from watchparty_api.identity.passwords import verify_password
from watchparty_api.records import Room
from watchparty_api.rooms.address import find_room
from watchparty_api.rooms.generated_names import guest_name
from watchparty_api.rooms.joining.identify import identify, identify_member, set_guest_cookie
from watchparty_api.rooms.joining.join import JoinAttempt, join_room, renew_membership
from watchparty_api.rooms.joining.models import Admitted, Join, Renewal, WaitingForHost
from watchparty_api.rooms.joining.response import join_response
from watchparty_api.services import Services
from watchparty_api.web.caller import AccountCaller, Caller, CallerOf
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import client_address, require_origin

router = APIRouter(tags=["joining"], dependencies=[Depends(require_origin)])


@router.post("/rooms/{room_id}/join", responses={202: {"model": WaitingForHost}})
def join(
    room_id: str, body: Join, request: Request, response: Response, caller: CallerOf, services: ServicesOf
) -> Admitted | WaitingForHost:
    """Joins the room, or asks to be let in. Repeating the request has no further effect."""
    address = address_key(client_address(request))
    services.limiter.hit("join", address)
    found_room = find_room(services, room_id)
    identified = identify(services, found_room.room, caller, request)
    attempt = _attempt(services, found_room.room, body, caller, address)
    joined = join_room(services, found_room, identified.visitor, attempt)
    shown = identified.new_key if body.guest_key else None
    if identified.new_key and not shown:
        set_guest_cookie(identified.new_key, request, response)
    return join_response(services, joined, request, response, guest_key=shown)


@router.post("/rooms/{room_id}/join/renew", responses={202: {"model": WaitingForHost}})
def renew(
    room_id: str, _body: Renewal, request: Request, response: Response, services: ServicesOf
) -> Admitted | WaitingForHost:
    """Returns a new token for members, and the decision for people who were waiting."""
    services.limiter.hit("renew", address_key(client_address(request)))
    room = find_room(services, room_id).room
    joined = renew_membership(services, room, *identify_member(services, room, request))
    return join_response(services, joined, request, response)


def _attempt(services: Services, room: Room, body: Join, caller: Caller, address: str) -> JoinAttempt:
    @cache
    def password_matches() -> bool:
        if body.password is None:
            return False
        services.limiter.hit("room_password", room.id, address)  # first: attempts in parallel must all count
        if not verify_password(room.password_hash, body.password):
            return False
        services.limiter.forget("room_password", room.id, address)
        return True

    @cache
    def before_request() -> None:
        services.limiter.hit("knock", room.id, address)

    own_name = caller.account.display_name if isinstance(caller, AccountCaller) else guest_name(secrets.choice)
    return JoinAttempt(
        display_name=body.display_name or None,
        default_name=own_name,
        invite=body.invite,
        password_matches=password_matches,
        before_request=before_request,
    )

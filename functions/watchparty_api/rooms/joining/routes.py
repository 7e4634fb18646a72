"""HTTP routes of joining: with the link, and again before the token ends."""

from __future__ import annotations

import secrets
from functools import cache

from fastapi import APIRouter, Depends, Request, Response

from watchparty_api.identity.passwords import verify_password
from watchparty_api.rate_limits.limits import address_key
from watchparty_api.records import Room
from watchparty_api.rooms.address import find_room
from watchparty_api.rooms.generated_names import guest_name
from watchparty_api.rooms.joining.identify import arrival, hand_over, returning
from watchparty_api.rooms.joining.join import Wish, come_back, enter
from watchparty_api.rooms.joining.models import Admitted, Join, Renewal, WaitingForHost
from watchparty_api.rooms.joining.response import answer
from watchparty_api.services import Services
from watchparty_api.web.caller import AccountCaller, Caller, CallerOf
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import client_address, require_origin

router = APIRouter(tags=["joining"], dependencies=[Depends(require_origin)])


@router.post("/rooms/{room_id}/join", responses={202: {"model": WaitingForHost}})
def join(
    room_id: str, body: Join, request: Request, response: Response, caller: CallerOf, services: ServicesOf
) -> Admitted | WaitingForHost:
    """With the link into the room, or to its door. Joining twice is joining once."""
    address = address_key(client_address(request))
    services.limiter.hit("join", address)
    addressed = find_room(services, room_id)
    arriving = arrival(services, addressed.room, caller, request)
    wish = _wish(services, addressed.room, body, caller, address)
    entry = enter(services, addressed, arriving.comer, wish)
    shown = arriving.new_key if body.guest_key else None
    if arriving.new_key and not shown:
        hand_over(arriving.new_key, request, response)
    return answer(services, entry, request, response, guest_key=shown)


@router.post("/rooms/{room_id}/join/renew", responses={202: {"model": WaitingForHost}})
def renew(
    room_id: str, _body: Renewal, request: Request, response: Response, services: ServicesOf
) -> Admitted | WaitingForHost:
    """A new token for who is in, the decision for who waited."""
    services.limiter.hit("renew", address_key(client_address(request)))
    room = find_room(services, room_id).room
    entry = come_back(services, room, returning(services, room, request))
    return answer(services, entry, request, response)


def _wish(services: Services, room: Room, body: Join, caller: Caller, address: str) -> Wish:
    @cache
    def knows_password() -> bool:
        if body.password is None:
            return False
        services.limiter.check("room_password", room.id, address)
        if verify_password(room.password_hash, body.password):
            return True
        services.limiter.hit("room_password", room.id, address)
        return False

    @cache
    def before_knocking() -> None:
        services.limiter.hit("knock", room.id, address)

    own_name = caller.account.display_name if isinstance(caller, AccountCaller) else guest_name(secrets.choice)
    return Wish(
        display_name=body.display_name or None,
        default_name=own_name,
        invite=body.invite,
        knows_password=knows_password,
        before_knocking=before_knocking,
    )

"""HTTP routes of rooms: create, read, change and close; link, queue and poster."""

from fastapi import APIRouter, Request, Response

from watchparty_api.addresses import address_key
from watchparty_api.rooms import views
from watchparty_api.rooms.address import open_room
from watchparty_api.rooms.changes import FILM_FIELDS, change_room, close_room, replace_link
from watchparty_api.rooms.creation import create_room
from watchparty_api.rooms.film_queue import play_next, queued_films, replace_queue
from watchparty_api.rooms.membership_guard import RoomAccessOf
from watchparty_api.rooms.models import (
    NextFilm,
    Queue,
    QueueChange,
    RoomCard,
    RoomChange,
    RoomList,
    RoomStart,
    RoomView,
)
from watchparty_api.rooms.participants import participant_of_account, require_member
from watchparty_api.rooms.permissions import Action
from watchparty_api.rooms.poster import poster_response
from watchparty_api.rooms.views import room_card, room_for_member
from watchparty_api.store.queries import OPEN_ROOMS_OF_OWNER
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.web.idempotency import OnceOf
from watchparty_api.web.site import client_address, share_url

router = APIRouter(tags=["rooms"])


@router.post("/rooms", status_code=201)
def make(start: RoomStart, request: Request, caller: AccountOf, once: OnceOf, services: ServicesOf) -> RoomView:
    """Creates a room; the caller is its host."""
    services.limiter.hit("room_create", caller.account.id)
    room = open_room(services, once(lambda: create_room(services, caller.account, start).id))
    host = require_member(services, room.id, participant_of_account(room.id, caller.account.id))
    return room_for_member(services, room, host, base_url=share_url(request))


@router.get("/rooms")
def list_mine(
    request: Request,
    caller: AccountOf,
    services: ServicesOf,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> RoomList:
    """Lists the caller's open rooms, most recently used first."""
    page = services.store.query(OPEN_ROOMS_OF_OWNER, caller.account.id, None, limit=limit, cursor=cursor)
    site = share_url(request)
    return RoomList(items=[views.summary(room, base_url=site) for room in page.items], next_cursor=page.cursor)


@router.get("/rooms/{room_id}")
def read(request: Request, access: RoomAccessOf, services: ServicesOf) -> RoomView | RoomCard:
    """Returns the room for its members, and the room's card for everyone else."""
    site, member = share_url(request), access.member
    if member is not None and access.may(Action.READ_ROOM, services.now()):
        return room_for_member(services, access.room, member, base_url=site)
    services.limiter.hit("card", address_key(client_address(request)))
    room = access.room if access.is_known else access.found_room.for_newcomers()
    return room_card(services, room, base_url=site)


@router.patch("/rooms/{room_id}")
def change(body: RoomChange, request: Request, access: RoomAccessOf, services: ServicesOf) -> RoomView:
    """Changes the room. Only the host can change settings; anyone who controls playback can change the film."""
    fields, now = body.given(), services.now()
    member = access.require(Action.READ_ROOM, now)
    if fields.keys() - FILM_FIELDS:
        access.require(Action.CHANGE_SETTINGS, now)
    if fields.keys() & FILM_FIELDS:
        access.require(Action.CONTROL_FILM, now)
    room = change_room(services, access.room.id, member, fields) if fields else access.room
    return room_for_member(services, room, member, base_url=share_url(request))


@router.delete("/rooms/{room_id}", status_code=204)
def close(access: RoomAccessOf, services: ServicesOf) -> None:
    """Closes the room permanently."""
    access.require(Action.CLOSE, services.now())
    close_room(services, access.room.id)


@router.post("/rooms/{room_id}/link")
def new_link(request: Request, access: RoomAccessOf, services: ServicesOf) -> RoomView:
    """Creates a new link. Newcomers can no longer use the old one; members stay."""
    member = access.require(Action.MAKE_LINK, services.now())
    room = replace_link(services, access.room.id)
    return room_for_member(services, room, member, base_url=share_url(request))


@router.get("/rooms/{room_id}/queue")
def read_queue(access: RoomAccessOf, services: ServicesOf) -> Queue:
    """Returns the queue."""
    access.require(Action.CONTROL_FILM, services.now())
    return Queue(items=[views.queued(video) for video in queued_films(services, access.room)])


@router.put("/rooms/{room_id}/queue")
def write_queue(body: QueueChange, access: RoomAccessOf, services: ServicesOf) -> Queue:
    """Replaces the queue."""
    member = access.require(Action.CONTROL_FILM, services.now())
    room = replace_queue(services, access.room.id, member, [item.video_id for item in body.items])
    return Queue(items=[views.queued(video) for video in queued_films(services, room)])


@router.post("/rooms/{room_id}/next")
def move_on(body: NextFilm, request: Request, access: RoomAccessOf, services: ServicesOf) -> RoomView:
    """Starts the next film of the queue; `after` makes the request idempotent."""
    member = access.require(Action.CONTROL_FILM, services.now())
    room = play_next(services, access.room.id, member, body.after)
    return room_for_member(services, room, member, base_url=share_url(request))


@router.get("/rooms/{room_id}/poster", response_class=Response)
def poster(request: Request, access: RoomAccessOf, services: ServicesOf) -> Response:
    """Returns the poster that people see before they join."""
    services.limiter.hit("card", address_key(client_address(request)))
    if access.room.access == "members":
        access.require(Action.READ_ROOM, services.now())
    room = access.room if access.is_known else access.found_room.for_newcomers()
    return poster_response(services, room)

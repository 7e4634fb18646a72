"""HTTP routes of the administration of rooms: list and close."""

from fastapi import APIRouter

from watchparty_api import audit
from watchparty_api.admin.models import AdminRoomList, AdminRoomView
from watchparty_api.admin.names import Names
from watchparty_api.rooms.changes import close_room
from watchparty_api.store.queries import ALL_ROOMS
from watchparty_api.web.caller import AdminOf, ProvenAdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(prefix="/admin/rooms", tags=["admin"])


@router.get("")
def list_rooms(services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None) -> AdminRoomList:
    """Lists all rooms, newest first. Admins cannot read what is said in them."""
    page = services.store.query(ALL_ROOMS, limit=limit, cursor=cursor)
    names = Names(services)
    items = [AdminRoomView.of(room, owner_name=names.account(room.owner_id)) for room in page.items]
    return AdminRoomList(items=items, next_cursor=page.cursor)


@router.post("/{room_id}/close", status_code=204)
def close(room_id: str, services: ServicesOf, admin: ProvenAdminOf) -> None:
    """Closes a room permanently."""
    close_room(services, room_id)
    audit.commit(services, [], actor=admin.account.id, action="room.closed", target=room_id)

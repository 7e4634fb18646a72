"""All rooms, and closing one."""

from fastapi import APIRouter

from watchparty_api import audit
from watchparty_api.admin.models import AdminRoomList, AdminRoomView
from watchparty_api.rooms.changes import close_room
from watchparty_api.store.queries import ALL_ROOMS
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(prefix="/admin/rooms", tags=["admin"])


@router.get("")
def list_rooms(services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None) -> AdminRoomList:
    """Every room, the newest first. What is said in them is not the administrators' to read."""
    page = services.store.query(ALL_ROOMS, limit=limit, cursor=cursor)
    return AdminRoomList(items=[AdminRoomView.of(room) for room in page.items], next_cursor=page.cursor)


@router.post("/{room_id}/close", status_code=204)
def close(room_id: str, services: ServicesOf, admin: AdminOf) -> None:
    """Ends a party for good."""
    close_room(services, room_id)
    audit.commit(services, [], actor=admin.account.id, action="room.closed", target=room_id)

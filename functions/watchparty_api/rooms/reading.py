"""Reading a room for an answer: gathers what `views.py` shows."""

from __future__ import annotations

from watchparty_api.records import Member, Room, Snapshot
from watchparty_api.rooms import views
from watchparty_api.rooms.film import film_of
from watchparty_api.rooms.models import RoomCard, RoomView
from watchparty_api.rooms.participants import find_member, participant_of_account
from watchparty_api.services import Services


def snapshot_of(services: Services, room: Room) -> Snapshot | None:
    """The relay's last word about the room."""
    return services.store.get(Snapshot, room.id)


def room_card(services: Services, room: Room, *, base_url: str) -> RoomCard:
    """The card on the room's door."""
    return views.card(
        room,
        base_url=base_url,
        host_name=_host_name(services, room),
        video=film_of(services, room),
        snapshot=snapshot_of(services, room),
        now=services.now(),
    )


def room_inside(services: Services, room: Room, member: Member, *, base_url: str) -> RoomView:
    """The room as `member` sees it."""
    return views.inside(
        room,
        base_url=base_url,
        host_name=_host_name(services, room),
        video=film_of(services, room),
        member=member,
        now=services.now(),
    )


def _host_name(services: Services, room: Room) -> str:
    host = find_member(services, room.id, participant_of_account(room.id, room.owner_id))
    return host.display_name if host else ""

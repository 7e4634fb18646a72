"""From what stands in a link to the room it leads to.

A room is addressed by its id or by the id of its current link; until a new link is made the two are the same. An old
link leads nowhere for strangers, but whoever belongs to the room is still found by it.
"""

import secrets
from dataclasses import dataclass

from watchparty_api.errors import Gone, NotFound
from watchparty_api.records import Room, RoomLink
from watchparty_api.services import Services


@dataclass(frozen=True)
class Addressed:
    """A room that was found, and whether the address is one that lets strangers in."""

    room: Room
    current: bool

    def for_strangers(self) -> Room:
        """The room, for somebody who does not belong to it. Raises Gone for an old link."""
        if not self.current:
            raise Gone("link_replaced", "The host created a new link for this room. Ask for the current one.")
        return self.room


def new_room_id() -> str:
    """An id of 128 random bits: whoever knows it was told."""
    return secrets.token_urlsafe(16)


def find_room(services: Services, address: str) -> Addressed:
    """The open room that `address` leads to. Raises NotFound, and Gone once it is closed."""
    room = services.store.get(Room, address)
    if room is None:
        link = services.store.get(RoomLink, address)
        room = services.store.get(Room, link.room_id) if link else None
    if room is None:
        raise NotFound("room_not_found", "Room not found. Check the link.")
    return Addressed(_open(room), current=address == room.link_id)


def open_room(services: Services, room_id: str) -> Room:
    """The room of that id as it is stored now, to decide a change on. Raises NotFound, Gone."""
    room = services.store.get(Room, room_id)
    if room is None:
        raise NotFound("room_not_found", "Room not found.")
    return _open(room)


def _open(room: Room) -> Room:
    if room.closed_at is not None:
        raise Gone("room_closed", "The host closed this room.")
    return room

"""Finds rooms by their id or link.

A room is found by its id or by the id of its current link; the two are the same until a new link is created. Members
can still use an old link, newcomers cannot.
"""

import secrets
from dataclasses import dataclass

from watchparty_api.errors import Gone, NotFound
from watchparty_api.records import Room, RoomLink
from watchparty_api.services import Services


@dataclass(frozen=True)
class FoundRoom:
    """A room, and whether it was found by its current link."""

    room: Room
    current: bool

    def for_newcomers(self) -> Room:
        """The room for someone who is not a member. Raises Gone for an old link."""
        if not self.current:
            raise Gone("link_replaced", "The host created a new link for this room. Ask for the current one.")
        return self.room


def new_room_id() -> str:
    """An id of 128 random bits: no one can guess a room's link."""
    return secrets.token_urlsafe(16)


def find_room(services: Services, address: str) -> FoundRoom:
    """The open room with this id or link. Raises NotFound, or Gone if the room is closed."""
    room = services.store.get(Room, address)
    if room is None:
        link = services.store.get(RoomLink, address)
        room = services.store.get(Room, link.room_id) if link else None
        if room is None and link is not None:
            raise _closed()  # deleted with its host's account
    if room is None:
        raise NotFound("room_not_found", "Room not found. Check the link.")
    return FoundRoom(_open(room), current=address == room.link_id)


def open_room(services: Services, room_id: str) -> Room:
    """The room with this id as stored now, for deciding on a change. Raises NotFound, Gone."""
    room = services.store.get(Room, room_id)
    if room is None:
        raise NotFound("room_not_found", "Room not found.")
    return _open(room)


def _open(room: Room) -> Room:
    if room.closed_at is not None:
        raise _closed()
    return room


def _closed() -> Gone:
    return Gone("room_closed", "The host closed this room.")

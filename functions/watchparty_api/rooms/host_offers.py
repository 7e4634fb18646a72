"""The offer of a room to a new host: it is open until it is accepted, declined or withdrawn, expires, or one of the two
leaves. A room has at most one.

`members/handover.py` creates and answers offers; this module has what others need to know about them. Pure, except for
`end_offer`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from watchparty_api.records import Notice, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import participant_of_account
from watchparty_api.services import Services
from watchparty_api.store.port import Replace

OFFER_LIFE = timedelta(minutes=10)


def open_offer(room: Room, now: datetime) -> str | None:
    """The participant to whom the room is offered now."""
    return room.offered_to if room.offered_until is not None and room.offered_until > now else None


def with_offer(room: Room, participant_id: str | None, now: datetime) -> Room:
    """The room with an offer to the participant, or without one."""
    until = None if participant_id is None else now + OFFER_LIFE
    return replace(room, offered_to=participant_id, offered_until=until, offer_rev=room.offer_rev + 1)


def without_offer_of(room: Room, leaving: Collection[str], now: datetime) -> tuple[Room, list[Notice]]:
    """The room, and the notice to the relay, when these participants leave: an offer of or to one of them ends."""
    if room.offered_to is None or not {room.offered_to, host_of(room)}.intersection(leaving):
        return room, []
    ended = with_offer(room, None, now)
    return ended, [notices.host_offer(ended, host_of(ended), now)]


def end_offer(services: Services, room_id: str, left: Collection[str]) -> None:
    """Ends the offer of or to participants who have left, if there is one."""

    def decide() -> Change[None]:
        room = services.store.get(Room, room_id)
        if room is None:
            return Change(None)
        ended, outgoing = without_offer_of(room, left, services.now())
        return Change(None, writes=[Replace(ended)] if outgoing else [], notices=outgoing)

    commit_and_notify(services, decide)


def host_of(room: Room) -> str:
    """The participant id of the room's host."""
    return participant_of_account(room.id, room.owner_id)

"""The queue of a room, and moving on to its first playable film.

Someone who queues a film lends it to the room, so it can be played after they have left; its owner is checked again
when its turn comes.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from watchparty_api.errors import ApiError, Conflict
from watchparty_api.records import Member, Room, Video
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import open_room
from watchparty_api.rooms.film import film_to_show, lenders, with_film
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Replace


def queued_films(services: Services, room: Room) -> list[Video]:
    """The films of the queue in order, without deleted ones."""
    found = (services.store.get(Video, item["video_id"]) for item in room.queue)
    return [video for video in found if video is not None]


def replace_queue(services: Services, room_id: str, by: Member, video_ids: Sequence[str]) -> Room:
    """Stores the queue. Films that were not in it before must be the caller's or the host's. Raises Forbidden."""

    def decide() -> Change[Room]:
        room = open_room(services, room_id)
        before = {item["video_id"]: item for item in room.queue}
        items: list[dict[str, Any]] = []
        for video_id in video_ids:
            if video_id not in before:
                film_to_show(services, video_id, owners=lenders(room, by.account_id), playable=False)
            items.append(before.get(video_id) or {"video_id": video_id, "lent_by": by.account_id})
        changed = replace(room, queue=tuple(items))
        return Change(changed, writes=[Replace(changed)])

    return commit_and_notify(services, decide)


def play_next(services: Services, room_id: str, by: Member, after: int) -> Room:
    """Moves on from the film whose `media_rev` is `after`; does nothing if the room has already moved on."""

    def decide() -> Change[Room]:
        room, now = open_room(services, room_id), services.now()
        if room.media_rev != after:
            return Change(room)
        index, video = _first_playable(services, room)
        changed = with_film(room, video.id, 0.0, now)
        changed = replace(changed, queue=room.queue[:index] + room.queue[index + 1 :])
        notice = notices.media(changed, video, now, by=by.participant_id)
        return Change(changed, writes=[Replace(changed)], notices=[notice])

    return commit_and_notify(services, decide)


def _first_playable(services: Services, room: Room) -> tuple[int, Video]:
    for index, item in enumerate(room.queue):
        try:
            return index, film_to_show(services, item["video_id"], owners=lenders(room, item["lent_by"]))
        except ApiError:
            continue  # not ready yet, or its owner has changed: try the next one
    raise Conflict("queue_empty", "No film in the queue is ready.")

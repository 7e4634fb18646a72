"""The film of a room: which films it may show, and how rooms and the relay are notified of changes.

A room shows films of the member who starts them, and of the host who created it, and no others: knowing a film's id
gives no right to it. A room that was handed over shows its new host's films only when they start or queue them.
`video_changed` and `video_deleted` are listeners that `bootstrap.py` connects to the code of videos.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from watchparty_api.errors import Conflict, Forbidden
from watchparty_api.records import Room, Video
from watchparty_api.rooms import notices
from watchparty_api.rooms.outbox import Change, commit_and_notify, notify
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.store.queries import ROOMS_WITH_VIDEO


def film_to_show(services: Services, video_id: str, *, owners: Collection[str | None], playable: bool = True) -> Video:
    """The video, if it belongs to one of `owners`. Raises Forbidden, also if it does not exist, and Conflict."""
    video = services.store.get(Video, video_id)
    if video is None or video.owner_id not in owners:
        raise Forbidden("video_not_yours", "You can only show your own or the host’s films.")
    if video.status == "failed":
        raise Conflict("video_failed", "We couldn’t prepare this film. Choose another one.")
    if playable and not video.playable:
        raise Conflict("video_not_playable", "This film is still being prepared. Try again in a moment.")
    return video


def lenders(room: Room, *accounts: str | None) -> set[str | None]:
    """The accounts whose films the room may show: `accounts`, and the host if they created the room themselves."""
    return {*accounts} if room.handed_over else {*accounts, room.owner_id}


def with_film(room: Room, video_id: str | None, start_pos_s: float, now: datetime) -> Room:
    """The room with a different film, or with none."""
    return replace(room, video_id=video_id, media_rev=room.media_rev + 1, start_pos_s=start_pos_s, last_active_at=now)


def film_of(services: Services, room: Room) -> Video | None:
    """The room's film, if it has one."""
    return services.store.get(Video, room.video_id) if room.video_id else None


def video_changed(services: Services, video: Video) -> None:
    """Notifies every room that shows the video how much of it is playable now."""
    if not video.playable:
        return
    for room in _rooms_with(services, video.id):
        notify(services, notices.media(room, video, services.now()))


def video_deleted(services: Services, video_id: str) -> None:
    """Removes a deleted video from every room that shows it."""
    for room in _rooms_with(services, video_id):
        commit_and_notify(services, partial(_without, services, room.id, video_id))


def _without(services: Services, room_id: str, video_id: str) -> Change[None]:
    room, now = services.store.get(Room, room_id), services.now()
    if room is None or room.video_id != video_id:
        return Change(None)
    empty = with_film(room, None, 0.0, now)
    return Change(None, writes=[Replace(empty)], notices=[notices.media(empty, None, now)])


def _rooms_with(services: Services, video_id: str) -> Iterator[Room]:
    return services.store.query_all(ROOMS_WITH_VIDEO, video_id, None)

"""Changing a room: its settings, its film, its link, and its end.

Each function decides on the room as it is stored, writes it with the notice that tells the relay, and starts over if
somebody else was faster. Whether the caller may is the routes' question.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from watchparty_api.errors import Invalid
from watchparty_api.identity.passwords import hash_password
from watchparty_api.records import Member, Notice, Room, RoomLink
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import new_room_id, open_room
from watchparty_api.rooms.film import film_to_show, with_film
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.join_requests.requests import Decider, decide_all
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write

FILM_FIELDS = frozenset({"video_id", "start_pos_s"})


def change_room(services: Services, room_id: str, by: Member, fields: dict[str, Any]) -> Room:
    """Applies the fields of a RoomChange; opening the room admits everyone who is waiting.

    Raises Forbidden or Conflict for a film that cannot be shown.
    """
    settings = _as_stored({name: value for name, value in fields.items() if name not in FILM_FIELDS})

    def decide() -> Change[Room]:
        now = services.now()
        room, told, lines = open_room(services, room_id), list[Notice](), list[Write]()
        if settings:
            room = replace(room, **settings, settings_rev=room.settings_rev + 1)
            told.append(notices.settings(room, now))
            lines.append(log_entry(by, "settings_changed", now, fields=sorted(settings)))
        if "video_id" in fields:
            room, notice = _change_film(services, room, by, fields, now)
            told.append(notice)
        return Change(room, writes=[Replace(room), *lines], notices=told)

    changed = commit_and_notify(services, decide)
    if fields.get("access") == "open":
        decide_all(services, room_id, Decider(by), "admit")
    return changed


def replace_link(services: Services, room_id: str) -> Room:
    """A new link; from now on strangers get in by no other."""
    link_id = new_room_id()

    def decide() -> Change[Room]:
        room, now = open_room(services, room_id), services.now()
        link = RoomLink(id=link_id, created_at=now, room_id=room.id)
        moved = replace(room, link_id=link_id)
        return Change(moved, writes=[Create(link), Replace(moved)])

    return commit_and_notify(services, decide)


def close_room(services: Services, room_id: str) -> None:
    """Ends the party for good: everybody is told and nobody comes back."""

    def decide() -> Change[None]:
        room, now = open_room(services, room_id), services.now()
        closed = replace(room, closed_at=now)
        return Change(None, writes=[Replace(closed)], notices=[notices.close(closed, now)])

    commit_and_notify(services, decide)


def _as_stored(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of the body under the names of the record."""
    stored = dict(settings)
    if "wait" in stored:
        wait = stored.pop("wait")
        stored |= {"wait_policy": wait.policy, "wait_max_s": wait.max_s}
    if "password" in stored:
        password = stored.pop("password")
        stored["password_hash"] = hash_password(password) if password else None
    return stored


def _change_film(
    services: Services, room: Room, by: Member, fields: dict[str, Any], now: datetime
) -> tuple[Room, Notice]:
    video_id, start_pos_s = fields["video_id"], fields.get("start_pos_s", 0.0)
    video = film_to_show(services, video_id, owners={by.account_id, room.owner_id}) if video_id else None
    if video is not None and start_pos_s > video.playable_s:
        raise Invalid("out_of_range", "That part of the film isn’t ready yet.")
    changed = with_film(room, video_id, start_pos_s, now)
    return changed, notices.media(changed, video, now, by=by.participant_id)

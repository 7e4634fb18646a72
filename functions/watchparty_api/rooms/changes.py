"""Changes to a room: settings, film, link and closing.

Each function decides on the stored room, writes it together with the notice to the relay, and starts over if another
writer was faster. The routes check permissions.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from watchparty_api.errors import Invalid
from watchparty_api.identity.passwords import hash_password
from watchparty_api.records import Member, Notice, Room, RoomLink
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import new_room_id, open_room
from watchparty_api.rooms.film import film_to_show, lenders, with_film
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.join_requests.requests import Decider, decide_all
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write

FILM_FIELDS = frozenset({"video_id", "start_pos_s"})


def change_room(services: Services, room_id: str, by: Member, fields: dict[str, Any]) -> Room:
    """Applies the fields of a RoomChange; setting access to open admits everyone who is waiting.

    Raises Forbidden or Conflict for a film that cannot be shown.
    """
    settings = _as_stored({name: value for name, value in fields.items() if name not in FILM_FIELDS})

    def decide() -> Change[Room]:
        now = services.now()
        room, outgoing, entries = open_room(services, room_id), list[Notice](), list[Write]()
        if settings:
            room = replace(room, **settings, settings_rev=room.settings_rev + 1)
            outgoing.append(notices.settings(room, now))
            entries.append(log_entry(by, "settings_changed", now, fields=sorted(settings)))
        if "video_id" in fields:
            room, notice = _change_film(services, room, by, fields, now)
            outgoing.append(notice)
        return Change(room, writes=[Replace(room), *entries], notices=outgoing)

    changed = commit_and_notify(services, decide)
    if fields.get("access") == "open":
        decide_all(services, room_id, Decider(by), "admit")
    return changed


def replace_link(services: Services, room_id: str) -> Room:
    """Creates a new link; newcomers can no longer use the old one."""
    link_id = new_room_id()

    def decide() -> Change[Room]:
        room, now = open_room(services, room_id), services.now()
        link = RoomLink(id=link_id, created_at=now, room_id=room.id)
        changed = replace(room, link_id=link_id)
        return Change(changed, writes=[Create(link), Replace(changed)])

    return commit_and_notify(services, decide)


def close_room(services: Services, room_id: str) -> None:
    """Closes the room permanently and notifies everyone in it."""

    def decide() -> Change[None]:
        room, now = open_room(services, room_id), services.now()
        closed = replace(room, closed_at=now)
        return Change(None, writes=[Replace(closed)], notices=[notices.close(closed, now)])

    commit_and_notify(services, decide)


def _as_stored(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of the request under the record's field names."""
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
    video = film_to_show(services, video_id, owners=lenders(room, by.account_id)) if video_id else None
    if video is not None and start_pos_s > video.playable_s:
        raise Invalid("out_of_range", "That part of the film isn’t ready yet.")
    changed = with_film(room, video_id, start_pos_s, now)
    return changed, notices.media(changed, video, now, by=by.participant_id)

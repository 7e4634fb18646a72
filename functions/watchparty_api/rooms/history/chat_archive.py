"""The archive of a room's chat. What was deleted loses its text and is never shown again, in whatever order it is told.

A deletion that arrives before its line leaves a tombstone; a wipe leaves a mark up to which late lines stay wiped.
"""

from dataclasses import replace
from functools import partial

from watchparty_api.errors import NotFound
from watchparty_api.records import ChatCleared, ChatEntry
from watchparty_api.rooms.history.models import ChatEvent
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store import cursor as cursors
from watchparty_api.store.port import Create, Page, Replace
from watchparty_api.store.queries import CHAT_OF_ROOM


def archive(services: Services, event: ChatEvent) -> None:
    """Keeps a line, or takes lines out."""
    match event.op:
        case "said":
            commit_and_notify(services, lambda: _said(services, event))
            # A wipe elsewhere may have set its mark and gone through the lines before this one was stored.
            if _is_wiped(services, event):
                commit_and_notify(services, lambda: _bury(services, _id(event.room, event.message_id)))
        case "deleted":
            commit_and_notify(services, lambda: _deleted(services, event))
        case "cleared":
            commit_and_notify(services, lambda: _marked(services, event))
            _wipe(services, event)


def lines(services: Services, room_id: str, *, limit: int, before: str | None, cursor: str | None) -> Page[ChatEntry]:
    """The archive, the newest first, from before the line `before`. Raises NotFound when there was no such line."""
    if before is not None and cursor is None:
        line = services.store.get(ChatEntry, _id(room_id, before))
        if line is None:
            raise NotFound("line_not_found", "Message not found.")
        cursor = cursors.encode(CHAT_OF_ROOM, (room_id, False), line)
    return services.store.query(CHAT_OF_ROOM, room_id, False, limit=limit, cursor=cursor)


def _id(room_id: str, message_id: str) -> str:
    return f"{room_id}.{message_id}"


def _said(services: Services, event: ChatEvent) -> Change[None]:
    if services.store.get(ChatEntry, _id(event.room, event.message_id)) is not None:
        return Change(None)
    return Change(None, writes=[Create(_entry(services, event, deleted=_is_wiped(services, event)))])


def _is_wiped(services: Services, event: ChatEvent) -> bool:
    mark = services.store.get(ChatCleared, event.room)
    return mark is not None and (event.epoch, event.seq) < (mark.epoch, mark.seq)


def _deleted(services: Services, event: ChatEvent) -> Change[None]:
    line_id = _id(event.room, event.message_id)
    if services.store.get(ChatEntry, line_id) is None:
        return Change(None, writes=[Create(_entry(services, event, deleted=True))])
    return _bury(services, line_id)


def _marked(services: Services, event: ChatEvent) -> Change[None]:
    mark = services.store.get(ChatCleared, event.room)
    if mark is None:
        fresh = ChatCleared(
            id=event.room,
            created_at=services.now(),
            epoch=event.epoch,
            seq=event.seq,
        )
        return Change(None, writes=[Create(fresh)])
    if (mark.epoch, mark.seq) >= (event.epoch, event.seq):
        return Change(None)
    return Change(None, writes=[Replace(replace(mark, epoch=event.epoch, seq=event.seq))])


def _wipe(services: Services, event: ChatEvent) -> None:
    for line in services.store.query_all(CHAT_OF_ROOM, event.room, False):
        if (line.epoch, line.seq) < (event.epoch, event.seq):
            commit_and_notify(services, partial(_bury, services, line.id))


def _bury(services: Services, line_id: str) -> Change[None]:
    line = services.store.get(ChatEntry, line_id)
    if line is None or line.deleted:
        return Change(None)
    return Change(None, writes=[Replace(replace(line, text="", deleted=True))])


def _entry(services: Services, event: ChatEvent, *, deleted: bool) -> ChatEntry:
    return ChatEntry(
        id=_id(event.room, event.message_id),
        created_at=services.now(),
        room_id=event.room,
        epoch=event.epoch,
        seq=event.seq,
        participant_id=event.by,
        name=event.name,
        text="" if deleted else event.text,
        pos_s=event.pos_s,
        reply_to=event.reply_to,
        at=event.at,
        deleted=deleted,
    )

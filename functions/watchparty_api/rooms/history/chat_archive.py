"""The archive of a room's chat. Deleted messages lose their text and are never shown again, in whatever order events
arrive.

A deletion that arrives before its message leaves a tombstone; clearing the chat stores the position up to which late
messages stay cleared.
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
    """Stores a message, or removes messages."""
    match event.op:
        case "said":
            commit_and_notify(services, lambda: _add(services, event))
            # Another process may have cleared the chat between the check and the storing of this message.
            if _is_cleared(services, event):
                commit_and_notify(services, lambda: _mark_deleted(services, _id(event.room, event.message_id)))
        case "deleted":
            commit_and_notify(services, lambda: _delete(services, event))
        case "cleared":
            commit_and_notify(services, lambda: _store_cleared_position(services, event))
            _clear(services, event)


def messages(
    services: Services, room_id: str, *, limit: int, before: str | None, cursor: str | None
) -> Page[ChatEntry]:
    """The archived messages, newest first, optionally those before the message `before`.

    Raises NotFound if there is no such message.
    """
    if before is not None and cursor is None:
        entry = services.store.get(ChatEntry, _id(room_id, before))
        if entry is None:
            raise NotFound("line_not_found", "Message not found.")
        cursor = cursors.encode(CHAT_OF_ROOM, (room_id, False), entry)
    return services.store.query(CHAT_OF_ROOM, room_id, False, limit=limit, cursor=cursor)


def _id(room_id: str, message_id: str) -> str:
    return f"{room_id}.{message_id}"


def _add(services: Services, event: ChatEvent) -> Change[None]:
    if services.store.get(ChatEntry, _id(event.room, event.message_id)) is not None:
        return Change(None)
    return Change(None, writes=[Create(_entry(services, event, deleted=_is_cleared(services, event)))])


def _is_cleared(services: Services, event: ChatEvent) -> bool:
    cleared = services.store.get(ChatCleared, event.room)
    return cleared is not None and (event.epoch, event.seq) < (cleared.epoch, cleared.seq)


def _delete(services: Services, event: ChatEvent) -> Change[None]:
    entry_id = _id(event.room, event.message_id)
    if services.store.get(ChatEntry, entry_id) is None:
        return Change(None, writes=[Create(_entry(services, event, deleted=True))])
    return _mark_deleted(services, entry_id)


def _store_cleared_position(services: Services, event: ChatEvent) -> Change[None]:
    cleared = services.store.get(ChatCleared, event.room)
    if cleared is None:
        new = ChatCleared(
            id=event.room,
            created_at=services.now(),
            epoch=event.epoch,
            seq=event.seq,
        )
        return Change(None, writes=[Create(new)])
    if (cleared.epoch, cleared.seq) >= (event.epoch, event.seq):
        return Change(None)
    return Change(None, writes=[Replace(replace(cleared, epoch=event.epoch, seq=event.seq))])


def _clear(services: Services, event: ChatEvent) -> None:
    for entry in services.store.query_all(CHAT_OF_ROOM, event.room, False):
        if (entry.epoch, entry.seq) < (event.epoch, event.seq):
            commit_and_notify(services, partial(_mark_deleted, services, entry.id))


def _mark_deleted(services: Services, entry_id: str) -> Change[None]:
    entry = services.store.get(ChatEntry, entry_id)
    if entry is None or entry.deleted:
        return Change(None)
    return Change(None, writes=[Replace(replace(entry, text="", deleted=True))])


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

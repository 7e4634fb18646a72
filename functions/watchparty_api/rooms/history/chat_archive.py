"""The archive of a room's chat. Deleted messages lose text and name and are never shown again, in whatever order
events arrive.

A deletion that arrives before its message leaves a tombstone; clearing the chat stores the position up to which late
messages stay cleared.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from watchparty_api.errors import NotFound
from watchparty_api.records import ChatCleared, ChatEntry
from watchparty_api.rooms.history.models import ChatEvent
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store import cursor as cursors
from watchparty_api.store.port import Create, Page, Replace
from watchparty_api.store.queries import CHAT_OF_ROOM


def after_event(
    known: ChatEntry | None, event: ChatEvent, cleared: ChatCleared | None, now: datetime
) -> ChatEntry | None:
    """The archived message after an event about it; None if nothing is archived. Pure."""
    match event.op:
        case "said" if known is None:
            return _entry(event, now, deleted=_is_cleared(cleared, event))
        case "deleted" if known is None:
            return _entry(event, now, deleted=True)
        case "deleted" if known is not None:
            return replace(known, name="", text="", deleted=True)
    return known


def settle(services: Services, events: Sequence[ChatEvent]) -> None:
    """Completes the archiving of events whose messages are stored: performs the clearings among them, and removes
    messages that another process cleared at the same moment.
    """
    for event in events:
        if event.op == "cleared":
            commit_and_notify(services, partial(_store_cleared_position, services, event))
            _clear(services, event)
    said = [event for event in events if event.op == "said"]
    cleared = services.store.get_many(ChatCleared, {event.room for event in said})
    for event in said:
        if _is_cleared(cleared.get(event.room), event):
            commit_and_notify(services, partial(_mark_deleted, services, entry_id(event)))


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


def entry_id(event: ChatEvent) -> str:
    """The id of the message that the event is about."""
    return _id(event.room, event.message_id)


def _id(room_id: str, message_id: str) -> str:
    return f"{room_id}.{message_id}"


def _is_cleared(cleared: ChatCleared | None, event: ChatEvent) -> bool:
    return cleared is not None and (event.epoch, event.seq) < (cleared.epoch, cleared.seq)


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


def _mark_deleted(services: Services, id_: str) -> Change[None]:
    entry = services.store.get(ChatEntry, id_)
    if entry is None or entry.deleted:
        return Change(None)
    return Change(None, writes=[Replace(replace(entry, name="", text="", deleted=True))])


def _entry(event: ChatEvent, now: datetime, *, deleted: bool) -> ChatEntry:
    return ChatEntry(
        id=entry_id(event),
        created_at=now,
        room_id=event.room,
        epoch=event.epoch,
        seq=event.seq,
        participant_id=event.by,
        name="" if deleted else event.name,
        text="" if deleted else event.text,
        pos_s=event.pos_s,
        reply_to=event.reply_to,
        at=event.at,
        deleted=deleted,
    )

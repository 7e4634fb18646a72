"""Stores the relay's events: actions, sessions, chat, snapshots and sync reports, each once however often it arrives.

At home the relay's publisher calls `ingest`; in the cloud the function `on_room_event` does. Invalid events and events
of unknown rooms are logged and skipped, because retrying them would change nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from watchparty_api.errors import AlreadyExists, VersionConflict
from watchparty_api.records import Record, Room, RoomAction, SyncReport
from watchparty_api.rooms.history.chat_archive import archive
from watchparty_api.rooms.history.models import (
    ROOM_EVENT,
    ActionEvent,
    ChatEvent,
    ReportEvent,
    RoomEvent,
    SessionEvent,
    SnapshotEvent,
)
from watchparty_api.rooms.history.snapshots import apply_presence, apply_snapshot
from watchparty_api.services import Services
from watchparty_api.store.port import Create
from watchparty_api.webhooks.outbox import session_deliveries, wake_delivery

log = logging.getLogger(__name__)

_ACTIVITY_EVERY = timedelta(minutes=5)


def ingest(services: Services, events: Sequence[dict[str, Any]]) -> None:
    """Stores the events.

    Raises only errors that may be temporary (Unavailable), so that the caller sends the events again.
    """
    rooms: dict[str, Room | None] = {}
    for raw in events:
        try:
            event: RoomEvent = ROOM_EVENT.validate_python(raw)
        except ValidationError as error:
            log.warning("invalid room event: %s", error.errors(include_input=False, include_url=False))
            continue
        if event.room not in rooms:
            rooms[event.room] = services.store.get(Room, event.room)
        room = rooms[event.room]
        if room is None:
            log.warning("event %s of an unknown room", event.kind)
            continue
        _apply(services, room, event)


def _apply(services: Services, room: Room, event: RoomEvent) -> None:
    match event:
        case ActionEvent():
            facts = event.model_dump(include={"mode", "pos_s", "rate", "video_id"})
            _store_once(services, _action(services, event, event.cmd, event.by or "", facts))
        case SessionEvent():
            _store_session(services, room, event)
            apply_presence(services, event)
            _note_activity(services, event)
        case ChatEvent():
            archive(services, event)
        case SnapshotEvent():
            apply_snapshot(services, event)
        case ReportEvent():
            report = SyncReport(
                id=event.id,
                created_at=services.now(),
                room_id=event.room,
                at=event.at,
                data={"people": event.people},
            )
            _store_once(services, report)


def _action(
    services: Services, event: ActionEvent | SessionEvent, kind: str, by: str, data: dict[str, Any]
) -> RoomAction:
    return RoomAction(
        id=event.id,
        created_at=services.now(),
        room_id=event.room,
        at=event.at,
        by=by,
        kind=kind,
        data=data,
    )


def _store_session(services: Services, room: Room, event: SessionEvent) -> None:
    """Stores the action and, in the same commit, the host's webhook deliveries."""
    joined = event.kind == "session_started"
    action = _action(services, event, "joined" if joined else "left", event.participant_id, {"name": event.name})
    person = {"id": event.participant_id, "name": event.name}
    written = session_deliveries(services, room, event_id=event.id, joined=joined, person=person, total=event.total)
    try:
        services.store.commit([Create(action), *map(Create, written)])
    except AlreadyExists:
        return  # a repeated event
    wake_delivery(services, written)


def _store_once(services: Services, record: Record) -> None:
    try:
        services.store.create(record)
    except AlreadyExists:
        return  # a repeated event


def _note_activity(services: Services, event: SessionEvent) -> None:
    """Moves the room up in its owner's list; not for every event, and never at the cost of another change."""
    room = services.store.get(Room, event.room)
    if room is None or event.at - room.last_active_at < _ACTIVITY_EVERY:
        return
    try:
        services.store.replace(replace(room, last_active_at=event.at))
    except VersionConflict:
        return  # the other change has updated it too

"""Stores a batch of room events in one commit, with a constant number of round trips however many events it has.

What the events change is read once, the events are applied to it in memory, and the result is committed. If another
process was faster, or some of the events are stored already, it is decided again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from watchparty_api.errors import AlreadyExists, Conflict, Missing, VersionConflict
from watchparty_api.records import ChatCleared, ChatEntry, Delivery, Record, Room, RoomAction, Snapshot, SyncReport
from watchparty_api.rooms.history import chat_archive
from watchparty_api.rooms.history.models import (
    ActionEvent,
    ChatEvent,
    ReportEvent,
    RoomEvent,
    SessionEvent,
    SnapshotEvent,
    without_erased,
)
from watchparty_api.rooms.history.snapshots import after_session, after_snapshot, unknown_snapshot
from watchparty_api.rooms.host_offers import end_offer
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write
from watchparty_api.webhooks.outbox import Subscribers, session_deliveries, subscribers, wake_delivery

_MAX_DECISIONS = 12
_ACTIVITY_EVERY = timedelta(minutes=5)


@dataclass
class _Decided:
    """The records after the events, by id; those of `before` exist already."""

    before: dict[tuple[type[Record], str], Record] = field(default_factory=dict)
    after: dict[tuple[type[Record], str], Record] = field(default_factory=dict)

    def known(self, records: Iterable[Record]) -> None:
        for record in records:
            self.before[type(record), record.id] = self.after[type(record), record.id] = record

    def put(self, record: Record) -> None:
        self.after[type(record), record.id] = record

    def writes(self) -> list[Write]:
        changed = [(key, record) for key, record in self.after.items() if self.before.get(key) != record]
        return [Replace(record) if key in self.before else Create(record) for key, record in changed]

    @property
    def deliveries(self) -> list[Delivery]:
        return [record for record in self.after.values() if isinstance(record, Delivery)]


def store_batch(services: Services, events: Sequence[RoomEvent]) -> None:
    """Stores all of the events or, if an error is raised, possibly none of them.

    Raises Conflict if others keep changing the same records, and what the store raises for a value that it cannot hold.
    """
    for attempt in range(_MAX_DECISIONS):
        decided = _decide(services, events, some_stored=attempt > 0)
        try:
            writes = decided.writes()
            if writes:
                services.store.commit(writes)
        except (AlreadyExists, VersionConflict, Missing):
            continue
        wake_delivery(services, decided.deliveries)
        chat_archive.settle(services, [event for event in events if isinstance(event, ChatEvent)])
        _end_offers(services, decided, events)
        return
    raise Conflict("changed_meanwhile", "Someone else is changing this right now. Try again.")


def _decide(services: Services, events: Sequence[RoomEvent], *, some_stored: bool) -> _Decided:
    store, decided = services.store, _Decided()
    rooms = store.get_many(Room, {event.room for event in events})
    events = [without_erased(event, rooms[event.room].erased) for event in events if event.room in rooms]
    decided.known(rooms.values())
    if some_stored:
        decided.known(store.get_many(RoomAction, _ids(events, ActionEvent, SessionEvent)).values())
        decided.known(store.get_many(SyncReport, _ids(events, ReportEvent)).values())
    decided.known(store.get_many(Snapshot, _rooms(events, SnapshotEvent, SessionEvent)).values())
    chats = [event for event in events if isinstance(event, ChatEvent)]
    decided.known(store.get_many(ChatEntry, {chat_archive.entry_id(event) for event in chats}).values())
    cleared = store.get_many(ChatCleared, {event.room for event in chats})
    webhooks_of = cache(lambda account_id: subscribers(services, account_id))
    for event in events:
        _apply(services, decided, event, cleared.get(event.room), webhooks_of)
    return decided


def _apply(
    services: Services,
    decided: _Decided,
    event: RoomEvent,
    cleared: ChatCleared | None,
    webhooks_of: Callable[[str], Subscribers],
) -> None:
    match event:
        case ActionEvent():
            facts = event.model_dump(include={"mode", "pos_s", "rate", "video_id"})
            _put_once(decided, _action(services, event, event.cmd, event.by or "", facts))
        case SessionEvent():
            _put_session(services, decided, event, webhooks_of)
            _put_snapshot(services, decided, event)
            _note_activity(decided, event)
        case ChatEvent():
            key = (ChatEntry, chat_archive.entry_id(event))
            known = decided.after.get(key)
            assert known is None or isinstance(known, ChatEntry)  # noqa: S101  for the type checker
            entry = chat_archive.after_event(known, event, cleared, services.now())
            if entry is not None:
                decided.put(entry)
        case SnapshotEvent():
            _put_snapshot(services, decided, event)
        case ReportEvent():
            report = SyncReport(
                id=event.id,
                created_at=services.now(),
                room_id=event.room,
                at=event.at,
                data={"people": [person.model_dump() for person in event.people]},
            )
            _put_once(decided, report)


def _put_once(decided: _Decided, record: Record) -> bool:
    """Adds a record unless it is stored already or in the batch twice; whether it did."""
    new = (type(record), record.id) not in decided.after
    if new:
        decided.put(record)
    return new


def _put_session(
    services: Services, decided: _Decided, event: SessionEvent, webhooks_of: Callable[[str], Subscribers]
) -> None:
    """Adds the action and, in the same commit, the deliveries to the host's webhooks."""
    joined = event.kind == "session_started"
    action = _action(services, event, "joined" if joined else "left", event.participant_id, {"name": event.name})
    if not _put_once(decided, action):
        return
    room = decided.after[Room, event.room]
    assert isinstance(room, Room)  # noqa: S101  for the type checker
    person = {"id": event.participant_id, "name": event.name}
    for each in session_deliveries(
        services,
        room,
        webhooks_of(room.owner_id),
        event_id=event.id,
        joined=joined,
        person=person,
        total=event.total,
    ):
        decided.put(each)


def _put_snapshot(services: Services, decided: _Decided, event: SnapshotEvent | SessionEvent) -> None:
    known = decided.after.get((Snapshot, event.room))
    snapshot = known if isinstance(known, Snapshot) else unknown_snapshot(event, services.now())
    changed = after_snapshot(snapshot, event) if isinstance(event, SnapshotEvent) else after_session(snapshot, event)
    decided.put(changed)


def _end_offers(services: Services, decided: _Decided, events: Sequence[RoomEvent]) -> None:
    """Someone who has left can neither hand a room over nor accept it."""
    sessions = [event for event in events if isinstance(event, SessionEvent) and event.kind == "session_ended"]
    left = {(event.room, event.participant_id) for event in sessions}
    for room_id, participant_id in left:
        room = decided.after.get((Room, room_id))
        if isinstance(room, Room) and room.offered_to is not None:
            end_offer(services, room_id, (participant_id,))


def _note_activity(decided: _Decided, event: SessionEvent) -> None:
    """Moves the room up in its owner's list, but not for every event."""
    room = decided.after[Room, event.room]
    assert isinstance(room, Room)  # noqa: S101  for the type checker
    if event.at - room.last_active_at >= _ACTIVITY_EVERY:
        decided.put(replace(room, last_active_at=event.at))


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


def _ids(events: Iterable[RoomEvent], *kinds: type[Any]) -> set[str]:
    return {event.id for event in events if isinstance(event, kinds)}


def _rooms(events: Iterable[RoomEvent], *kinds: type[Any]) -> set[str]:
    return {event.room for event in events if isinstance(event, kinds)}

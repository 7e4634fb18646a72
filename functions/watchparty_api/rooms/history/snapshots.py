"""The last state of a room that the relay reported; an event is stored only if it is newer.

The clock is ordered by `(epoch, rev)`, and within one `rev` by time: while a film plays, the clock does not change but
the position does. People join and leave without changing the clock, so they have a time of their own.
"""

from collections.abc import Callable
from dataclasses import replace

from watchparty_api.records import Snapshot
from watchparty_api.rooms.history.models import SessionEvent, SnapshotEvent
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace


def apply_snapshot(services: Services, event: SnapshotEvent) -> None:
    """Stores the clock and the people of the event, each only if it is newer."""

    def newer(known: Snapshot) -> Snapshot:
        updated = known
        if (event.epoch, event.rev, event.at) > (known.epoch, known.rev, known.at) or not known.state:
            state = event.model_dump(include={"mode", "pos_s", "rate", "video_id", "mrev"})
            updated = replace(updated, epoch=event.epoch, rev=event.rev, state=state, at=event.at)
        if event.at >= known.people_at:
            people = tuple(person.model_dump() for person in event.people)
            updated = replace(updated, people=people, total=event.total, people_at=event.at)
        return updated

    _update(services, event, newer)


def apply_presence(services: Services, event: SessionEvent) -> None:
    """Adds or removes one person, unless something newer is known about the people in the room."""

    def newer(known: Snapshot) -> Snapshot:
        if event.at < known.people_at:
            return known
        others = tuple(person for person in known.people if person["participant_id"] != event.participant_id)
        joined = ({"participant_id": event.participant_id, "name": event.name},)
        people = others + joined if event.kind == "session_started" else others
        return replace(known, people=people, total=event.total, people_at=event.at)

    _update(services, event, newer)


def _update(services: Services, event: SnapshotEvent | SessionEvent, newer: Callable[[Snapshot], Snapshot]) -> None:
    def decide() -> Change[None]:
        known = services.store.get(Snapshot, event.room)
        if known is None:
            unknown = Snapshot(
                id=event.room,
                created_at=services.now(),
                at=event.at,
                people_at=event.at,
            )
            return Change(None, writes=[Create(newer(unknown))])
        updated = newer(known)
        return Change(None, writes=[Replace(updated)] if updated != known else [])

    commit_and_notify(services, decide)

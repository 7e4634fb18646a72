"""The last state of a room that the relay reported; an event is stored only if it is newer. Pure.

The clock is ordered by `(epoch, rev)`, and within one `rev` by time: while a film plays, the clock does not change but
the position does. People join and leave without changing the clock, so they have a time of their own.
"""

from dataclasses import replace
from datetime import datetime

from watchparty_api.records import Snapshot
from watchparty_api.rooms.history.models import SessionEvent, SnapshotEvent


def unknown_snapshot(event: SnapshotEvent | SessionEvent, now: datetime) -> Snapshot:
    """The snapshot of a room of which nothing is known before the event."""
    return Snapshot(id=event.room, created_at=now, at=event.at, people_at=event.at)


def after_snapshot(known: Snapshot, event: SnapshotEvent) -> Snapshot:
    """With the clock and the people of the event, each only if it is newer."""
    updated = known
    if (event.epoch, event.rev, event.at) > (known.epoch, known.rev, known.at) or not known.state:
        state = event.model_dump(include={"mode", "pos_s", "rate", "video_id", "mrev"})
        updated = replace(updated, epoch=event.epoch, rev=event.rev, state=state, at=event.at)
    if event.at >= known.people_at:
        people = tuple(person.model_dump() for person in event.people)
        updated = replace(updated, people=people, total=event.total, people_at=event.at)
    return updated


def after_session(known: Snapshot, event: SessionEvent) -> Snapshot:
    """With one person more or less, unless something newer is known about the people in the room."""
    if event.at < known.people_at:
        return known
    others = tuple(person for person in known.people if person["participant_id"] != event.participant_id)
    joined = ({"participant_id": event.participant_id, "name": event.name},)
    people = others + joined if event.kind == "session_started" else others
    return replace(known, people=people, total=event.total, people_at=event.at)

"""The relay's last word about a room: accepted only when it is newer than what is kept.

Newer is told by the clock's `(epoch, rev)`, and within one `rev` by the instant: while a film plays the clock does not
change, but where it is does. People come and go without the clock, so their instant is counted apart.
"""

from collections.abc import Callable
from dataclasses import replace

from watchparty_api.records import Snapshot
from watchparty_api.rooms.history.models import SessionEvent, SnapshotEvent
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace


def apply_snapshot(services: Services, event: SnapshotEvent) -> None:
    """Keeps clock and people of the event, each if they are newer."""

    def newer(known: Snapshot) -> Snapshot:
        taken = known
        if (event.epoch, event.rev, event.at) > (known.epoch, known.rev, known.at) or not known.state:
            state = event.model_dump(include={"mode", "pos_s", "rate", "video_id", "mrev"})
            taken = replace(taken, epoch=event.epoch, rev=event.rev, state=state, at=event.at)
        if event.at >= known.people_at:
            people = tuple(person.model_dump() for person in event.people)
            taken = replace(taken, people=people, total=event.total, people_at=event.at)
        return taken

    _update(services, event, newer)


def apply_presence(services: Services, event: SessionEvent) -> None:
    """Adds or takes out one person, if nothing newer is known about who is here."""

    def newer(known: Snapshot) -> Snapshot:
        if event.at < known.people_at:
            return known
        others = tuple(person for person in known.people if person["participant_id"] != event.participant_id)
        came = ({"participant_id": event.participant_id, "name": event.name},)
        people = others + came if event.kind == "session_started" else others
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
        taken = newer(known)
        return Change(None, writes=[Replace(taken)] if taken != known else [])

    commit_and_notify(services, decide)

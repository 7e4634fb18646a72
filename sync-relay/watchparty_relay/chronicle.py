"""What of a room's life the functions are told, and when: turns commits, comings and reports into room events.

A snapshot is told every ten seconds while the film runs, on pause, on a change of film and when the last person left.
One a live room; the queue behind it belongs to the process. Of several relays each tells of its own people and of what
was done through it; the one that looks after the room tells the rest.
"""

from collections.abc import Callable
from functools import partial

from watchparty_relay import playback
from watchparty_relay.bus.port import Bus, Committed
from watchparty_relay.changes import Event
from watchparty_relay.people import people
from watchparty_relay.protocol import ChatEntry, Cleared, Deleted, Report, State
from watchparty_relay.roll import Roll
from watchparty_relay.room import Room
from watchparty_relay.room_events import (
    RoomEvents,
    action_event,
    chat_event,
    report_event,
    session_event,
    snapshot_event,
)
from watchparty_relay.sync_report import SyncReport
from watchparty_relay.vocabulary import CauseKind, Mode

SNAPSHOT_EVERY_MS = 10_000.0


class Chronicle:
    """`here` gives everybody in the room now, whatever relay they are connected to."""

    def __init__(self, events: RoomEvents, bus: Bus, here: Callable[[], Roll], *, now_ms: float) -> None:
        self._events = events
        self._bus = bus
        self._here = here
        self._telling_seq = 0
        self._sync = SyncReport(now_ms=now_ms)
        self._snapshot_ms = now_ms

    def came(self, room: Room, participant_id: str, *, now_ms: float) -> None:
        self._session(room, participant_id, started=True, now_ms=now_ms)

    def left(self, room: Room, participant_id: str, *, now_ms: float) -> None:
        self._session(room, participant_id, started=False, now_ms=now_ms)
        if self._here().total == 0:
            self._snapshot(room, now_ms)
            self.close(room, now_ms=now_ms)

    def close(self, room: Room, *, now_ms: float) -> None:
        """Nobody is here any more: what was gathered is told now."""
        self._report(room, self._sync.take(now_ms=now_ms), now_ms)

    def noted(self, participant_id: str, report: Report) -> None:
        self._sync.note(participant_id, report)

    def committed(self, before: Room, heard: Committed, event: Event, *, caring: bool, now_ms: float) -> None:
        match event:
            case State():
                self._state(before, heard, event, caring, now_ms)
            case ChatEntry() | Deleted() | Cleared() if caring:
                self._archive(heard.room, now_ms)

    def tick(self, room: Room, *, caring: bool, now_ms: float) -> None:
        playing = room.clock.mode is Mode.PLAYING
        if caring and playing and now_ms >= self._snapshot_ms + SNAPSHOT_EVERY_MS:
            self._snapshot(room, now_ms)
        if caring and room.seq > self._telling_seq:
            self._archive(room, now_ms)
        self._report(room, self._sync.due(now_ms=now_ms), now_ms)

    def _state(self, before: Room, heard: Committed, state: State, caring: bool, now_ms: float) -> None:
        if state.cause.cmd in (CauseKind.OPENED, CauseKind.SEED):
            return  # nothing that the functions did not say themselves
        other_film = state.mrev != before.clock.media.mrev
        if heard.ours and (state.cause.cmd is not CauseKind.MEDIA or other_film):
            self._events.add(action_event(heard.room, state))
        stopped = state.mode in (Mode.PAUSED, Mode.ENDED) and before.clock.mode is not state.mode
        if caring and (other_film or stopped):
            self._snapshot(heard.room, now_ms)

    def _archive(self, room: Room, now_ms: float) -> None:
        """Tells what came after the last entry of which it is certain that the functions have it, whoever told them."""
        told_seq = max(self._bus.archived_seq(room.id), self._telling_seq)
        for entry in room.log:
            if entry.seq > told_seq:
                published = partial(self._bus.note_archived, room.id, entry.seq)
                self._events.add(chat_event(room, entry, now_ms=now_ms), published=published)
        self._telling_seq = max(told_seq, room.seq)

    def _session(self, room: Room, participant_id: str, *, started: bool, now_ms: float) -> None:
        total = self._here().total
        self._events.add(session_event(room, participant_id, started=started, total=total, now_ms=now_ms))

    def _snapshot(self, room: Room, now_ms: float) -> None:
        self._snapshot_ms = now_ms
        shown = people(room, self._here())
        here = [{"participant_id": person.id, "name": person.name, "role": person.role.value} for person in shown.here]
        pos_s = playback.position_at(room.clock, now_ms)
        self._events.add(snapshot_event(room, pos_s, here, shown.total, now_ms=now_ms))

    def _report(self, room: Room, samples: list[dict[str, object]], now_ms: float) -> None:
        if samples:
            self._events.add(report_event(room, samples, now_ms=now_ms))

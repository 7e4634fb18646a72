"""Decides what the functions learn of a room, and when: turns commits, joins and reports into room events.

A snapshot is recorded every ten seconds while the film plays, on pause, on a change of film and when the last member
has left. One recorder per live room; the queue belongs to the process. Each relay records its own members and what was
requested through it; the relay that holds the room's lease records the rest.
"""

from collections.abc import Callable
from functools import partial

from watchparty_relay.bus.port import Bus, Committed
from watchparty_relay.presence.people import people_message
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.messages import ChatEntry, Cleared, Deleted, Report, State
from watchparty_relay.protocol.values import CauseKind, Mode
from watchparty_relay.reporting.room_events import (
    EventQueue,
    chat_event,
    commit_event,
    report_events,
    session_event,
    snapshot_event,
)
from watchparty_relay.reporting.sync_report import SyncReport
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import Event
from watchparty_relay.rules.state import Room

SNAPSHOT_EVERY_MS = 10_000.0


class EventRecorder:
    """`presence` returns everyone in the room, on whichever relay they are connected."""

    def __init__(
        self, events: EventQueue, bus: Bus, presence: Callable[[], PresenceSnapshot], *, now_ms: float
    ) -> None:
        self._events = events
        self._bus = bus
        self._presence = presence
        self._queued_epoch = self._queued_seq = 0
        self._sync_report = SyncReport(now_ms=now_ms)
        self._snapshot_due_ms = now_ms + SNAPSHOT_EVERY_MS

    def member_joined(self, room: Room, participant_id: str, *, now_ms: float) -> None:
        self._add_session(room, participant_id, started=True, now_ms=now_ms)

    def member_left(self, room: Room, participant_id: str, *, now_ms: float) -> None:
        self._add_session(room, participant_id, started=False, now_ms=now_ms)
        if self._presence().total == 0:
            self._add_snapshot(room, now_ms)
            self.close(room, now_ms=now_ms)

    def close(self, room: Room, *, now_ms: float) -> None:
        """The room is empty: records the sync samples collected so far."""
        self._add_sync_report(room, self._sync_report.take(now_ms=now_ms), now_ms)

    def add_report(self, participant_id: str, report: Report) -> None:
        self._sync_report.add(participant_id, report)

    def record(self, before: Room, commit: Committed, event: Event, *, leading: bool, now_ms: float) -> None:
        """An event of a commit; `leading` if this relay holds the room's lease."""
        match event:
            case State():
                self._record_state(before, commit, event, leading, now_ms)
            case ChatEntry() | Deleted() | Cleared() if leading:
                self._archive(commit.room, now_ms)

    def tick(self, room: Room, *, leading: bool, now_ms: float) -> None:
        playing = room.clock.mode is Mode.PLAYING
        if leading and playing and now_ms >= self._snapshot_due_ms:
            self._add_snapshot(room, now_ms)
        if leading and (room.seq > self._queued_seq or room.epoch != self._queued_epoch):
            self._archive(room, now_ms)
        self._add_sync_report(room, self._sync_report.due(now_ms=now_ms), now_ms)

    def _record_state(self, before: Room, commit: Committed, state: State, leading: bool, now_ms: float) -> None:
        if state.cause.cmd in (CauseKind.OPENED, CauseKind.SEED):
            return
        other_film = state.mrev != before.clock.media.mrev
        action = commit_event(before, commit.room, state, now_ms)
        if commit.ours and action is not None:
            self._events.add(action, committed=True)
        stopped = state.mode in (Mode.PAUSED, Mode.ENDED) and before.clock.mode is not state.mode
        if leading and (other_film or stopped):
            self._add_snapshot(commit.room, now_ms)

    def _archive(self, room: Room, now_ms: float) -> None:
        """Queues the log entries after the last one that the functions certainly have, whichever relay published it."""
        if room.epoch != self._queued_epoch:  # its log may be shorter than that of the epoch before
            self._queued_epoch, self._queued_seq = room.epoch, 0
        archived_seq = max(self._bus.archived_seq(room.id), self._queued_seq)
        for entry in room.log:
            if entry.seq > archived_seq:
                published = partial(self._bus.record_archived, room.id, entry.seq)
                self._events.add(chat_event(room, entry, now_ms=now_ms), published=published, committed=True)
        self._queued_seq = max(archived_seq, room.seq)

    def _add_session(self, room: Room, participant_id: str, *, started: bool, now_ms: float) -> None:
        total = self._presence().total
        self._events.add(session_event(room, participant_id, started=started, total=total, now_ms=now_ms))

    def _add_snapshot(self, room: Room, now_ms: float) -> None:
        self._snapshot_due_ms = now_ms + SNAPSHOT_EVERY_MS
        people = people_message(room, self._presence())
        listed = [
            {"participant_id": person.id, "name": person.name, "role": person.role.value} for person in people.here
        ]
        pos_s = playback.position_at(room.clock, now_ms)
        self._events.add(snapshot_event(room, pos_s, listed, people.total, now_ms=now_ms))

    def _add_sync_report(self, room: Room, samples: list[dict[str, object]], now_ms: float) -> None:
        for event in report_events(room, samples, now_ms=now_ms):
            self._events.add(event)

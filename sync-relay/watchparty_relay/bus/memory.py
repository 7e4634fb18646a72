"""The bus of one process: rooms in memory, made durable by a journal if there is one.

A change is decided at once, on the newest room, and then waits for the journal. Listeners and callers learn of it when
it is committed, in the order of the changes. Without a journal a change is committed as soon as it is decided.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from watchparty_relay.bus.journal import Journal
from watchparty_relay.bus.port import Announcement, Committed, Listener
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.values import Mode
from watchparty_relay.room_time import MachineTime, RoomTime, TimeSource
from watchparty_relay.rules.changes import Answer, Change, Decision, PauseEmptyRoom, Request
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.idempotency import AnswerCache, is_refusal
from watchparty_relay.rules.state import Room, new_room, set_back

log = logging.getLogger(__name__)

HEARTBEAT_EVERY_S = 5.0
RESTART_GRACE_MS = 30_000.0
"""A film that was running when the process died runs on if the process is back within this time; else it is paused."""
FORGET_AFTER_MS = 24 * 3600 * 1000.0
"""Without a journal a room cannot be loaded again, so it is kept for as long as its log would be."""
SWEEP_EVERY_MS = 600_000.0
WRONG_CLOCK_MS = 3600 * 1000.0
"""By how much the machine's clock may be behind the previous run's before one of the two must have been wrong."""


@dataclass(eq=False)
class _Entry:
    """One room: `newest` includes changes that are still being written, `committed` is what others may see."""

    newest: Room
    committed: Room
    answers: AnswerCache
    touched_ms: float
    stored: bool = False
    archived_seq: int = 0
    writing: int = 0
    listeners: list[Listener] = field(default_factory=list)


class MemoryBus:
    """`passed_ms` returns the time of day that it is at least, whatever the machine's clock reads; None: unknown."""

    superseded = False

    def __init__(
        self,
        *,
        journal: Journal | None = None,
        time: TimeSource | None = None,
        passed_ms: Callable[[], float] | None = None,
    ) -> None:
        self._journal = journal
        self._passed_ms = passed_ms
        self._set_back = False
        self._source = time or MachineTime()
        self._time = RoomTime(self._source)
        self._entries: dict[str, _Entry] = {}
        self._swept_ms = self._time.now_ms()
        self._last_alive_ms = 0.0
        self._heartbeat: asyncio.Task[None] | None = None

    @property
    def relay_name(self) -> str:
        return "only"

    @property
    def clock_name(self) -> str:
        return self._time.name

    def now_ms(self) -> float:
        return self._time.now_ms()

    async def start(self) -> None:
        if self._journal is None:
            return
        wall_ms = self._source.wall_ms()
        passed_ms = None if self._passed_ms is None else await asyncio.to_thread(self._passed_ms)
        self._last_alive_ms = await asyncio.to_thread(
            self._journal.open,
            now_ms=self.now_ms(),
            passed_ms=None if passed_ms is None else min(passed_ms, wall_ms),
        )
        # The previous run's clock was far ahead, if the time that has certainly passed agrees with this one's.
        self._set_back = passed_ms is not None and passed_ms <= wall_ms < self._last_alive_ms - WRONG_CLOCK_MS
        self._time = RoomTime(self._source, not_before_ms=0.0 if self._set_back else self._last_alive_ms)
        self._heartbeat = asyncio.create_task(self._record_heartbeats(self._journal))

    async def stop(self) -> None:
        if self._journal is None or self._heartbeat is None:
            return
        self._heartbeat.cancel()
        await asyncio.gather(self._heartbeat, return_exceptions=True)
        await self._journal.record_alive(now_ms=self.now_ms())
        await asyncio.to_thread(self._journal.close)

    async def listen(self, room_id: str, listener: Listener) -> Room:
        entry = await self._entry(room_id)
        entry.listeners.append(listener)
        return entry.committed

    def leave(self, room_id: str, listener: Listener) -> None:
        self._entries[room_id].listeners.remove(listener)
        self._forget_idle(room_id)

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        entry, now_ms = self._entries.get(room_id) or await self._entry(room_id), self.now_ms()
        request = change if isinstance(change, Request) else None
        earlier = entry.answers.find(request.by, request.message.cid, now_ms=now_ms) if request else None
        if earlier is not None:
            # The earlier answer is committed like a change, because its own change may still be being written.
            decision, request = Decision(entry.newest, answer=earlier), None
        else:
            decision = decide(entry.newest, change, now_ms=now_ms)
        await self._commit(entry, decision, request, now_ms)
        return decision.answer

    def announce(self, room_id: str, announcement: Announcement) -> None:
        entry = self._entries.get(room_id)
        for listener in tuple(entry.listeners) if entry else ():
            listener(announcement)

    def publish_presence(self, room_id: str, snapshot: PresenceSnapshot) -> None:
        """There is no other relay."""

    def holds_lease(self, room_id: str) -> bool:
        return room_id in self._entries

    def archived_seq(self, room_id: str) -> int:
        entry = self._entries.get(room_id)
        return entry.archived_seq if entry else 0

    def record_archived(self, room_id: str, seq: int) -> None:
        entry = self._entries.get(room_id)
        if entry is not None:
            entry.archived_seq = max(entry.archived_seq, seq)

    def forget_rooms(self) -> None:
        """Another process changes them now. No listener may be left."""
        self._entries.clear()

    async def _commit(self, entry: _Entry, decision: Decision, request: Request | None, now_ms: float) -> None:
        before, stored = entry.newest, bool(entry.stored or entry.writing)
        entry.newest, entry.touched_ms = decision.room, now_ms
        if request is not None and decision.answer is not None:
            entry.answers.store(request.by, request.message.cid, decision.answer, now_ms=now_ms)
        if self._journal is None:
            _notify(entry, decision)
            return
        if is_refusal(before, decision):
            # Nothing to write, but it waits for the changes before it, on which it may be based.
            await self._journal.commit([], undo=lambda: _forget_answer(entry, request))
            self._forget_idle(decision.room.id)
            return
        writes = self._journal.writes(before, decision, request, stored=stored, now_ms=now_ms)
        entry.writing += 1
        try:
            await self._journal.commit(
                writes, then=lambda: _on_written(entry, decision), undo=lambda: _on_write_failed(entry, request)
            )
        finally:
            self._forget_idle(decision.room.id)

    async def _entry(self, room_id: str) -> _Entry:
        while room_id not in self._entries:
            entry = self._entries[room_id] = self._load_or_create(room_id)
            await self._pause_abandoned(entry)  # may forget the room again, because no one listens yet
        return self._entries[room_id]

    async def _pause_abandoned(self, entry: _Entry) -> None:
        """A room from the journal has been empty since the previous process died."""
        clock, now_ms = entry.newest.clock, self.now_ms()
        if clock.mode in (Mode.PLAYING, Mode.WAITING) and now_ms - self._last_alive_ms > RESTART_GRACE_MS:
            paused = decide(entry.newest, PauseEmptyRoom(rev=clock.rev, left_ms=self._last_alive_ms), now_ms=now_ms)
            await self._commit(entry, paused, None, now_ms)

    def _load_or_create(self, room_id: str) -> _Entry:
        now_ms = self.now_ms()
        stored = self._journal.load(room_id) if self._journal else None
        if stored is None:
            room = new_room(room_id, now_ms=now_ms)
            return _Entry(newest=room, committed=room, answers=AnswerCache(), touched_ms=now_ms)
        room, answers = stored
        if self._set_back:
            room = set_back(room, left_ms=self._last_alive_ms, now_ms=now_ms)
        return _Entry(
            newest=room, committed=room, answers=answers, touched_ms=now_ms, stored=True, archived_seq=room.seq
        )

    def _forget_idle(self, room_id: str) -> None:
        entry, now_ms = self._entries.get(room_id), self.now_ms()
        if self._journal is not None:
            if entry and not entry.listeners and not entry.writing:
                del self._entries[room_id]
        elif now_ms - self._swept_ms > SWEEP_EVERY_MS:
            self._swept_ms = now_ms
            self._entries = {
                key: room
                for key, room in self._entries.items()
                if room.listeners or room.touched_ms > now_ms - FORGET_AFTER_MS
            }

    async def _record_heartbeats(self, journal: Journal) -> None:
        while True:
            try:
                await journal.record_alive(now_ms=self.now_ms())
            except BusUnavailable as error:
                log.warning("the journal cannot be written: %s", error.reason)
            await asyncio.sleep(HEARTBEAT_EVERY_S)


def _notify(entry: _Entry, decision: Decision) -> None:
    entry.committed = decision.room
    if decision.events:
        committed = Committed(decision.room, decision.events)
        for listener in tuple(entry.listeners):
            listener(committed)


def _on_written(entry: _Entry, decision: Decision) -> None:
    entry.writing -= 1
    entry.stored = True
    _notify(entry, decision)


def _on_write_failed(entry: _Entry, request: Request | None) -> None:
    entry.writing -= 1
    entry.newest = entry.committed
    _forget_answer(entry, request)


def _forget_answer(entry: _Entry, request: Request | None) -> None:
    if request is not None:
        entry.answers.forget(request.by, request.message.cid)

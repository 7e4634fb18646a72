"""The bus of one process: rooms in memory, made durable by a journal where there is one.

A step is decided at once on the newest room, then waits for the journal; listeners and askers learn of it when it is
committed, in the order of the steps. Without a journal a step is over as soon as it is decided.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from watchparty_relay.answers import Answers
from watchparty_relay.bus.journal import Journal
from watchparty_relay.bus.port import Announcement, Committed, Listener
from watchparty_relay.changes import Answer, Asked, Change, Decision, Operate, Retract, Say, Vacate, Wipe
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.roll import Roll
from watchparty_relay.room import Room, new_room
from watchparty_relay.room_time import MachineTime, RoomTime, TimeSource
from watchparty_relay.rules import decide
from watchparty_relay.vocabulary import Mode

log = logging.getLogger(__name__)

ALIVE_EVERY_S = 5.0
# A film that ran when the process died runs on when it is back within this; later it stops where it was.
RESTART_MS = 30_000.0
# Without a journal nothing can be found again, so a room is kept for as long as its log would be.
FORGET_AFTER_MS = 24 * 3600 * 1000.0
SWEEP_EVERY_MS = 600_000.0


@dataclass(eq=False)
class _Kept:
    """One room: `newest` has steps that are still being written, `committed` is what everybody may know."""

    newest: Room
    committed: Room
    answers: Answers
    touched_ms: float
    stored: bool = False
    archived_seq: int = 0
    writing: int = 0
    listeners: list[Listener] = field(default_factory=list)


class MemoryBus:
    superseded = False

    def __init__(self, *, journal: Journal | None = None, time: TimeSource | None = None) -> None:
        self._journal = journal
        self._source = time or MachineTime()
        self._time = RoomTime(self._source)
        self._rooms: dict[str, _Kept] = {}
        self._swept_ms = self._time.now_ms()
        self._died_ms = 0.0
        self._alive: asyncio.Task[None] | None = None

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
        self._died_ms = await asyncio.to_thread(self._journal.open, now_ms=self.now_ms())
        self._time = RoomTime(self._source, not_before_ms=self._died_ms)
        self._alive = asyncio.create_task(self._stay_alive(self._journal))

    async def stop(self) -> None:
        if self._journal is None or self._alive is None:
            return
        self._alive.cancel()
        await asyncio.gather(self._alive, return_exceptions=True)
        await self._journal.alive(now_ms=self.now_ms())
        await asyncio.to_thread(self._journal.close)

    async def listen(self, room_id: str, listener: Listener) -> Room:
        kept = await self._kept(room_id)
        kept.listeners.append(listener)
        return kept.committed

    def leave(self, room_id: str, listener: Listener) -> None:
        self._rooms[room_id].listeners.remove(listener)
        self._forget_idle(room_id)

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        kept, now_ms = self._rooms.get(room_id) or await self._kept(room_id), self.now_ms()
        asked = change if isinstance(change, Operate | Say | Retract | Wipe) else None
        given = kept.answers.find(asked.by, asked.message.cid, now_ms=now_ms) if asked else None
        if given is not None:
            # Even this waits its turn: the answer may rest on a step that is still being written.
            decision, asked = Decision(kept.newest, answer=given), None
        else:
            decision = decide(kept.newest, change, now_ms=now_ms)
        await self._commit(kept, decision, asked, now_ms)
        return decision.answer

    def announce(self, room_id: str, announcement: Announcement) -> None:
        kept = self._rooms.get(room_id)
        for listener in tuple(kept.listeners) if kept else ():
            listener(announcement)

    def call_roll(self, room_id: str, roll: Roll) -> None:
        """There is no other relay to tell."""

    def looks_after(self, room_id: str) -> bool:
        return room_id in self._rooms

    def archived_seq(self, room_id: str) -> int:
        kept = self._rooms.get(room_id)
        return kept.archived_seq if kept else 0

    def note_archived(self, room_id: str, seq: int) -> None:
        kept = self._rooms.get(room_id)
        if kept is not None:
            kept.archived_seq = max(kept.archived_seq, seq)

    async def _commit(self, kept: _Kept, decision: Decision, asked: Asked | None, now_ms: float) -> None:
        before = kept.newest if kept.stored or kept.writing else None
        kept.newest, kept.touched_ms = decision.room, now_ms
        if asked is not None and decision.answer is not None:
            kept.answers.keep(asked.by, asked.message.cid, decision.answer, now_ms=now_ms)
        if self._journal is None:
            _tell(kept, decision)
            return
        writes = self._journal.writes(before, decision, asked, now_ms=now_ms)
        kept.writing += 1
        try:
            await self._journal.commit(
                writes, then=lambda: _written(kept, decision), undo=lambda: _take_back(kept, asked)
            )
        finally:
            self._forget_idle(decision.room.id)

    async def _kept(self, room_id: str) -> _Kept:
        while room_id not in self._rooms:
            kept = self._rooms[room_id] = self._found(room_id)
            await self._stop_deserted(kept)  # may forget the room again, as nobody listens yet
        return self._rooms[room_id]

    async def _stop_deserted(self, kept: _Kept) -> None:
        """Nobody has been in a room that lay in the journal since the process before this one died."""
        clock, now_ms = kept.newest.clock, self.now_ms()
        if clock.mode in (Mode.PLAYING, Mode.WAITING) and now_ms - self._died_ms > RESTART_MS:
            stopped = decide(kept.newest, Vacate(rev=clock.rev, left_ms=self._died_ms), now_ms=now_ms)
            await self._commit(kept, stopped, None, now_ms)

    def _found(self, room_id: str) -> _Kept:
        now_ms = self.now_ms()
        stored = self._journal.load(room_id) if self._journal else None
        if stored is None:
            room = new_room(room_id, now_ms=now_ms)
            return _Kept(newest=room, committed=room, answers=Answers(), touched_ms=now_ms)
        room, answers = stored
        return _Kept(
            newest=room, committed=room, answers=answers, touched_ms=now_ms, stored=True, archived_seq=room.seq
        )

    def _forget_idle(self, room_id: str) -> None:
        kept, now_ms = self._rooms.get(room_id), self.now_ms()
        if self._journal is not None:
            if kept and not kept.listeners and not kept.writing:
                del self._rooms[room_id]
        elif now_ms - self._swept_ms > SWEEP_EVERY_MS:
            self._swept_ms = now_ms
            self._rooms = {
                key: room
                for key, room in self._rooms.items()
                if room.listeners or room.touched_ms > now_ms - FORGET_AFTER_MS
            }

    async def _stay_alive(self, journal: Journal) -> None:
        while True:
            try:
                await journal.alive(now_ms=self.now_ms())
            except BusUnavailable as failure:
                log.warning("the journal cannot be written: %s", failure.reason)
            await asyncio.sleep(ALIVE_EVERY_S)


def _tell(kept: _Kept, decision: Decision) -> None:
    kept.committed = decision.room
    if decision.events:
        committed = Committed(decision.room, decision.events)
        for listener in tuple(kept.listeners):
            listener(committed)


def _written(kept: _Kept, decision: Decision) -> None:
    kept.writing -= 1
    kept.stored = True
    _tell(kept, decision)


def _take_back(kept: _Kept, asked: Asked | None) -> None:
    kept.writing -= 1
    kept.newest = kept.committed
    if asked is not None:
        kept.answers.forget(asked.by, asked.message.cid)

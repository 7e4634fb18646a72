"""The memory bus's journal: one SQLite file from which rooms come back with the same epoch, clock, log and answers.

A thread of its own writes; whatever is queued while one transaction is being synced goes into the next, so a busy
relay pays one sync for many steps. It stores what the rules decided and decides nothing itself.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from watchparty_relay import answers
from watchparty_relay.answers import Answers
from watchparty_relay.bus.step import Head, head_of, joined
from watchparty_relay.changes import Answer, Asked, Decision, MemberChanged, MemberRemoved, RequestDecided
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.protocol import Ack, LogEntry, Nack
from watchparty_relay.room import Member, Room

LAYOUT_VERSION = 1
KEPT_ROOMS_MS = 30 * 24 * 3600 * 1000.0
_LAYOUT = """
CREATE TABLE IF NOT EXISTS alive (one INTEGER PRIMARY KEY CHECK (one = 1), at_ms REAL NOT NULL);
CREATE TABLE IF NOT EXISTS rooms (id TEXT PRIMARY KEY, head BLOB NOT NULL, at_ms REAL NOT NULL);
CREATE TABLE IF NOT EXISTS members (room TEXT, id TEXT, mark BLOB NOT NULL, PRIMARY KEY (room, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (room TEXT, seq INTEGER, entry BLOB NOT NULL, PRIMARY KEY (room, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (room TEXT, by TEXT, cid TEXT, at_ms REAL NOT NULL, answer BLOB NOT NULL,
  PRIMARY KEY (room, by, cid)) WITHOUT ROWID;
"""

Write = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, eq=False)
class _Step:
    writes: list[Write]
    then: Callable[[], None]
    undo: Callable[[], None]
    done: asyncio.Future[None]


class Journal:
    """Opened once, used from the event loop; only its thread touches the writing connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._steps: queue.SimpleQueue[_Step | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._reader: sqlite3.Connection | None = None

    def open(self, *, now_ms: float) -> float:
        """Creates or opens the file and returns when the last run was last alive."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        writer = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        writer.execute("PRAGMA journal_mode=WAL")
        # FULL: an acknowledged message survives a power cut too, not only a killed process.
        writer.execute("PRAGMA synchronous=FULL")
        writer.executescript(_LAYOUT)
        writer.execute(f"PRAGMA user_version={LAYOUT_VERSION}")
        self._drop_old_rooms(writer, now_ms)
        signs_of_life = "SELECT at_ms FROM alive UNION ALL SELECT at_ms FROM rooms"
        (last_alive_ms,) = writer.execute(f"SELECT coalesce(max(at_ms), 0.0) FROM ({signs_of_life})").fetchone()  # noqa: S608
        self._reader = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._thread = threading.Thread(target=self._write, args=(writer,), name="relay-journal", daemon=True)
        self._thread.start()
        return float(last_alive_ms)

    def close(self) -> None:
        """Returns when all that was queued is written."""
        if self._thread is not None and self._reader is not None:
            self._steps.put(None)
            self._thread.join()
            self._reader.close()

    def load(self, room_id: str) -> tuple[Room, Answers] | None:
        row = self._read("SELECT head FROM rooms WHERE id = ?", room_id).fetchone()
        if row is None:
            return None
        head = msgspec.json.decode(row[0], type=Head)
        entries = [
            msgspec.json.decode(entry, type=LogEntry)
            for (entry,) in self._read("SELECT entry FROM log WHERE room = ? ORDER BY seq", room_id)
        ]
        members = {
            participant_id: msgspec.json.decode(mark, type=Member)
            for participant_id, mark in self._read("SELECT id, mark FROM members WHERE room = ?", room_id)
        }
        return joined(room_id, head, tuple(entries), members), self._load_answers(room_id)

    def writes(self, before: Room | None, decision: Decision, asked: Asked | None, *, now_ms: float) -> list[Write]:
        """The rows that make a decision durable; `before` is None for a room that has no rows yet."""
        room = decision.room
        return [
            *_head_rows(before, room, now_ms),
            *_log_rows(before, room),
            *_member_rows(decision),
            *_answer_rows(room.id, asked, decision.answer, now_ms),
        ]

    async def alive(self, *, now_ms: float) -> None:
        row: Write = ("INSERT OR REPLACE INTO alive VALUES (1, ?)", (now_ms,))
        await self.commit([row], then=lambda: None, undo=lambda: None)

    async def commit(self, writes: list[Write], *, then: Callable[[], None], undo: Callable[[], None]) -> None:
        """Calls `then` when the writes are synced, in the order of the calls; or `undo`, and raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._steps.put(_Step(writes, then, undo, done))
        await done

    def _load_answers(self, room_id: str) -> Answers:
        given = Answers()
        rows = self._read("SELECT by, cid, at_ms, answer FROM answers WHERE room = ? ORDER BY at_ms", room_id)
        for participant_id, cid, at_ms, answer in rows:
            given.keep(participant_id, cid, msgspec.json.decode(answer, type=Ack | Nack), now_ms=at_ms)
        return given

    def _read(self, sql: str, *values: object) -> sqlite3.Cursor:
        if self._reader is None:
            raise BusUnavailable("the journal is not open")
        return self._reader.execute(sql, values)

    @staticmethod
    def _drop_old_rooms(writer: sqlite3.Connection, now_ms: float) -> None:
        writer.execute("DELETE FROM rooms WHERE at_ms < ?", (now_ms - KEPT_ROOMS_MS,))
        for table in ("members", "log", "answers"):
            writer.execute(f"DELETE FROM {table} WHERE room NOT IN (SELECT id FROM rooms)")  # noqa: S608 (our own names)
        writer.execute("DELETE FROM answers WHERE at_ms < ?", (now_ms - answers.KEPT_MS,))

    def _write(self, writer: sqlite3.Connection) -> None:
        while (step := self._steps.get()) is not None:
            batch, stopping = [step], False
            while not self._steps.empty():
                following = self._steps.get()
                if following is None:
                    stopping = True
                    break
                batch.append(following)
            self._write_batch(writer, batch)
            if stopping:
                break
        writer.close()

    def _write_batch(self, writer: sqlite3.Connection, batch: list[_Step]) -> None:
        loop = batch[0].done.get_loop()
        try:
            if any(step.writes for step in batch):
                writer.execute("BEGIN IMMEDIATE")
                for sql, values in (write for step in batch for write in step.writes):
                    writer.execute(sql, values)
                writer.execute("COMMIT")
        except sqlite3.Error as failure:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            # The thread waits: what is queued rests on steps that did not happen and must not be written either.
            taken_back = threading.Event()
            loop.call_soon_threadsafe(self._fail, batch, str(failure), taken_back)
            taken_back.wait()
        else:
            loop.call_soon_threadsafe(_finish, batch)

    def _fail(self, batch: list[_Step], reason: str, taken_back: threading.Event) -> None:
        waiting: list[_Step] = []
        while not self._steps.empty():
            step = self._steps.get()
            if step is None:
                self._steps.put(None)
                break
            waiting.append(step)
        for step in (*batch, *waiting):
            step.undo()
            if not step.done.done():
                step.done.set_exception(BusUnavailable(reason))
        taken_back.set()


def _finish(batch: list[_Step]) -> None:
    for step in batch:
        step.then()
        if not step.done.done():
            step.done.set_result(None)


def _head_rows(before: Room | None, room: Room, now_ms: float) -> Iterator[Write]:
    head = head_of(room)
    if before is None or head != head_of(before):
        yield "INSERT OR REPLACE INTO rooms VALUES (?, ?, ?)", (room.id, msgspec.json.encode(head), now_ms)


def _log_rows(before: Room | None, room: Room) -> Iterator[Write]:
    known_log = before.log if before else ()
    if room.log is known_log:
        return
    known = {entry.seq: entry for entry in known_log}
    for entry in room.log:
        if known.get(entry.seq) is not entry:
            yield "INSERT OR REPLACE INTO log VALUES (?, ?, ?)", (room.id, entry.seq, msgspec.json.encode(entry))
    if known_log and known_log[0].seq < room.log[0].seq:
        yield "DELETE FROM log WHERE room = ? AND seq < ?", (room.id, room.log[0].seq)


def _member_rows(decision: Decision) -> Iterator[Write]:
    for event in decision.events:
        if isinstance(event, MemberChanged | MemberRemoved | RequestDecided):
            mark = msgspec.json.encode(decision.room.members[event.participant_id])
            yield "INSERT OR REPLACE INTO members VALUES (?, ?, ?)", (decision.room.id, event.participant_id, mark)


def _answer_rows(room_id: str, asked: Asked | None, answer: Answer | None, now_ms: float) -> Iterator[Write]:
    if asked is not None and answer is not None:
        row = (room_id, asked.by, asked.message.cid, now_ms, msgspec.json.encode(answer))
        yield "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row
        old = (room_id, asked.by, now_ms - answers.KEPT_MS)
        yield "DELETE FROM answers WHERE room = ? AND by = ? AND at_ms < ?", old

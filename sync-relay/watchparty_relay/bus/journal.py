"""The memory bus's journal: one SQLite file from which rooms are restored with the same epoch, clock, log and answers.

A separate thread writes. Whatever is queued while one transaction is being synced goes into the next, so a busy relay
pays one sync for many changes. The journal stores what the rules decided and decides nothing.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from watchparty_relay.bus.room_delta import Head, assemble_room, head_of
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.protocol.messages import Ack, LogEntry, Nack
from watchparty_relay.rules.changes import (
    Answer,
    Decision,
    Event,
    MemberChanged,
    MemberRemoved,
    RenewalRequired,
    Request,
    RequestDecided,
)
from watchparty_relay.rules.idempotency import ANSWER_TTL_MS, AnswerCache
from watchparty_relay.rules.state import Member, Room, log_name

log = logging.getLogger(__name__)

LAYOUT_VERSION = 2
"""2 adds the outbox."""
ROOM_TTL_MS = 30 * 24 * 3600 * 1000.0
_LAYOUT = """
CREATE TABLE IF NOT EXISTS alive (one INTEGER PRIMARY KEY CHECK (one = 1), at_ms REAL NOT NULL);
CREATE TABLE IF NOT EXISTS rooms (id TEXT PRIMARY KEY, head BLOB NOT NULL, at_ms REAL NOT NULL);
CREATE TABLE IF NOT EXISTS members (room TEXT, id TEXT, mark BLOB NOT NULL, PRIMARY KEY (room, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (room TEXT, seq INTEGER, entry BLOB NOT NULL, PRIMARY KEY (room, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (room TEXT, by TEXT, cid TEXT, at_ms REAL NOT NULL, answer BLOB NOT NULL,
  PRIMARY KEY (room, by, cid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, event BLOB NOT NULL);
"""

OUTBOX_AT_ONCE = 50_000
EMPTY_LOG_EVERY_S = 600.0
"""How often the write-ahead log is emptied, in which deleted messages remain readable."""

Write = tuple[str, tuple[object, ...]]

RoomEvent = dict[str, Any]
CommitEvents = Callable[[Room, Room, Sequence[Event], float], list[RoomEvent]]
"""The room events for a change from one room to the next: `commit_events` of `reporting/room_events.py`, which knows
their shapes."""


def _nothing() -> None:
    """The commit changes no room."""


@dataclass(frozen=True, eq=False)
class _PendingCommit:
    writes: list[Write]
    then: Callable[[], None]
    undo: Callable[[], None]
    done: asyncio.Future[None]


class Journal:
    """Opened once and used from the event loop; only its thread uses the writing connection."""

    def __init__(
        self, path: Path, *, commit_events: CommitEvents, empty_log_every_s: float = EMPTY_LOG_EVERY_S
    ) -> None:
        self._path = path
        self._empty_log_every_s = empty_log_every_s
        self._commit_events = commit_events
        self._queue: queue.SimpleQueue[_PendingCommit | None] = queue.SimpleQueue()
        self._writer_thread: threading.Thread | None = None
        self._reader: sqlite3.Connection | None = None

    def open(self, *, now_ms: float, passed_ms: float | None = None) -> float:
        """Opens the file, or creates it, and returns when the previous run was last known to be alive.

        Rooms that no one has used for long are dropped by `passed_ms`, the time that it is at least; None: unknown.
        """
        writer, layout = create_journal(self._path)
        if passed_ms is not None:
            self._drop_old_rooms(writer, passed_ms)
        alive_times = "SELECT at_ms FROM alive UNION ALL SELECT at_ms FROM rooms"
        (last_alive_ms,) = writer.execute(f"SELECT coalesce(max(at_ms), 0.0) FROM ({alive_times})").fetchone()  # noqa: S608
        self._reader = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        if layout == 1:
            self._fill_outbox(writer, now_ms)
        self._writer_thread = threading.Thread(target=self._write, args=(writer,), name="relay-journal", daemon=True)
        self._writer_thread.start()
        return float(last_alive_ms)

    def close(self) -> None:
        """Returns when everything that was queued is written."""
        if self._writer_thread is not None and self._reader is not None:
            self._queue.put(None)
            self._writer_thread.join()
            self._reader.close()

    def load(self, room_id: str) -> tuple[Room, AnswerCache] | None:
        """The room; None if there is none, or its head cannot be read. Other rows that cannot be read are left out."""
        row = self._read("SELECT head FROM rooms WHERE id = ?", room_id).fetchone()
        head = self._decoded(room_id, row[0], Head) if row else None
        if head is None:
            return None
        log_rows = self._read("SELECT entry FROM log WHERE room = ? ORDER BY seq", room_id)
        entries = [entry for (row,) in log_rows if (entry := self._decoded(room_id, row, LogEntry)) is not None]
        members = {
            participant_id: member
            for participant_id, row in self._read("SELECT id, mark FROM members WHERE room = ?", room_id)
            if (member := self._decoded(room_id, row, Member)) is not None
        }
        return assemble_room(room_id, head, tuple(entries), members), self._load_answers(room_id)

    def _decoded(self, room_id: str, row: bytes, type_: Any) -> Any:
        """The value of a row, or None if it is damaged: then it is set aside, so that the room can be used."""
        try:
            return msgspec.json.decode(row, type=type_)
        except (msgspec.MsgspecError, UnicodeError):
            aside = self._path.with_name(f"{self._path.name}.damaged-rows")
            log.exception("room %s: a damaged row of the journal is set aside in %s", log_name(room_id), aside)
            with aside.open("ab") as file:
                file.write(row + b"\n")
            return None

    def _fill_outbox(self, writer: sqlite3.Connection, now_ms: float) -> None:
        """A journal of layout 1 does not say which lines were published, so all are published again."""
        for (room_id,) in writer.execute("SELECT id FROM rooms").fetchall():
            stored = self.load(room_id)
            if stored is not None:
                room, _ = stored
                for event in self._commit_events(room, room, room.log, now_ms):
                    writer.execute(*_outbox_row(event))

    def writes(
        self, newest: Room, decision: Decision, request: Request | None, *, stored: bool, now_ms: float
    ) -> list[Write]:
        """The statements that make a decision on the newest room durable, with the room events that report it.

        `stored` is False for a room that has no rows yet.
        """
        room, before = decision.room, newest if stored else None
        events = self._commit_events(newest, room, decision.events, now_ms)
        return [
            *map(_outbox_row, events),
            *_head_rows(before, room, now_ms),
            *_log_rows(before, room),
            *_member_rows(decision),
            *_answer_rows(room.id, request, decision.answer, now_ms),
        ]

    def unpublished(self) -> list[RoomEvent]:
        """The room events that no one has confirmed, oldest first."""
        rows = self._read("SELECT event FROM outbox ORDER BY n LIMIT ?", OUTBOX_AT_ONCE)
        return [msgspec.json.decode(event) for (event,) in rows]

    def keep(self, event: RoomEvent) -> None:
        """Stores a room event that belongs to no commit, soon."""
        self._write_soon([_outbox_row(event)])

    def forget(self, ids: Sequence[str]) -> None:
        """The events are published, and are not returned by `unpublished` after a restart."""
        self._write_soon([("DELETE FROM outbox WHERE id = ?", (id_,)) for id_ in ids])

    def _write_soon(self, writes: list[Write]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_warn_unwritten)
        self._queue.put(_PendingCommit(writes, _nothing, _nothing, done))

    async def record_alive(self, *, now_ms: float) -> None:
        row: Write = ("INSERT OR REPLACE INTO alive VALUES (1, ?)", (now_ms,))
        await self.commit([row])

    async def commit(
        self, writes: list[Write], *, then: Callable[[], None] = _nothing, undo: Callable[[], None] = _nothing
    ) -> None:
        """Calls `then` when the writes are synced, in the order of the calls. If they fail, calls `undo` and raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put(_PendingCommit(writes, then, undo, done))
        await done

    def _load_answers(self, room_id: str) -> AnswerCache:
        answers = AnswerCache()
        rows = self._read("SELECT by, cid, at_ms, answer FROM answers WHERE room = ? ORDER BY at_ms", room_id)
        for participant_id, cid, at_ms, answer in rows:
            decoded = self._decoded(room_id, answer, Ack | Nack)
            if decoded is not None:
                answers.store(participant_id, cid, decoded, now_ms=at_ms)
        return answers

    def _read(self, sql: str, *values: object) -> sqlite3.Cursor:
        if self._reader is None:
            raise BusUnavailable("the journal is not open")
        return self._reader.execute(sql, values)

    @staticmethod
    def _drop_old_rooms(writer: sqlite3.Connection, passed_ms: float) -> None:
        writer.execute("DELETE FROM rooms WHERE at_ms < ?", (passed_ms - ROOM_TTL_MS,))
        for table in ("members", "log", "answers"):
            writer.execute(f"DELETE FROM {table} WHERE room NOT IN (SELECT id FROM rooms)")  # noqa: S608 (constant names)
        writer.execute("DELETE FROM answers WHERE at_ms < ?", (passed_ms - ANSWER_TTL_MS,))

    def _write(self, writer: sqlite3.Connection) -> None:
        empty_log_at_s = time.monotonic() + self._empty_log_every_s
        while (commit := self._queue.get()) is not None:
            batch, stopping = [commit], False
            while not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    stopping = True
                    break
                batch.append(following)
            self._write_batch(writer, batch)
            if time.monotonic() >= empty_log_at_s:
                empty_log_at_s = time.monotonic() + self._empty_log_every_s
                _empty_log(writer)
            if stopping:
                break
        writer.close()

    def _write_batch(self, writer: sqlite3.Connection, batch: list[_PendingCommit]) -> None:
        loop = batch[0].done.get_loop()
        try:
            if any(commit.writes for commit in batch):
                writer.execute("BEGIN IMMEDIATE")
                for sql, values in (write for commit in batch for write in commit.writes):
                    writer.execute(sql, values)
                writer.execute("COMMIT")
        except sqlite3.Error as error:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            # Wait until the queue is emptied: its changes were decided on top of the failed ones and must fail as well.
            undone = threading.Event()
            loop.call_soon_threadsafe(self._fail, batch, str(error), undone)
            undone.wait()
        else:
            loop.call_soon_threadsafe(_finish, batch)

    def _fail(self, batch: list[_PendingCommit], reason: str, undone: threading.Event) -> None:
        waiting: list[_PendingCommit] = []
        while not self._queue.empty():
            commit = self._queue.get()
            if commit is None:
                self._queue.put(None)
                break
            waiting.append(commit)
        for commit in (*batch, *waiting):
            commit.undo()
            if not commit.done.done():
                commit.done.set_exception(BusUnavailable(reason))
        undone.set()


def create_journal(path: Path) -> tuple[sqlite3.Connection, int]:
    """Opens the file, or creates it, and returns the writing connection and the file's layout before.

    Raises BusUnavailable if a newer release has written the file, or it is damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        (layout,) = writer.execute("PRAGMA user_version").fetchone()
        if layout > LAYOUT_VERSION:
            raise BusUnavailable(
                f"{path} has layout {layout}, written by a newer release; this one reads up to {LAYOUT_VERSION}"
            )
        writer.execute("PRAGMA journal_mode=WAL")
        # FULL: an acknowledged change survives a power failure too, not only the death of the process.
        writer.execute("PRAGMA synchronous=FULL")
        writer.execute("PRAGMA secure_delete=ON")  # deleted messages are overwritten, not only unlinked
        writer.executescript(_LAYOUT)
        writer.execute(f"PRAGMA user_version={LAYOUT_VERSION}")
    except sqlite3.DatabaseError as error:
        writer.close()
        raise BusUnavailable(f"{path} cannot be opened: {error}") from error
    except BusUnavailable:
        writer.close()
        raise
    return writer, int(layout)


def _empty_log(writer: sqlite3.Connection) -> None:
    try:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        log.warning("the write-ahead log of the journal could not be emptied: %s", error)


def _warn_unwritten(done: asyncio.Future[None]) -> None:
    if not done.cancelled() and done.exception() is not None:
        log.warning("the outbox of room events cannot be written: %s", done.exception())


def _outbox_row(event: RoomEvent) -> Write:
    return "INSERT OR IGNORE INTO outbox (id, event) VALUES (?, ?)", (event["id"], msgspec.json.encode(event))


def _finish(batch: list[_PendingCommit]) -> None:
    for commit in batch:
        commit.then()
        if not commit.done.done():
            commit.done.set_result(None)


def _head_rows(before: Room | None, room: Room, now_ms: float) -> Iterator[Write]:
    head = head_of(room)
    if before is None or head != head_of(before):
        yield "INSERT OR REPLACE INTO rooms VALUES (?, ?, ?)", (room.id, msgspec.json.encode(head), now_ms)


def _log_rows(before: Room | None, room: Room) -> Iterator[Write]:
    old_log = before.log if before else ()
    if room.log is old_log:
        return
    old_entries = {entry.seq: entry for entry in old_log}
    for entry in room.log:
        if old_entries.get(entry.seq) is not entry:
            yield "INSERT OR REPLACE INTO log VALUES (?, ?, ?)", (room.id, entry.seq, msgspec.json.encode(entry))
    if old_log and old_log[0].seq < room.log[0].seq:
        yield "DELETE FROM log WHERE room = ? AND seq < ?", (room.id, room.log[0].seq)


def _member_rows(decision: Decision) -> Iterator[Write]:
    for event in decision.events:
        if isinstance(event, MemberChanged | MemberRemoved | RenewalRequired | RequestDecided):
            member = msgspec.json.encode(decision.room.members[event.participant_id])
            yield "INSERT OR REPLACE INTO members VALUES (?, ?, ?)", (decision.room.id, event.participant_id, member)


def _answer_rows(room_id: str, request: Request | None, answer: Answer | None, now_ms: float) -> Iterator[Write]:
    if request is not None and answer is not None:
        row = (room_id, request.by, request.message.cid, now_ms, msgspec.json.encode(answer))
        yield "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row
        expired = (room_id, request.by, now_ms - ANSWER_TTL_MS)
        yield "DELETE FROM answers WHERE room = ? AND by = ? AND at_ms < ?", expired

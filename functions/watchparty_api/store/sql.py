"""The store on SQL: SQLite (one file in WAL mode) by default, or PostgreSQL if the URL names it.

Each record kind has one table (`tables.py`). Writes are optimistic (`UPDATE … WHERE version = ?`), so no lock is held
between reading and writing. `bootstrap.py` opens it with `open_store`; the module knows no HTTP and no business rules.
"""

import logging
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func, select, text, tuple_
from sqlalchemy.engine import URL, Row, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from watchparty_api.errors import (
    AlreadyExists,
    Malformed,
    Missing,
    Unavailable,
    VersionConflict,
)
from watchparty_api.records import Record
from watchparty_api.store import cursor as cursors
from watchparty_api.store import migrations
from watchparty_api.store.port import Create, Delete, Page, Query, Replace, Store, Write
from watchparty_api.store.queries import QUERIES
from watchparty_api.store.shapes import TUPLE_FIELDS
from watchparty_api.store.storable import require_storable
from watchparty_api.store.tables import TABLES

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)

_BUSY_TIMEOUT_MS = 5000
_READY_WITHIN_S = 1.0
_IDS_AT_ONCE = 500
"""SQLite allows 32,766 parameters in a statement, older ones 999."""
_DEADLOCK_DETECTED = "40P01"


def open_store(url: str) -> "SqlStore":
    """Opens the store at a SQLAlchemy URL and migrates its tables."""
    engine = _engine(make_url(url))
    with _translated_errors():
        migrations.upgrade(engine)
    return SqlStore(engine)


def _engine(url: URL) -> Engine:
    # hide_parameters: the engine's errors and log lines would otherwise contain addresses and hashes
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    if url.database in (None, "", ":memory:"):
        # A second connection would open a second, empty database.
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            connect_args={"check_same_thread": False},
        )
    else:
        engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we issue BEGIN ourselves: the driver's own is deferred
        connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # deleted records are overwritten, not only unlinked

    return engine


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """If several connections switch a new file at once, SQLite refuses some of them despite the busy timeout."""
    until_s = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
        time.sleep(0.01)


class SqlStore(Store):
    """`port.Store` on SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._probe = ThreadPoolExecutor(1, thread_name_prefix="store-ready")
        # SQLite allows one writer; the others poll at growing intervals. With 40 threads the slowest writer waited
        # 190 to 510 ms; with this lock 80 to 180 ms.
        self._write_lock: AbstractContextManager[Any] = Lock() if engine.dialect.name == "sqlite" else nullcontext()

    def close(self) -> None:
        self._probe.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()

    # ---- reading

    def get(self, workspace_id: str, kind: type[R], id_: str) -> R | None:
        table = TABLES[kind]
        with self._reading() as connection:
            found = connection.execute(
                select(table).where(table.c.workspace_id == workspace_id, table.c.id == id_)
            ).first()
        return None if found is None else _record(kind, found)

    def get_many(self, workspace_id: str, kind: type[R], ids: Collection[str]) -> dict[str, R]:
        table, wanted = TABLES[kind], list(dict.fromkeys(ids))
        found: dict[str, R] = {}
        with self._reading() as connection:
            for first in range(0, len(wanted), _IDS_AT_ONCE):
                some = table.c.id.in_(wanted[first : first + _IDS_AT_ONCE])
                rows = connection.execute(select(table).where(table.c.workspace_id == workspace_id, some))
                found |= {row.id: _record(kind, row) for row in rows}
        return found

    def query(
        self, workspace_id: str, query: Query[R], *values: Any, limit: int = 50, cursor: str | None = None
    ) -> Page[R]:
        table = TABLES[query.kind]
        key = tuple_(table.c[query.order_by], table.c.id)
        statement = select(table).where(*_matching(workspace_id, query, values))
        if cursor is not None:
            last = tuple_(*cursors.decode(query, values, cursor), types=[table.c[query.order_by].type, table.c.id.type])
            statement = statement.where(key < last if query.descending else key > last)
        order = [table.c[query.order_by], table.c.id]
        statement = statement.order_by(*(c.desc() if query.descending else c.asc() for c in order)).limit(limit + 1)
        with self._reading() as connection:
            found = [_record(query.kind, row) for row in connection.execute(statement)]
        items = tuple(found[:limit])
        return Page(items, cursors.encode(query, values, items[-1]) if len(found) > limit else None)

    def count(self, workspace_id: str, query: Query[R], *values: Any) -> int:
        statement = select(func.count()).select_from(TABLES[query.kind]).where(*_matching(workspace_id, query, values))
        with self._reading() as connection:
            return connection.execute(statement).scalar_one()

    def ready(self) -> bool:
        try:
            return self._probe.submit(self._responds).result(timeout=_READY_WITHIN_S)
        except (NotInTime, RuntimeError):  # too slow, or closed
            return False

    def _responds(self) -> bool:
        try:
            with self._engine.connect() as connection:
                return connection.execute(text("SELECT 1")).scalar() == 1
        except SQLAlchemyError:
            return False

    # ---- writing

    def commit(self, workspace_id: str, writes: Sequence[Write]) -> None:
        with self._writing() as connection:
            for write in writes:
                _apply(connection, workspace_id, write)

    def erase_remnants(self) -> None:
        """Empties the write-ahead log of SQLite, where deleted records remain readable."""
        if self._engine.dialect.name == "sqlite":
            with self._write_lock, _translated_errors(), self._engine.connect() as connection:
                busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            if busy:
                log.info("the write-ahead log is in use and will be emptied later")

    # ---- connections

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _translated_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._write_lock, _translated_errors(), self._engine.begin() as connection:
            if self._engine.dialect.name == "sqlite":
                # A deferred transaction fails at its first write if another connection has written in between.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raises our own errors for those of the database."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _DEADLOCK_DETECTED:
            raise VersionConflict("store", "deadlock") from error
        if isinstance(error, DataError):
            raise Malformed("bad_text", "The request contains characters that can’t be stored.") from error
        raise Unavailable("store_unavailable", "The database isn’t responding. Try again in a moment.") from error


def _matching(workspace_id: str, query: Query[Any], values: Sequence[Any]) -> list[ColumnElement[bool]]:
    if query not in QUERIES or len(values) != len(query.where):
        raise ValueError(f"query {query.name} is not declared with {len(values)} values")
    table = TABLES[query.kind]
    return [
        table.c.workspace_id == workspace_id,
        *(table.c[name] == value for name, value in zip(query.where, values, strict=True)),
    ]


def _apply(connection: Connection, workspace_id: str, write: Write) -> None:
    match write:
        case Create(record):
            try:
                connection.execute(TABLES[type(record)].insert(), [_row(workspace_id, record, 1)])
            except IntegrityError as error:
                raise AlreadyExists(type(record).__name__, record.id) from error
        case Replace(record):
            _replace(connection, workspace_id, record)
        case Delete(kind, id_):
            table = TABLES[kind]
            connection.execute(table.delete().where(table.c.workspace_id == workspace_id, table.c.id == id_))


def _replace(connection: Connection, workspace_id: str, record: Record) -> None:
    table = TABLES[type(record)]
    this = (table.c.workspace_id == workspace_id, table.c.id == record.id)
    row = _row(workspace_id, record, record.version + 1)
    changed = connection.execute(table.update().where(*this, table.c.version == record.version).values(row))
    if changed.rowcount == 0:
        found = connection.execute(select(table.c.version).where(*this)).first()
        raise (Missing if found is None else VersionConflict)(type(record).__name__, record.id)


def _row(workspace_id: str, record: Record, version: int) -> dict[str, Any]:
    if record.workspace_id != workspace_id:
        raise ValueError(f"cannot write a record of workspace {record.workspace_id!r} to {workspace_id!r}")
    require_storable(record)
    return {each.name: getattr(record, each.name) for each in fields(record)} | {"version": version}


def _record(kind: type[R], row: Row[Any]) -> R:
    values = dict(row._mapping)
    for name in TUPLE_FIELDS[kind]:
        values[name] = tuple(values[name])
    return kind(**values)

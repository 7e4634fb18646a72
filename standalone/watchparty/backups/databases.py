"""Copies the databases of a data folder in which a server may be working."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from watchparty.errors import BackupFailed

LOCKED_WITHIN_S = 30.0
"""How long another program can keep a database locked."""
_SNAPSHOT = "SELECT count(*) FROM sqlite_master"
"""In WAL mode a transaction sees the database as it is at its first read."""


def copy_databases(database: Path, journal: Path, into: Path) -> list[Path]:
    """Copies those of the two that exist into a folder, both as they are at one instant; returns the copies.

    Between the two databases events and notices are handed over: each is deleted in one after it is stored in the
    other. Writes to the first are held for the instant in which both snapshots are taken, so neither is lost.
    Raises BackupFailed if a database is damaged or stays locked.
    """
    copies = []
    try:
        with ExitStack() as opened:
            connections = [
                (opened.enter_context(_connection(path)), path) for path in (journal, database) if path.exists()
            ]
            with _writes_held(database):
                for connection, _ in connections:
                    connection.execute("BEGIN")
                    connection.execute(_SNAPSHOT)
            for connection, path in connections:
                copies.append(into / path.name)
                _copy(connection, copies[-1], permissions=path.stat().st_mode & 0o777)
    except sqlite3.Error as error:
        raise BackupFailed(
            f"The database can’t be copied: {error}. If it is damaged, restart the server, which repairs it."
        ) from error
    return copies


@contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=LOCKED_WITHIN_S, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _writes_held(database: Path) -> Iterator[None]:
    if not database.exists():
        yield
        return
    with _connection(database) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def _copy(source: sqlite3.Connection, path: Path, *, permissions: int) -> None:
    path.unlink(missing_ok=True)
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        _require_whole(target, path.name)
    path.chmod(permissions)


def _require_whole(connection: sqlite3.Connection, name: str) -> None:
    """Raises BackupFailed if a database fails SQLite's own check."""
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if problems != ["ok"]:
        raise BackupFailed(f"{name} is damaged: {'; '.join(problems)}. Restart the server, which repairs it.")


def database_version(connection: sqlite3.Connection) -> str | None:
    """The newest migration of a database; None if it has no tables yet."""
    tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
    return str(row[0]) if row else None


def journal_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _read(database: Path) -> Iterator[sqlite3.Connection]:
    """Raises BackupFailed for a database that lacks its tables, such as one that has just been created."""
    try:
        with closing(sqlite3.connect(database, timeout=LOCKED_WITHIN_S)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise BackupFailed(f"{database.name} can’t be read: {error}. Start the server, and try again.") from error


def versions(database: Path, journal: Path | None) -> tuple[str | None, int | None]:
    """The versions of copied databases."""
    with _read(database) as connection:
        of_database = database_version(connection)
    if journal is None:
        return of_database, None
    with _read(journal) as connection:
        return of_database, journal_version(connection)


def prepared_films(copy: Path) -> list[tuple[str, str]]:
    """Returns (id, generation) of every film that can be watched."""
    with _read(copy) as connection:
        films = "SELECT id, generation FROM video WHERE status = 'ready' AND source_url IS NULL"
        return [(str(id_), str(generation)) for id_, generation in connection.execute(films)]


def film_ids(copy: Path) -> set[str]:
    with _read(copy) as connection:
        return {str(id_) for (id_,) in connection.execute("SELECT id FROM video")}

"""Prepares the databases of the data folder for a start: a damaged one is replaced by what can be read of it.

The damaged file is kept under another name, and the operator is told. `serving.py` calls it before anything else opens
the files.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from watchparty.errors import DataUnusable

log = logging.getLogger(__name__)

VERSIONS = "alembic_version"
DAMAGED_RETENTION_S = 30 * 24 * 3600.0
"""How long a damaged file is kept. It cannot be searched for what people want deleted."""
LOCKED_WITHIN_S = 5.0
"""How long another program, such as a backup, can keep the database locked."""
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_PRIMARY_CODE = 0xFF
"""The part of SQLite's extended error codes that names the kind of error."""
_SIDECARS = ("-wal", "-shm")


def repair(path: Path, create: Callable[[Path], object], *, within_s: float = LOCKED_WITHIN_S) -> Path | None:
    """Replaces a damaged database by a new one with every row that can still be read; `create` makes its tables.

    Returns the name of the damaged file, or None if the database is whole or does not exist. Raises DataUnusable if it
    cannot be read for another reason, such as a full disk or another program that has locked it: it may be whole.
    """
    if not path.exists() or _is_whole(path, within_s):
        return None
    draft = path.with_name(f"{path.name}.repaired")
    _delete(draft)
    try:
        create(draft)
        saved = _copy_rows(path, draft)
        aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
        aside.hardlink_to(path)
    except BaseException:
        _delete(draft)  # the damaged file is still in its place: the next start tries again
        raise
    for suffix in _SIDECARS:
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    draft.replace(path)
    log.error("%s is damaged: %d rows were saved, and the file is kept as %s", path, saved, aside)
    return aside


def _delete(database: Path) -> None:
    for suffix in ("", *_SIDECARS):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def delete_old_copies(folder: Path, *, now_s: float) -> int:
    """Deletes damaged files that were set aside more than `DAMAGED_RETENTION_S` ago; returns how many."""
    old = [path for path in folder.glob("*.damaged-*") if path.stat().st_mtime < now_s - DAMAGED_RETENTION_S]
    for path in old:
        path.unlink()
        log.info("deleted the damaged file %s, which was kept for 30 days", path)
    return len(old)


def _is_whole(path: Path, within_s: float) -> bool:
    try:
        database = sqlite3.connect(path, timeout=within_s)
        try:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _PRIMARY_CODE in _DAMAGE:
            return False
        raise DataUnusable(path, str(error)) from error


def _copy_rows(damaged: Path, new: Path) -> int:
    """Returns how many rows were saved. Raises sqlite3.Error if there is no room for them."""
    with closing(sqlite3.connect(new)) as target, closing(sqlite3.connect(damaged)) as source:
        return _copied_rows(source, target, damaged)


def _copied_rows(source: sqlite3.Connection, target: sqlite3.Connection, damaged: Path) -> int:
    saved = 0
    source.text_factory = lambda text: text.decode(errors="replace")
    tables = target.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables.fetchall():
        if table == VERSIONS:
            continue  # `create` has written it
        columns = [name for name in _columns(target, table) if name in _columns(source, table)]
        if not columns:
            continue
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        for row in _readable_rows(source, table, names):
            try:
                inserted = target.execute(f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})', row)  # noqa: S608  names from our own schema
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE in _NO_ROOM:
                    raise
                log.warning("a row of %s in %s could not be saved: %s", table, damaged, error)
            else:
                saved += inserted.rowcount
    target.commit()
    target.execute("PRAGMA journal_mode=DELETE")  # everything into the one file, which is renamed
    return saved


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
    except sqlite3.Error:
        return []


def _readable_rows(source: sqlite3.Connection, table: str, names: str) -> Iterator[tuple[object, ...]]:
    """The rows before the damage, and those after it, read from the end. Some may come twice."""
    for order in ("", " ORDER BY 1 DESC", " ORDER BY rowid DESC"):
        try:
            for row in source.execute(f'SELECT {names} FROM "{table}"{order}'):  # noqa: S608  names from our own schema
                yield tuple(row)
        except sqlite3.Error as error:
            log.warning("the table %s is damaged: %s", table, error)
        else:
            return

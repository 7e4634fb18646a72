"""A damaged database is replaced by what can be read of it, and one of a newer release is refused in a sentence."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchparty.data_repair import DAMAGED_RETENTION_S, delete_old_copies, repair
from watchparty.errors import DataUnusable
from watchparty_api.config import ConfigError
from watchparty_api.records import Room
from watchparty_api.store.port import Create
from watchparty_api.store.queries import ALL_ROOMS
from watchparty_api.store.sql import open_store
from watchparty_relay.bus.journal import LAYOUT_VERSION, create_journal
from watchparty_relay.errors import BusUnavailable

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = 4096


def make_store(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()


def store_with_rooms(path: Path, rooms: int) -> None:
    store = open_store(f"sqlite:///{path}")
    for n in range(rooms):
        room = Room(
            workspace_id="main", id=f"r{n:04d}", created_at=NOW, name="x" * 500, owner_id="ana", link_id=f"l{n}",
            last_active_at=NOW,
        )  # fmt: skip
        store.commit("main", [Create(room)])
    store.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def damage(path: Path, *, at: float) -> None:
    """Overwrites a page of the table of rooms with noise."""
    with sqlite3.connect(path) as database:
        pages = [
            row[0] for row in database.execute("SELECT pageno FROM dbstat WHERE name = 'room' AND pagetype = 'leaf'")
        ]
    database.close()
    with path.open("r+b") as file:
        file.seek((pages[int(at * (len(pages) - 1))] - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def room_ids(path: Path) -> set[str]:
    store = open_store(f"sqlite:///{path}")
    try:
        found, cursor = set[str](), None
        while True:
            page = store.query("main", ALL_ROOMS, cursor=cursor, limit=200)
            found |= {room.id for room in page.items}
            cursor = page.cursor
            if cursor is None:
                return found
    finally:
        store.close()


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_the_rows_around_the_damage_are_saved(tmp_path: Path, at: float) -> None:
    """Before it and after it; the damaged file is kept under the returned name."""
    path = tmp_path / "watchparty.sqlite"
    store_with_rooms(path, 300)
    damage(path, at=at)
    before = path.read_bytes()
    aside = repair(path, make_store)
    assert aside is not None
    assert aside.read_bytes() == before
    assert 270 <= len(room_ids(path)) < 300
    assert repair(path, make_store) is None


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"\0" * 10_000])
def test_a_file_that_is_no_database_is_replaced(tmp_path: Path, content: bytes) -> None:
    """An empty file is a database without tables; any other is kept aside."""
    path = tmp_path / "watchparty.sqlite"
    path.write_bytes(content)
    aside = repair(path, make_store)
    assert (aside is None) == (not content)
    assert room_ids(path) == set()


def test_a_damaged_journal_is_replaced(tmp_path: Path) -> None:
    """The rooms start again with what can be read of them."""
    path = tmp_path / "relay.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    with pytest.raises(BusUnavailable):
        create_journal(path)
    assert repair(path, lambda new: create_journal(new)[0].close()) is not None
    create_journal(path)[0].close()


def test_a_whole_database_is_left_alone(tmp_path: Path) -> None:
    """Nothing is copied or renamed."""
    path = tmp_path / "watchparty.sqlite"
    store_with_rooms(path, 3)
    before = path.read_bytes()
    assert repair(path, make_store) is None
    assert path.read_bytes() == before


def test_a_database_that_another_program_has_locked_is_not_taken_for_damaged(tmp_path: Path) -> None:
    """Nor one that cannot be read for want of space or rights: it is whole, and replacing it would lose the site."""
    path = tmp_path / "watchparty.sqlite"
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("CREATE TABLE room (id TEXT)")
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataUnusable, match="locked"):
            repair(path, make_store, within_s=0.01)
    other.close()
    assert list(tmp_path.glob("*.damaged-*")) == []
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataUnusable, match="unable to open"):
        repair(tmp_path / "folder", make_store)


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    """With its version, and before anything is written."""
    path = tmp_path / "watchparty.sqlite"
    make_store(path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9000'")
    with pytest.raises(ConfigError, match="9000, written by a newer release"):
        open_store(f"sqlite:///{path}")


def test_a_journal_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    """With its layout; nothing is written to it."""
    path = tmp_path / "relay.sqlite"
    create_journal(path)[0].close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version={LAYOUT_VERSION + 1}")
    with pytest.raises(BusUnavailable, match="newer release"):
        create_journal(path)


def test_damaged_files_are_kept_for_a_month(tmp_path: Path) -> None:
    """Nobody can delete from them, so they must have an end; nothing else in the folder is touched."""
    for name in ("watchparty.sqlite", "watchparty.sqlite.damaged-20261101-000000", "relay.sqlite.damaged-rows"):
        (tmp_path / name).write_text("x")
    age_s = (tmp_path / "relay.sqlite.damaged-rows").stat().st_mtime
    assert delete_old_copies(tmp_path, now_s=age_s + DAMAGED_RETENTION_S - 60) == 0
    assert delete_old_copies(tmp_path, now_s=age_s + DAMAGED_RETENTION_S + 60) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["watchparty.sqlite"]

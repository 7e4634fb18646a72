"""Behaviour specific to the SQL adapter."""

from pathlib import Path

import pytest

from watchparty_api.errors import Unavailable
from watchparty_api.records import Account
from watchparty_api.store import queries
from watchparty_api.store.sql import open_store
from watchparty_api.store.tables import TABLES


def test_sqlite_uses_wal_and_can_be_opened_twice(tmp_path: Path) -> None:
    """A file database is in WAL mode, and a second store can open it at the same time."""
    url = f"sqlite:///{tmp_path}/store.db"
    first = open_store(url)
    with first._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
    second = open_store(url)
    assert second.ready()
    first.close()
    second.close()


def test_an_in_memory_store_is_one_database() -> None:
    """sqlite:// keeps a single connection, so that later calls find the tables."""
    store = open_store("sqlite://")
    assert store.query("main", queries.ACCOUNTS).items == ()
    store.close()


def test_a_broken_database_is_unavailable(tmp_path: Path) -> None:
    """A failing database raises Unavailable (503) and is not ready, rather than raising its own errors."""
    (tmp_path / "broken.db").write_text("this is no database, and long enough to be sure of that " * 10)
    good = open_store(f"sqlite:///{tmp_path}/store.db")
    good._engine.dispose()
    (tmp_path / "store.db").write_bytes((tmp_path / "broken.db").read_bytes())
    for leftover in ("store.db-wal", "store.db-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    with pytest.raises(Unavailable):
        good.get("main", Account, "a")
    assert good.ready() is False
    good.close()


def test_each_declared_query_has_its_index() -> None:
    """Each declared query has an index over workspace, equality fields, order and id."""
    for query in queries.QUERIES:
        indexes = {str(index.name): [column.name for column in index.columns] for index in TABLES[query.kind].indexes}
        columns = indexes[f"ix_{query.name}"]
        assert columns[0] == "workspace_id"
        assert columns[1 : 1 + len(query.where)] == list(query.where)
        assert set(columns) >= {query.order_by, "id"}


def test_queries_are_ordered_by_non_null_fields() -> None:
    """A keyset cursor cannot continue after None."""
    for query in queries.QUERIES:
        assert not TABLES[query.kind].c[query.order_by].nullable, query.name

"""The adapters that the store's contract runs on. Another one joins by a name in `ADAPTERS` and a branch in `store`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.postgres import find_binaries, postgres_server
from watchparty_api.store import firestore, sql
from watchparty_api.store.firestore import FirestoreStore
from watchparty_api.store.port import Store
from watchparty_api.store.sql import SqlStore

ADAPTERS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.service),
    pytest.param("firestore", marks=pytest.mark.service),
]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (initdb, pg_ctl)")
    with postgres_server(binaries) as url:
        yield url


@pytest.fixture(params=ADAPTERS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    if request.param == "firestore":
        host: str = request.getfixturevalue("firestore_host")
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)  # the client's own setting
        return f"firestore://demo-{secrets.token_hex(4)}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened: SqlStore | FirestoreStore
    opened = firestore.open_store(store_url) if store_url.startswith("firestore:") else sql.open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def workspace() -> str:
    """A workspace of the test's own: a shared server needs no clearing, because workspaces never meet."""
    return f"ws-{secrets.token_hex(6)}"

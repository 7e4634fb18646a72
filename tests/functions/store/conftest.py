"""One open store per test, of each supported kind (`store_url` in the parent folder)."""

import secrets
from collections.abc import Iterator

import pytest

from watchparty_api.store import firestore, sql
from watchparty_api.store.firestore import FirestoreStore
from watchparty_api.store.port import Store
from watchparty_api.store.sql import SqlStore


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened: SqlStore | FirestoreStore
    opened = firestore.open_store(store_url) if store_url.startswith("firestore:") else sql.open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def workspace() -> str:
    """A workspace of its own for each test: because workspaces are isolated, a shared server needs no clearing."""
    return f"ws-{secrets.token_hex(6)}"

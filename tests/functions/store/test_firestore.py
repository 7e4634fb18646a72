"""What the Firestore adapter does when its server does not answer."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from google.cloud import firestore

from fakes.google.emulators import free_port
from watchparty_api.errors import Unavailable
from watchparty_api.records import Room
from watchparty_api.store.firestore import FirestoreStore
from watchparty_api.store.port import Create, Replace
from watchparty_api.store.queries import ALL_ROOMS

WITHIN_S = 0.3
ROOM = Room(
    workspace_id="main", id="r1", created_at=datetime(2026, 11, 1, tzinfo=UTC), name="Club", owner_id="ana",
    link_id="l1", last_active_at=datetime(2026, 11, 1, tzinfo=UTC),
)  # fmt: skip
CALLS: dict[str, Callable[[FirestoreStore], object]] = {
    "get": lambda store: store.get("main", Room, "r1"),
    "get_many": lambda store: store.get_many("main", Room, ["r1", "r2"]),
    "query": lambda store: store.query("main", ALL_ROOMS),
    "count": lambda store: store.count("main", ALL_ROOMS),
    "create": lambda store: store.commit("main", [Create(ROOM)]),
    "replace": lambda store: store.commit("main", [Replace(ROOM)]),
    "server_time": lambda store: store.server_time(),
}


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[FirestoreStore]:
    """A store whose server refuses every connection."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{free_port()}")  # the client's own setting
    store = FirestoreStore(firestore.Client(project="demo"), call_within_s=WITHIN_S)
    yield store
    store.close()


@pytest.mark.parametrize("call", CALLS)
def test_a_call_ends_when_firestore_does_not_answer(unreachable: FirestoreStore, call: str) -> None:
    """Every call ends in time with its repetitions: the client alone would go on for one to five minutes."""
    started = time.monotonic()
    with pytest.raises(Unavailable, match="store_unavailable"):
        CALLS[call](unreachable)
    assert time.monotonic() - started < 10 * WITHIN_S + 2

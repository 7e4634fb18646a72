"""Documents are counted as Firestore bills them (https://cloud.google.com/firestore/pricing)."""

from pathlib import Path

from bench.viewer_night import counted_api
from watchparty_api.records import Room
from watchparty_api.store.queries import ROOMS_OF_OWNER


def test_documents_are_counted_as_they_are_billed(tmp_path: Path) -> None:
    """A missing document and an empty query are a read each; replacing a document reads its version."""
    api, counting = counted_api(tmp_path)
    store, host = api.services.store, api.person()
    counting.reads = counting.writes = 0
    assert store.get(Room, "missing") is None
    assert store.query(ROOMS_OF_OWNER, host.id).items == ()
    assert (counting.reads, counting.writes) == (2, 0)
    assert api.client.post("/api/v1/rooms", json={}, headers=host.headers).status_code == 201
    (room,) = store.query(ROOMS_OF_OWNER, host.id).items
    counting.reads = counting.writes = 0
    store.replace(room)
    store.get_many(Room, [room.id, "missing"])
    store.count(ROOMS_OF_OWNER, host.id)
    assert (counting.reads, counting.writes) == (4, 1)

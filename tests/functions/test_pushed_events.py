"""From Pub/Sub to the database with real parts: pushes of the emulator, functions framework, Firestore emulator."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.function_process import EVENT, cloud_environment, function_process
from fakes.google.pubsub_push import PushedTopic
from fakes.transcode_events import said, waiting_video
from fakes.waiting import eventually
from watchparty_api.records import Room, Snapshot, Video
from watchparty_api.store import firestore
from watchparty_api.store.firestore import FirestoreStore

pytestmark = pytest.mark.service

PATIENCE_S = 60.0
NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def store_url(firestore_host: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)  # the client library's setting
    return f"firestore://demo-{secrets.token_hex(4)}"


@pytest.fixture
def store(store_url: str) -> Iterator[FirestoreStore]:
    opened = firestore.open_store(store_url)
    yield opened
    opened.close()


@contextmanager
def pushing(
    target: str, topic: str, folder: Path, *, store_url: str, firestore_host: str, pubsub_host: str
) -> Iterator[PushedTopic]:
    """Runs the function, with a topic that pushes to it."""
    environ = cloud_environment(folder, store_url=store_url) | {"FIRESTORE_EMULATOR_HOST": firestore_host, **EVENT}
    with pytest.MonkeyPatch.context() as patched, function_process(target, environ, log=folder / "log") as port:
        patched.setenv("PUBSUB_EMULATOR_HOST", pubsub_host)  # the client library's setting
        pushed = PushedTopic(topic)
        pushed.open(port)
        yield pushed


def test_a_film_becomes_ready_by_pushed_events(
    store: FirestoreStore, store_url: str, firestore_host: str, pubsub_host: str, tmp_path: Path
) -> None:
    """Repeated events in any order make the film ready; an invalid message ends in the dead-letter topic."""
    store.create("main", waiting_video())
    with pushing(
        "on_transcode",
        "transcode-events",
        tmp_path,
        store_url=store_url,
        firestore_host=firestore_host,
        pubsub_host=pubsub_host,
    ) as topic:
        for event in (said("finished", seq=9), said("finished", seq=9), said("progress", seq=3), said("started")):
            topic.publish(event)
        topic.publish(b"not one of ours")

        def ready() -> bool:
            video = store.get("main", Video, "v1")
            return video is not None and video.status == "ready"

        eventually("the event has its effect", ready, within_s=PATIENCE_S)
        assert topic.dead_letters(within_s=PATIENCE_S) == [b"not one of ours"]
        assert ready(), "what came late took nothing back"


def test_a_rooms_place_is_kept_by_pushed_events(
    store: FirestoreStore, store_url: str, firestore_host: str, pubsub_host: str, tmp_path: Path
) -> None:
    """The snapshot with the highest (epoch, rev) is stored, whatever arrives last."""
    room = Room(workspace_id="main", id="r1", created_at=NOW, name="R", owner_id="a", link_id="r1", last_active_at=NOW)
    store.create("main", room)

    def snapshot(rev: int, pos_s: float) -> dict[str, object]:
        facts = {"id": f"r1:1:s{rev}", "room": "r1", "epoch": 1, "at": NOW.isoformat(), "kind": "snapshot", "rev": rev}
        state = {"mode": "paused", "pos_s": pos_s, "rate": 1.0, "video_id": None, "mrev": 1, "people": [], "total": 0}
        return {**facts, **state}

    with pushing(
        "on_room_event",
        "room-events",
        tmp_path,
        store_url=store_url,
        firestore_host=firestore_host,
        pubsub_host=pubsub_host,
    ) as topic:
        topic.publish({"v": 1, "events": [snapshot(7, 70.0), snapshot(3, 30.0)]})

        def kept() -> bool:
            found = store.get("main", Snapshot, "r1")
            return found is not None and found.state["pos_s"] == 70.0

        eventually("the event has its effect", kept, within_s=PATIENCE_S)

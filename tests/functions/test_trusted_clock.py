"""Deletions do not rest on one reading of the clock: over all stores, and in every periodic task."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from fakes.clock import SteppedClock
from fakes.transcode_events import waiting_video
from watchparty_api.dead_letters import set_aside
from watchparty_api.maintenance import TASKS, run
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import AuditEntry, Video
from watchparty_api.services import Services
from watchparty_api.store.firestore import FirestoreStore
from watchparty_api.store.firestore import open_store as open_firestore
from watchparty_api.store.port import Store, WorkspaceStore
from watchparty_api.store.queries import ALL_VIDEOS, QUERIES
from watchparty_api.store.sql import open_store as open_sql
from watchparty_api.trusted_clock import TrustedClock

JUMPS = [{"days": 2}, {"days": 40}]


@pytest.fixture
def store(store_url: str) -> Iterator[WorkspaceStore]:
    opened: Store = open_firestore(store_url) if store_url.startswith("firestore:") else open_sql(store_url)
    yield WorkspaceStore(opened, "w")
    opened.close()


def started(store: WorkspaceStore, clock: SteppedClock) -> TrustedClock:
    return TrustedClock(store, wall=clock, monotonic_s=clock.monotonic_s)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_start_with_a_wrong_clock_is_recognised_by_what_is_stored(
    store: WorkspaceStore, jump: dict[str, float]
) -> None:
    """On Firestore by the time of the database, else by the readings of earlier starts."""
    clock = SteppedClock(datetime.now(UTC))
    started(store, clock).now()
    clock.jump(**jump)
    assert started(store, clock).now() <= clock() - timedelta(**jump) + timedelta(minutes=5)
    restarted = started(store, clock)
    assert restarted.readings().status == "ahead"
    clock.jump(**{unit: -by for unit, by in jump.items()})
    assert abs(started(store, clock).now() - clock()) <= timedelta(minutes=5)


def test_the_readings_are_carried_on_over_starts(store: WorkspaceStore) -> None:
    """A server that was off is confirmed after a day, although it is restarted every hour; on Firestore at once."""
    clock = SteppedClock(datetime.now(UTC) - timedelta(days=40))
    started(store, clock).now()
    clock.jump(days=39)
    for _ in range(24):
        trusted = started(store, clock)
        trusted.now()
        clock.advance(hours=1)
        trusted.now()
    assert abs(started(store, clock).now() - clock()) <= timedelta(minutes=5)


def test_two_processes_can_store_their_readings(store: WorkspaceStore) -> None:
    """Neither fails when the other was faster."""
    clock = SteppedClock(datetime.now(UTC))
    first, second = started(store, clock), started(store, clock)
    for _ in range(3):
        first.now()
        second.now()
        clock.advance(minutes=2)
    assert abs(second.now() - clock()) <= timedelta(minutes=10)


def test_firestores_time_is_its_own(store: WorkspaceStore) -> None:
    """SQL stores have none: their server may be this machine."""
    server_time = store.server_time()
    assert (server_time is not None) == isinstance(store.adapter, FirestoreStore)
    assert server_time is None or abs(server_time - datetime.now(UTC)) < timedelta(minutes=5)


# ---- every periodic task


def everything(api: ApiHarness) -> dict[str, int]:
    """How many documents of each kind there are, how many of them end, and how many originals."""
    store = api.services.store
    all_of_kind = {query.kind: query for query in reversed(QUERIES) if not query.where}
    counts = {kind.__name__: store.count(query) for kind, query in all_of_kind.items() if kind is not AuditEntry}
    usable = [video.id for video in store.query_all(ALL_VIDEOS) if video.status != "failed"]
    return counts | {"usable": len(usable), "originals": len(api.objects.originals)}


def fill(api: ApiHarness) -> None:
    """A temporary host with a film, its room with a notice that is not delivered, an upload, and a dead letter."""
    made = api.client.post("/api/v1/auth/temporary", json={}).json()
    host, store = made["account"]["id"], api.services.store
    store.create(waiting_video(owner_id=host, status="ready", updated_at=api.clock()))
    store.create(waiting_video(owner_id=host, id="v2", status="uploading", generation=None, updated_at=api.clock()))
    api.objects.originals["v1"] = StoredObject("v1/original", "1", 1, "video/mp4")
    headers = {"Authorization": f"Bearer {made['access_token']}", "Idempotency-Key": "k"}
    room = api.client.post("/api/v1/rooms", json={}, headers=headers)
    assert room.status_code == 201
    api.relay.reachable = False
    renamed = api.client.patch(f"/api/v1/rooms/{room.json()['id']}", json={"control": "everyone"}, headers=headers)
    assert renamed.status_code == 200
    set_aside(api.services, "room_event", {"odd": True}, ValueError("odd"))


def run_all(services: Services) -> None:
    for task in TASKS:
        assert run(task, services), task.name


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_is_ahead_for_ten_minutes_deletes_nothing(
    api: ApiHarness, jump: dict[str, float], restarts: bool
) -> None:
    """Neither while the server runs, nor at starts; what has really expired is deleted afterwards."""
    fill(api)
    run_all(api.services)
    before, services = everything(api), api.services
    assert {before[kind] for kind in ("Account", "Session", "Notice", "DeadLetter", "IdempotencyKey")} == {1}
    assert before["usable"] == 2
    api.clock.jump(**jump)
    for _ in range(3):
        if restarts:
            clock = TrustedClock(services.store, wall=api.clock, monotonic_s=api.clock.monotonic_s)
            services = replace(services, trusted_clock=clock)
        run_all(services)
        api.clock.advance(minutes=4)
    assert everything(api) == before
    assert api.objects.cleaned_at is not None
    assert api.objects.cleaned_at < api.clock() - timedelta(days=1)
    api.clock.jump(**{unit: -by for unit, by in jump.items()})
    api.clock.advance(days=41)
    run_all(services)
    api.clock.advance(hours=2)  # until the notice that the room has been closed is too old
    run_all(services)
    after = everything(api)
    assert (after["Account"], after["Session"], after["Notice"], after["DeadLetter"], after["usable"]) == (0,) * 5


def test_what_was_postponed_with_a_wrong_clock_does_not_wait_until_then(api: ApiHarness) -> None:
    """After the clock has been put back, notices are delivered, and transcodes that stopped are started again."""
    fill(api)
    api.clock.jump(days=40)
    run_all(api.services)
    api.services.store.create(waiting_video(id="v3", status="processing", heard_at=api.clock()))
    api.clock.jump(days=-40)
    api.relay.reachable = True
    run_all(api.services)
    assert everything(api)["Notice"] == 0
    restarted = api.services.store.get(Video, "v3")
    assert restarted is not None
    assert restarted.attempt == 2


def test_the_admin_and_the_log_say_that_the_clock_is_not_believed(
    api: ApiHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """Once when it begins and once when it ends."""
    caplog.set_level("INFO")
    admin = api.person(role="admin")

    def clock() -> dict[str, Any]:
        shown: dict[str, Any] = api.client.get("/api/v1/admin/settings", headers=admin.headers).json()["clock"]
        return shown

    assert (clock()["status"], clock()["confirmed_after_s"]) == ("confirmed", 0)
    api.clock.jump(days=2)
    admin = api.sign_in(admin.account)
    assert (clock()["status"], clock()["confirmed_after_s"]) == ("ahead", 24 * 3600)
    assert datetime.fromisoformat(clock()["reads_at"]) - datetime.fromisoformat(clock()["trusted_at"]) == timedelta(2)
    api.clock.advance(minutes=1)
    run_all(api.services)
    api.clock.jump(days=-2)
    admin = api.sign_in(admin.account)
    assert clock()["status"] == "confirmed"
    said = [record.getMessage() for record in caplog.records if record.name.endswith("trusted_clock")]
    assert [line.partition(" reads")[0] for line in said if "reads" in line] == ["the clock"]
    assert len([line for line in said if "confirmed" in line]) == 1

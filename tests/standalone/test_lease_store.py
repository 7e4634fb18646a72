"""The lease of the rooms in the functions' store, and two instances of profile hobby that share it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest
from starlette.testclient import TestClient

from fakes.function_process import cloud_environment
from fakes.waiting import eventually
from watchparty.bootstrap import Home, build_on_cloud_run
from watchparty.lease_store import RecordLeaseStore
from watchparty_api.accounts.sign_up import open_setup
from watchparty_api.config import from_environment
from watchparty_api.records import RelayLease
from watchparty_relay.lease.decision import LIFE_MS, Lease, released

SITE = "https://watch.example"
LEASE = Lease("a", term=1, revision=12, heir=0, life_ms=LIFE_MS)


class Instances:
    """Processes of one site, built as on Cloud Run."""

    def __init__(self, folder: Path, store_url: str) -> None:
        self._environ = cloud_environment(folder / "keys", store_url=store_url)
        self._built: list[Home] = []

    def build(self, *, revision: int = 1) -> Home:
        home = build_on_cloud_run(from_environment(self._environ), revision=revision)
        self._built.append(home)
        return home

    def close(self) -> None:
        for home in self._built:
            home.services.store.close()


@pytest.fixture(params=["sqlite", pytest.param("firestore", marks=[pytest.mark.service, pytest.mark.integration])])
def instances(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instances]:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    if request.param == "firestore":
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", request.getfixturevalue("firestore_host"))  # the client's setting
        url = f"firestore://demo-{tmp_path.name.replace('_', '-').lower()}"
    found = Instances(tmp_path, url)
    yield found
    found.close()


def lease_store(home: Home) -> RecordLeaseStore:
    return RecordLeaseStore(lambda: home.services)


def test_the_lease_reads_back_as_it_was_written(instances: Instances) -> None:
    """There is none at first; each write has the next version."""
    store = lease_store(instances.build())
    assert anyio.run(store.read) is None
    assert anyio.run(lambda: store.write(LEASE, over=0)) == 1
    assert anyio.run(lambda: store.write(released(LEASE), over=1)) == 2
    assert anyio.run(store.read) == (released(LEASE), 2)


def test_only_one_of_several_writers_succeeds(instances: Instances) -> None:
    """Whether the lease is there already or not, and although all have read the same version."""
    store = lease_store(instances.build())
    for over in (0, 1):
        with ThreadPoolExecutor(6) as pool:
            written = list(pool.map(lambda _: anyio.run(lambda: store.write(LEASE, over=over)), range(6)))  # noqa: B023
        assert sorted(written, key=lambda version: version is None) == [over + 1] + 5 * [None]


def test_a_second_instance_admits_no_one_until_the_first_has_stopped(instances: Instances) -> None:
    """A party is in one process: what reaches the other is refused, and admitted as soon as the first has released."""
    first, second = instances.build(revision=3), instances.build(revision=3)
    with ExitStack() as stopping, TestClient(second.app, base_url=SITE, headers={"Origin": SITE}) as other:
        one = stopping.enter_context(TestClient(first.app, base_url=SITE, headers={"Origin": SITE}))
        host = {"email": "ada@example.org", "password": "correct horse", "display_name": "Ada"}
        setup = one.post("/api/v1/setup", json={"token": open_setup(first.services), **host}).json()
        headers = {"Authorization": f"Bearer {setup['access_token']}"}
        room = one.post("/api/v1/rooms", json={}, headers=headers).json()["id"]
        assert hello(one, room)["t"] == "welcome"
        assert hello(other, room)["code"] == "draining"
        stopping.close()
        assert eventually("the second admits", lambda: hello(other, room)["t"] == "welcome")
        lease = second.services.store.get(RelayLease, "rooms")
        assert lease is not None
        assert lease.term == 2


def hello(browser: TestClient, room: str) -> dict[str, object]:
    """The first message to a new guest of the room, apart from the request to move."""
    joined = browser.post(f"/api/v1/rooms/{room}/join", json={"display_name": "Gil"}).json()
    with browser.websocket_connect("/ws", subprotocols=["watchparty.v1"]) as socket:
        socket.send_text(json.dumps({"t": "hello", "v": 1, "token": joined["connection"]["join_token"]}))
        while (message := json.loads(socket.receive_text()))["t"] == "moved":
            pass
    answer: dict[str, object] = message
    return answer

"""How many documents a viewer's evening reads and writes, counted by a store that counts as Firestore bills.

Five people watch a film of two hours through the real API and a real relay whose clocks are advanced; the relay's
events are stored every second. A read is a document that is fetched, also to compare its version; a query without
results is one read. Called by `bench.scale`.
"""

import asyncio
import json
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fakes.api_harness import SITE, ApiHarness, Person, build_harness
from fakes.party import film
from fakes.relay.harness import Client, RelayHarness
from watchparty_api.config import Config
from watchparty_api.rate_limits.limits import Limiter
from watchparty_api.rate_limits.shared_windows import SharedWindows
from watchparty_api.records import Video
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.store.port import Page, Query, R, Replace, Store, WorkspaceStore, Write

HOURS = 2.0
GUESTS = 4
RENEW_EVERY_S = 480
"""The page renews a token of ten minutes two minutes before its end."""
GRANT_EVERY_S = 100
"""The page renews a grant of five minutes after a third of its life."""
SAYS_EVERY_S = 300
SEEKS_EVERY_S = 600


@dataclass
class CountingStore(Store):
    inner: Store
    reads: int = 0
    writes: int = 0

    def get(self, workspace_id: str, kind: type[R], id_: str) -> R | None:
        self.reads += 1
        return self.inner.get(workspace_id, kind, id_)

    def get_many(self, workspace_id: str, kind: type[R], ids: Collection[str]) -> dict[str, R]:
        self.reads += len(ids)
        return self.inner.get_many(workspace_id, kind, ids)

    def commit(self, workspace_id: str, writes: Sequence[Write]) -> None:
        self.reads += sum(isinstance(write, Replace) for write in writes)
        self.writes += len(writes)
        self.inner.commit(workspace_id, writes)

    def query(
        self, workspace_id: str, query: Query[R], *values: Any, limit: int = 50, cursor: str | None = None
    ) -> Page[R]:
        page = self.inner.query(workspace_id, query, *values, limit=limit, cursor=cursor)
        self.reads += max(1, len(page.items) + bool(page.cursor))
        return page

    def count(self, workspace_id: str, query: Query[R], *values: Any) -> int:
        self.reads += 1
        return self.inner.count(workspace_id, query, *values)

    def erase_remnants(self) -> None:
        self.inner.erase_remnants()

    def ready(self) -> bool:
        return self.inner.ready()

    def close(self) -> None:
        self.inner.close()


def counted_api(folder: Path) -> tuple[ApiHarness, CountingStore]:
    """An API with rate limits in the store, as in the cloud."""
    config = Config(public_url=SITE, store_url=f"sqlite:///{folder}/night.db", keys_dir=str(folder / "keys"))
    api = build_harness(config)
    services = api.services
    counting = CountingStore(services.store.adapter)
    store = WorkspaceStore(counting, services.store.workspace_id)
    limiter = Limiter(SharedWindows(store, keyed_hash=services.keyed_hash, now=api.clock))
    return replace(api, services=replace(services, store=store, limiter=limiter)), counting


@dataclass
class Viewer:
    """A person's browser with its tokens, and its socket."""

    browser: Any
    headers: dict[str, str]
    claims: dict[str, Any]
    bearer: str
    socket: Client


@dataclass
class Evening:
    """A room with its viewers."""

    api: ApiHarness
    harness: RelayHarness
    host: Person
    video: Video
    room_id: str
    viewers: list[Viewer] = field(default_factory=list)

    async def join(self, browser: Any, headers: dict[str, str]) -> None:
        path, number = f"/api/v1/rooms/{self.room_id}", len(self.viewers)
        assert browser.get(path, headers=headers).status_code == 200
        connection = _ok(browser.post(f"{path}/join", json={"display_name": f"P{number}"}, headers=headers))
        media = {"video_id": self.video.id, "mrev": 1, "duration_s": 9000.0, "playable_s": 9000.0}
        claims = {"participant_id": connection["participant_id"], "room": self.room_id, "media": media}
        claims |= {} if self.viewers else {"role": "host"}
        socket = await self.harness.join(**claims)
        self.viewers.append(Viewer(browser, headers, claims, connection["join_token"], socket))

    async def pass_second(self, second: int) -> None:
        """What everyone does in this second of the film."""
        self.api.clock.advance(seconds=1)
        await self.harness.pass_time(1, step_s=1)
        for number, viewer in enumerate(self.viewers):
            viewer.socket.report(pos_s=float(second))
            if second % SAYS_EVERY_S == number + 1:
                await viewer.socket.chat(f"line {second}")
        if second % SEEKS_EVERY_S == SEEKS_EVERY_S - 1:
            await self.viewers[0].socket.cmd("seek", pos_s=float(second))
        if second % RENEW_EVERY_S == RENEW_EVERY_S - 1:
            for viewer in self.viewers:
                self._renew(viewer)
        if second % GRANT_EVERY_S == 0:
            for viewer in self.viewers:
                self._grant(viewer)

    def _renew(self, viewer: Viewer) -> None:
        if viewer.headers:  # an access token lasts fifteen minutes; the page refreshes it, which writes the session
            viewer.headers.update(self.api.sign_in(self.host.account).headers)
        path = f"/api/v1/rooms/{self.room_id}/join/renew"
        viewer.bearer = _ok(viewer.browser.post(path, json={}, headers=viewer.headers))["join_token"]
        viewer.socket.send(t="token", token=self.harness.issuer.join(**viewer.claims))

    def _grant(self, viewer: Viewer) -> None:
        path, body = f"/api/v1/videos/{self.video.id}/playback", {"room_id": self.room_id}
        answer = viewer.browser.post(path, json=body, headers={"Authorization": f"Bearer {viewer.bearer}"})
        assert answer.status_code == 200, answer.text


def _ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["connection"]
    return found


async def evening(folder: Path) -> dict[str, float]:
    """Documents read and written per viewer."""
    api, counting = counted_api(folder)
    harness = RelayHarness()
    await harness.open()
    host = api.person("Hana")
    video = film(api, host, duration_s=9000.0, playable_s=9000.0)
    counting.reads = counting.writes = 0
    room = api.client.post("/api/v1/rooms", json={"video_id": video.id}, headers=host.headers).json()
    party = Evening(api, harness, host, video, room["id"])
    await party.join(api.client, host.headers)
    for _ in range(GUESTS):
        await party.join(api.new_client(), {})
    await party.viewers[0].socket.cmd("play")
    for second in range(round(HOURS * 3600)):
        await party.pass_second(second)
        await _store_events(api, harness)
    for viewer in party.viewers:
        viewer.socket.send(t="bye")
    await harness.pass_time(2, step_s=1)
    await _store_events(api, harness)
    await harness.close()
    return {"reads": counting.reads / len(party.viewers), "writes": counting.writes / len(party.viewers)}


async def _store_events(api: ApiHarness, harness: RelayHarness) -> None:
    await harness.relay.flush_events()
    if harness.events:
        ingest(api.services, json.loads(json.dumps(harness.events)))
        harness.events.clear()


def count() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(evening(Path(folder)))


if __name__ == "__main__":
    print(count())

"""How many documents a viewer's evening reads and writes, counted by a store that counts as Firestore bills.

Five people watch a film of two hours through the real API and a real relay whose clocks are advanced; the relay's
events are stored every second. A read is a document that is fetched, also to compare its version; a query without
results is one read. Called by `bench.scale`.
"""

import asyncio
import json
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fakes.api_harness import SITE, ApiHarness
from fakes.clock import SteppedClock
from fakes.function_ports import MemoryObjects, RecordingDeliveryQueue, RecordingJobs, RecordingMailer, RecordingRelay
from fakes.relay.harness import Client, RelayHarness
from watchparty_api.bootstrap import build_services
from watchparty_api.config import Config
from watchparty_api.rate_limits.limits import Limiter
from watchparty_api.rate_limits.shared_windows import SharedWindows
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.store.port import Page, Query, R, Replace, Store, WorkspaceStore, Write

HOURS = 2.0
GUESTS = 4
RENEW_EVERY_S = 480
"""The page renews a token of ten minutes two minutes before its end."""
SAYS_EVERY_S = 300
FILM = {"media": {"video_id": "film", "mrev": 1, "duration_s": 9000.0, "playable_s": 9000.0}}
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
    clock = SteppedClock()
    relay, jobs, objects, mail = RecordingRelay(), RecordingJobs(), MemoryObjects(), RecordingMailer()
    config = Config(public_url=SITE, store_url=f"sqlite:///{folder}/night.db", keys_dir=str(folder / "keys"))
    services = build_services(
        config,
        relay=relay,
        jobs=jobs,
        objects=objects,
        mail=mail,
        delivery_queue=RecordingDeliveryQueue(),
        now=clock,
        monotonic_s=clock.monotonic_s,
    )
    counting = CountingStore(services.store.adapter)
    store = WorkspaceStore(counting, services.store.workspace_id)
    limiter = Limiter(SharedWindows(store, keyed_hash=services.keyed_hash, now=clock))
    return ApiHarness(replace(services, store=store, limiter=limiter), clock, relay, jobs, objects, mail), counting


async def evening(folder: Path) -> dict[str, float]:
    """Documents read and written per viewer."""
    api, counting = counted_api(folder)
    harness = RelayHarness()
    await harness.open()
    host = api.person("Hana")
    counting.reads = counting.writes = 0
    room = api.client.post("/api/v1/rooms", json={}, headers=host.headers).json()
    path = f"/api/v1/rooms/{room['id']}"
    browsers: list[tuple[Any, dict[str, str]]] = [(api.client, host.headers)]
    browsers += [(api.new_client(), {}) for _ in range(GUESTS)]
    people: list[Client] = []
    tokens: list[dict[str, Any]] = []
    for number, (browser, headers) in enumerate(browsers):
        assert browser.get(path, headers=headers).status_code == 200
        joined = browser.post(f"{path}/join", json={"display_name": f"P{number}"}, headers=headers).json()
        role = {"role": "host"} if number == 0 else {}
        tokens.append({"participant_id": joined["connection"]["participant_id"], "room": room["id"], **FILM, **role})
        people.append(await harness.join(**tokens[-1]))
    await people[0].cmd("play")
    for second in range(round(HOURS * 3600)):
        api.clock.advance(seconds=1)
        await harness.pass_time(1, step_s=1)
        for person in people:
            person.report(pos_s=float(second))
        for number, person in enumerate(people):
            if second % SAYS_EVERY_S == number + 1:
                await person.chat(f"line {second}")
        if second % SEEKS_EVERY_S == SEEKS_EVERY_S - 1:
            await people[0].cmd("seek", pos_s=float(second))
        if second % RENEW_EVERY_S == RENEW_EVERY_S - 1:
            for browser, headers in browsers:
                if headers:  # an access token lasts fifteen minutes; the page refreshes it, which writes the session
                    headers.update(api.sign_in(host.account).headers)
                answer = browser.post(f"{path}/join/renew", json={}, headers=headers)
                assert answer.status_code == 200, answer.text
            for person, claims in zip(people, tokens, strict=True):
                person.send(t="token", token=harness.issuer.join(**claims))
        await _store_events(api, harness)
    for person in people:
        person.send(t="bye")
    await harness.pass_time(2, step_s=1)
    await _store_events(api, harness)
    await harness.close()
    return {"reads": counting.reads / len(people), "writes": counting.writes / len(people)}


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

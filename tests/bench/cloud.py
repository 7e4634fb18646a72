"""`make bench-cloud`: measures the production in a box over its edge, as browsers and operators meet it.

Cold start: a new process of a function, from its start to its first answer. Join: the request and the socket, until the
relay's welcome, each guest from an address of its own. Command: from sending to the last of ten guests who receives it.
Redis counts its commands itself. The proxy in front of the Firestore emulator counts the documents of a single call;
those of a whole night are `bench.viewer_night`'s, which counts in the same way with clocks that are advanced.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bench import viewer_night
from bench.report import Row, percentile, publish, spread_of
from cloud.journey.site import ORIGIN, Api, create_first_administrator, playable, sign_in_as_administrator, upload
from cloud.namespace import is_inside
from cloud.production import Production, production, why_not
from e2e.films import copyable
from fakes.waiting import eventually

Json = dict[str, Any]
COLD_STARTS = 5
JOINS = 40
GUESTS = 10
COMMANDS = 40
IDLE_S = 20.0
CALLS = 20


@dataclass
class Guest:
    """A visitor with an address and a cookie jar of its own."""

    site: Production
    number: int

    def __post_init__(self) -> None:
        self.address = f"127.0.{2 + self.number // 200}.{1 + self.number % 200}"
        self.trust = self.site.trust
        self.client = httpx2.AsyncClient(
            base_url=ORIGIN,
            headers={"Origin": ORIGIN, "X-Guest-Key": secrets.token_urlsafe(32)},
            transport=httpx2.AsyncHTTPTransport(local_address=self.address, verify=self.trust),
            timeout=60,
        )

    async def call(self, path: str, body: Json) -> Json:
        answer = await self.client.post(f"/api/v1{path}", json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found

    async def join(self, room_id: str, stack: AsyncExitStack) -> tuple[Json, ClientConnection, Json]:
        """The answer, the open socket, and the relay's welcome."""
        joined = await self.call(f"/rooms/{room_id}/join", {"display_name": f"Guest {self.number}"})
        connection = joined["connection"]
        socket = await stack.enter_async_context(
            connect(
                connection["relay_url"],
                subprotocols=[Subprotocol("watchparty.v1")],
                origin=Origin(ORIGIN),
                ssl=self.trust,
                local_addr=(self.address, 0),
            )
        )
        await socket.send(json.dumps({"t": "hello", "v": 1, "token": connection["join_token"]}))
        return joined, socket, await next_of(socket, "welcome")


async def next_of(socket: ClientConnection, kind: str) -> Json:
    while True:
        message: Json = json.loads(await asyncio.wait_for(socket.recv(), 20))
        if message["t"] == kind:
            return message


def cold_starts_s(site: Production) -> dict[str, list[float]]:
    """Seconds from the start of a process to its first answer, by function."""
    found: dict[str, list[float]] = {}
    for name in site.services:
        if name == "watchparty-relay":
            continue
        for _ in range(COLD_STARTS):
            began = time.monotonic()
            instance = site.workloads.spare(name, site.applied)
            instance.wait_until_ready()
            found.setdefault(name.removeprefix("watchparty-"), []).append(time.monotonic() - began)
            instance.stop()
    return found


async def joins_ms(site: Production, room_id: str) -> list[float]:
    samples = []
    async with AsyncExitStack() as stack:
        for number in range(JOINS):
            guest = Guest(site, number)
            await guest.client.get("/health")  # the connection and its TLS are the browser's from loading the page
            began = time.perf_counter()
            await guest.join(room_id, stack)
            samples.append((time.perf_counter() - began) * 1000)
    return samples


async def commands_ms(site: Production, room_id: str) -> list[float]:
    """From sending to the last of ten guests who has the new state. In this room everyone controls the film."""
    samples = []
    async with AsyncExitStack() as stack:
        sockets = []
        for number in range(100, 100 + GUESTS):
            _, socket, welcome = await Guest(site, number).join(room_id, stack)
            sockets.append(socket)
        state = welcome["state"]
        for number in range(COMMANDS):
            op = "play" if number % 2 == 0 else "pause"
            began = time.perf_counter()
            await sockets[0].send(
                json.dumps({"t": "cmd", "cid": secrets.token_hex(8), "op": op, "mrev": state["mrev"]})
            )

            async def changed(socket: ClientConnection, mode: str) -> Json:
                while (found := await next_of(socket, "state"))["mode"] != mode:
                    pass
                return found

            wanted = "playing" if op == "play" else "paused"
            state = (await asyncio.gather(*(changed(each, wanted) for each in sockets)))[0]
            samples.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.25)  # below the relay's limit of commands
    return samples


def processed(site: Production) -> int:
    """Commands that Redis has processed."""
    there = site.planner.redis
    client = redis.Redis(
        there.host, there.port, password=there.password, ssl=True, ssl_check_hostname=False,
        ssl_ca_certs=str(site.authority.bundle),
    )  # fmt: skip
    with client:
        return int(client.info("stats")["total_commands_processed"])


async def redis_per_s(site: Production, room_id: str, viewers: int) -> float:
    """Commands per second while `viewers` are in a room and no one does anything but report, every two seconds."""
    async with AsyncExitStack() as stack:
        sockets = []
        report: Json = {"t": "report", "pos_s": 0.0, "err_ms": 0.0, "unc_ms": 0.5, "rtt_ms": 1.0, "buf_s": 20.0}
        report |= {"ready": "ok", "rate": 1.0, "visible": True}
        for number in range(200, 200 + viewers):
            _, socket, welcome = await Guest(site, number).join(room_id, stack)
            report["rev"] = welcome["state"]["rev"]
            sockets.append(socket)
        await asyncio.sleep(5)
        before, began = processed(site), time.monotonic()

        async def idle(socket: ClientConnection) -> None:
            while time.monotonic() < began + IDLE_S:
                await socket.send(json.dumps(report))
                await asyncio.sleep(2)

        await asyncio.gather(*(idle(each) for each in sockets), asyncio.sleep(IDLE_S))
        return (processed(site) - before) / (time.monotonic() - began)


async def documents_per_call(site: Production, room_id: str, video_id: str) -> dict[str, float]:
    """Documents read and written by a guest's first join, by a grant, and by a renewal of the membership."""
    counted = site.calls["firestore.googleapis.com"]

    def total() -> int:
        return counted.get("reads", 0) + counted.get("writes", 0)

    found = {}
    guest, before = Guest(site, 300), total()
    joined = await guest.call(f"/rooms/{room_id}/join", {"display_name": "Guest"})
    found["join"] = float(total() - before)
    guest.client.headers["Authorization"] = f"Bearer {joined['connection']['join_token']}"
    calls: dict[str, tuple[str, Json]] = {
        "grant": (f"/videos/{video_id}/playback", {"room_id": room_id}),
        "renewal": (f"/rooms/{room_id}/join/renew", {}),
    }
    for name, (path, body) in calls.items():
        before = total()
        for _ in range(CALLS):
            await guest.call(path, body)
        found[name] = (total() - before) / CALLS
    return found


def uploads_s(admin: Api) -> list[float]:
    samples = []
    for _ in range(3):
        video_id = upload(admin, copyable(10))
        began = time.monotonic()
        playable(admin, video_id)
        samples.append(time.monotonic() - began)
        admin.call("DELETE", f"/videos/{video_id}")
    return samples


def journey_s(site: Production, admin: Api) -> float:
    """The smoke test of a deployment: upload, prepare, two people in a room, the film at the edge, clean up."""
    scopes = ["rooms:write", "videos:read", "videos:write"]
    token = admin.call("POST", "/auth/me/tokens", json={"name": "bench", "scopes": scopes})
    with site.operator() as environment:
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "terraform/deploy", "smoke", "--site", ORIGIN],
            env={**environment, "WATCHPARTY_SMOKE_TOKEN": token["token"]},
            check=True,
        )
        return time.monotonic() - began


def measured(site: Production, admin: Api) -> list[Row]:
    rows = []

    def add(key: str, what: str, samples: list[float], unit: str, goal: float | None = None) -> None:
        for share in (0.5, 0.95):
            name = f"p{share * 100:.0f}"
            full = key.replace("_p95", f"_{name}")
            rows.append(Row(full, f"{what}, {name}", percentile(samples, share), unit, goal, spread_of(samples)))

    uploaded = uploads_s(admin)
    rows.append(
        Row(
            "upload_to_playable_s",
            "upload end → playable, 10 s",
            percentile(uploaded, 0.5),
            "s",
            None,
            spread_of(uploaded),
        )
    )
    rows.append(Row("journey_s", "the smoke test", journey_s(site, admin), "s"))
    video_id = upload(admin, copyable(60))
    playable(admin, video_id)
    eventually("it is prepared", lambda: admin.call("GET", f"/videos/{video_id}")["status"] == "ready", within_s=120)

    def room() -> str:
        return str(admin.call("POST", "/rooms", json={"name": "Bench", "video_id": video_id, "control": "everyone",
                                                       "wait": {"policy": "never"}})["id"])  # fmt: skip

    add("join_p95_ms", "join: request, socket, welcome", asyncio.run(joins_ms(site, room())), "ms", 2000)
    add("command_p95_ms", f"command → all of {GUESTS}", asyncio.run(commands_ms(site, room())), "ms", 300)
    quiet = asyncio.run(redis_per_s(site, room(), 0))
    idle = asyncio.run(redis_per_s(site, room(), 20))
    rows.append(Row("redis_cmds_per_s_idle_relays", "Redis commands per second without viewers", quiet, "/s"))
    rows.append(Row("redis_cmds_per_idle_viewer", "Redis commands per second and idle viewer", idle / 20, "/s", 0.7))
    documents = asyncio.run(documents_per_call(site, room(), video_id))
    rows += [
        Row(f"firestore_ops_per_{each}", f"documents per {each}", number, "") for each, number in documents.items()
    ]
    night = sum(viewer_night.count().values())
    rows.append(
        Row("firestore_ops_per_viewer_night", "documents per viewer and night (counted beside the box)", night, "")
    )
    for name, samples in cold_starts_s(site).items():
        add(f"cold_{name.replace('-', '_')}_p95_s", f"cold start of {name}", samples, "s", 2)
    return rows


def main() -> None:
    if not is_inside() or (reason := why_not()):
        reason = "no network namespace" if not is_inside() else reason
        raise SystemExit(f"The box does not start here: {reason}.")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, production(Path(folder)) as site:
        create_first_administrator(site)
        with httpx2.Client(
            verify=site.trust, base_url=ORIGIN, headers={"Origin": ORIGIN}, timeout=60,
        ) as client:  # fmt: skip
            rows = measured(site, sign_in_as_administrator(client))
    print(f"load of the machine before: {load:.1f}, after: {os.getloadavg()[0]:.1f}")
    publish(rows)


if __name__ == "__main__":
    main()

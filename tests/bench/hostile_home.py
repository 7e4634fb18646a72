"""`make bench-hostile`: a home server under slow clients, and with more people than the usual limit of descriptors.

Hostile clients hold 1,100 connections for 70 seconds, longer than any deadline, and open each again that is cut off:
unfinished bodies of 100 bytes, unfinished heads, or answers that they do not read. A party of ten chats meanwhile, and
/health is asked twice per second. Then 1,008 people join a server that was started with `ulimit -Sn 1024`.
"""

import asyncio
import contextlib
import json
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import uvloop

from bench.main_job import rss_mb
from bench.report import Row, percentile, publish, spread_of
from e2e.home import Home
from fakes.home_guests import HomeGuest, address_of, all_present
from watchparty.site import page_folder

HOSTILE = 1_100
HOSTILE_ADDRESSES = 3
SECONDS = 70.0
PEOPLE = 1_008
BODY = b"POST /api/v1/auth/temporary HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"
HEAD = b"POST /api/v1/auth/temporary HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
LARGEST = max((page_folder() / "assets").iterdir(), key=lambda asset: asset.stat().st_size).name
UNREAD = f"GET /assets/{LARGEST} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 15
"""More than the buffers of the kernel hold: 6 MB."""
ATTACKS = {"bodies": BODY, "heads": HEAD, "unread": UNREAD}


async def hold(port: int, number: int, said: bytes) -> None:
    """One hostile connection, opened again whenever the server cuts it off."""
    loop = asyncio.get_running_loop()
    while True:
        with socket.socket() as client, contextlib.suppress(OSError):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.setblocking(False)
            client.bind((address_of(50_000 + number % HOSTILE_ADDRESSES), 0))
            await loop.sock_connect(client, ("127.0.0.1", port))
            await loop.sock_sendall(client, said)
            if said is UNREAD:
                await asyncio.sleep(SECONDS)
            while await loop.sock_recv(client, 4_096):
                pass
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def attacked(port: int, said: bytes) -> AsyncIterator[None]:
    holding = [asyncio.create_task(hold(port, number, said)) for number in range(HOSTILE if said else 0)]
    await asyncio.sleep(2)
    yield
    for each in holding:
        each.cancel()


async def health_ms(url: str) -> float:
    started_s = time.perf_counter()
    async with httpx2.AsyncClient(timeout=20) as client:
        assert (await client.get(f"{url}/health")).status_code == 200
    return (time.perf_counter() - started_s) * 1000


async def measure(url: str, people: list[HomeGuest], seconds: float) -> tuple[list[float], list[float]]:
    """Samples of /health and of a message's acknowledgement, two per second each."""
    health: list[float] = []
    acks: list[float] = []
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        health.append(await health_ms(url))
        acks.append(await people[len(acks) % len(people)].chat_ack_ms("still here"))
        await asyncio.sleep(0.5)
    return health, acks


async def attack_rows(home: Home, name: str, said: bytes, seconds: float) -> list[Row]:
    log_bytes, before_mb = len(home.output), rss_mb(home.pid)
    async with all_present(home.url, rooms=2, people_per_room=5) as rooms, attacked(home.port, said):
        people = [person for room in rooms for person in room]
        health, acks = await measure(home.url, people, seconds)
        grown_mb = rss_mb(home.pid) - before_mb
    return [
        Row(f"{name}_health_p99_ms", f"{name}: /health, p99", percentile(health, 0.99), "ms", None, spread_of(health)),
        Row(f"{name}_ack_p99_ms", f"{name}: chat ack, p99", percentile(acks, 0.99), "ms", None, spread_of(acks)),
        Row(f"{name}_log_bytes", f"{name}: log", len(home.output) - log_bytes, "B"),
        Row(f"{name}_grown_mb", f"{name}: memory gained", grown_mb, "MB"),
    ]


async def crowd_rows(home: Home) -> list[Row]:
    """1,008 people in rooms of 48, all of whom are acknowledged."""
    async with all_present(home.url, rooms=21, people_per_room=PEOPLE // 21) as rooms:
        people = [person for room in rooms for person in room]
        acks = [await each.chat_ack_ms("hello") for each in people]
        return [
            Row("crowd", "people present, ulimit -Sn 1024", len(acks), "", PEOPLE, at_least=True),
            Row("crowd_ack_p99_ms", "chat ack among them, p99", percentile(acks, 0.99), "ms", None, spread_of(acks)),
            Row("crowd_health_ms", "/health among them", await health_ms(home.url), "ms"),
        ]


def main() -> None:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        for ulimit in ("-Sn 1024", "-n 1024"):
            home = Home(Path(temporary) / ulimit.strip("-").replace(" ", ""), ulimit=ulimit)
            rows += uvloop.run(attack_rows(home, f"{ulimit}: none", b"", 15.0))
            for name, said in ATTACKS.items():
                rows += uvloop.run(attack_rows(home, f"{ulimit}: {name}", said, SECONDS))
                print(json.dumps([(row.key, row.value) for row in rows[-4:]]), flush=True)
            if ulimit.startswith("-S"):
                rows += uvloop.run(crowd_rows(home))
            home.stop()
    publish(rows)


if __name__ == "__main__":
    main()

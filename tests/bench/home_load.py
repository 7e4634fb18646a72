"""`make bench-home-load`: one home server with 50 rooms of 20 people, all of whom chat, and the API for 50 of them.

The server runs on one core and this load generator on another. In each room someone says a line every two seconds,
which 20 people receive: about 500 messages per second leave the server.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.report import Row, percentile, publish, spread_of
from e2e.home import Home
from fakes.home_guests import HomeGuest, all_present

ROOMS = 50
PEOPLE = 20
SECONDS = 30.0
LINE_EVERY_S = 2.0
CALLERS = 50


async def chat(people: Sequence[HomeGuest], until_s: float, samples_ms: list[float]) -> None:
    """One room's lines, each by the next person."""
    while time.monotonic() < until_s:
        samples_ms.append(await people[len(samples_ms) % len(people)].chat_ack_ms("hello"))
        await asyncio.sleep(LINE_EVERY_S)


async def call(guest: HomeGuest, until_s: float, samples_ms: list[float]) -> None:
    while time.monotonic() < until_s:
        started_s = time.perf_counter()
        await guest.call("GET", "/config")
        samples_ms.append((time.perf_counter() - started_s) * 1000)
        await asyncio.sleep(1)


async def measure(url: str) -> tuple[list[float], list[float]]:
    acks: list[list[float]] = [[] for _ in range(ROOMS)]
    calls: list[float] = []
    async with all_present(url, ROOMS, PEOPLE) as rooms:
        until_s = time.monotonic() + SECONDS
        callers = [call(people[0], until_s, calls) for people in rooms[:CALLERS]]
        await asyncio.gather(*map(chat, rooms, [until_s] * ROOMS, acks), *callers)
    return [each for room in acks for each in room], calls


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(Path(temporary) / "data")
        first, *others = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(home.pid, {first})
        os.sched_setaffinity(0, set(others) or {first})
        acks, calls = uvloop.run(measure(home.url))
        home.stop()
    publish(
        [
            Row("chat_ack_p50_ms", "chat ack, 50 rooms of 20, p50", percentile(acks, 0.5), "ms"),
            Row("chat_ack_p99_ms", "chat ack, 50 rooms of 20, p99", percentile(acks, 0.99), "ms", 100, spread_of(acks)),
            Row("api_p95_ms", "API for 50 of them, p95", percentile(calls, 0.95), "ms", 100, spread_of(calls)),
            Row("load", "load average of the machine", os.getloadavg()[0], ""),
        ]
    )


if __name__ == "__main__":
    main()

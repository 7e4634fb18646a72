"""`make bench-home-load`: one home server with 50 rooms of 20 people, all of whom chat, and the API for 50 of them.

The server has one core and this load generator another. In each room someone says a line every two seconds, which 20
people receive: about 500 messages per second leave the server. One person per room calls the API every second. First
everyone acts at a moment of their own, then all of them at the same moment, then at moments of their own while others
download a film. How late the generator's own timers fire is part of every figure, and is shown beside them.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.report import Row, percentile, publish, spread_of
from e2e.home import Home
from fakes.home_guests import HomeGuest, all_present
from watchparty.demo import open_demo_room
from watchparty.sample_film import sample_film

ROOMS = 50
PEOPLE = 20
SECONDS = 20.0
LINE_EVERY_S = 2.0
CALL_EVERY_S = 1.0
DOWNLOADS = 20
DOWNLOAD_BYTES_PER_S = 4_000_000
"""640 Mb/s together: a home connection cannot send more, but a local network can."""
SEGMENT_BYTES = 32_000_000
PIECE_BYTES = 256 * 1024
"""How much of a download is read before the reader waits."""


@dataclass
class Phase:
    """What one phase measured, in milliseconds."""

    acks: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    generator_late: list[float] = field(default_factory=list)
    server_share: float = 0.0
    generator_share: float = 0.0

    def rows(self, key: str, name: str) -> list[Row]:
        acks, calls, late = self.acks, self.calls, self.generator_late
        return [
            Row(f"{key}chat_ack_p50_ms", f"chat ack, p50, {name}", percentile(acks, 0.5), "ms"),
            Row(f"{key}chat_ack_p99_ms", f"chat ack, p99, {name}", percentile(acks, 0.99), "ms", 100, spread_of(acks)),
            Row(f"{key}api_p50_ms", f"API, p50, {name}", percentile(calls, 0.5), "ms"),
            Row(f"{key}api_p95_ms", f"API, p95, {name}", percentile(calls, 0.95), "ms", 100, spread_of(calls)),
            Row(f"{key}generator_p99_ms", f"of which the generator, p99, {name}", percentile(late, 0.99), "ms"),
            Row(f"{key}server_core", f"the server's share of its core, {name}", 100 * self.server_share, "%"),
            Row(f"{key}generator_core", f"the generator's share of its core, {name}", 100 * self.generator_share, "%"),
        ]


async def chat(people: Sequence[HomeGuest], after_s: float, until_s: float, samples_ms: list[float]) -> None:
    """One room's lines, each by the next person."""
    await asyncio.sleep(after_s)
    while time.monotonic() < until_s:
        samples_ms.append(await people[len(samples_ms) % len(people)].chat_ack_ms("hello"))
        await asyncio.sleep(LINE_EVERY_S - samples_ms[-1] / 1000)


async def call(guest: HomeGuest, room_id: str, after_s: float, until_s: float, samples_ms: list[float]) -> None:
    """One person's calls, in turn of the configuration and the room's card."""
    await asyncio.sleep(after_s)
    while time.monotonic() < until_s:
        started_s = time.perf_counter()
        await guest.call("GET", "/config" if len(samples_ms) % 2 else f"/rooms/{room_id}")
        samples_ms.append((time.perf_counter() - started_s) * 1000)
        await asyncio.sleep(max(0.0, CALL_EVERY_S - samples_ms[-1] / 1000))


async def download(guest: HomeGuest, path: str) -> None:
    """Reads a film's file again and again, as fast as this person's line is."""
    while True:
        left, reader = await guest.download(path)
        while left > 0:
            read = len(await reader.read(min(left, PIECE_BYTES)))
            left -= read
            await asyncio.sleep(read / DOWNLOAD_BYTES_PER_S)


async def observe_generator(until_s: float, samples_ms: list[float]) -> None:
    """How late this process continues what waits for nothing but a timer."""
    while time.monotonic() < until_s:
        due_s = time.perf_counter() + 0.01
        await asyncio.sleep(0.01)
        samples_ms.append((time.perf_counter() - due_s) * 1000)


def cpu_s(pid: int) -> float:
    of_process = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(of_process[11]) + int(of_process[12])) / os.sysconf("SC_CLK_TCK")


async def run_phase(home: Home, rooms: Sequence[Sequence[HomeGuest]], *, spread: bool) -> Phase:
    phase, per_room = Phase(), [Phase() for _ in rooms]
    server_s, generator_s, started_s = cpu_s(home.pid), time.process_time(), time.monotonic()
    until_s = started_s + SECONDS
    later = random.Random(7).uniform if spread else lambda _first, _last: 0.0
    await asyncio.gather(
        observe_generator(until_s, phase.generator_late),
        *(
            chat(people, later(0, LINE_EVERY_S), until_s, each.acks)
            for people, each in zip(rooms, per_room, strict=True)
        ),
        *(
            call(people[0], people[0].room_id, later(0, CALL_EVERY_S), until_s, each.calls)
            for people, each in zip(rooms, per_room, strict=True)
        ),
    )
    passed_s = time.monotonic() - started_s
    phase.acks = [ms for each in per_room for ms in each.acks]
    phase.calls = [ms for each in per_room for ms in each.calls]
    phase.server_share = (cpu_s(home.pid) - server_s) / passed_s
    phase.generator_share = (time.process_time() - generator_s) / passed_s
    return phase


@asynccontextmanager
async def downloads(home: Home) -> AsyncIterator[None]:
    """Twenty people of another room download one large segment after another, each at the rate of their connection."""
    room_id = await open_demo_room(home.url, sample_film())
    segment = max((home.data / "media").rglob("*.m4s"), key=lambda path: path.stat().st_size)
    segment.write_bytes(bytes(SEGMENT_BYTES))
    path = f"/media/{segment.relative_to(home.data / 'media')}"
    async with AsyncExitStack() as stack:
        for number in range(DOWNLOADS):
            guest = await stack.enter_async_context(HomeGuest(home.url, 10_000 + number).present(room_id))
            stack.callback(asyncio.create_task(download(guest, path)).cancel)
        yield


async def measure(home: Home) -> list[Row]:
    async with all_present(home.url, ROOMS, PEOPLE) as rooms:
        rows = (await run_phase(home, rooms, spread=True)).rows("", "each at a moment of their own")
        rows += (await run_phase(home, rooms, spread=False)).rows("burst_", "all at the same moment")
        async with downloads(home):
            rows += (await run_phase(home, rooms, spread=True)).rows("download_", f"beside {DOWNLOADS} downloads")
    return rows


def run_on(home: Home, core: set[int]) -> None:
    """Also the threads that the server has already started."""
    for thread in Path(f"/proc/{home.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), core)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(Path(temporary) / "data")
        first, *others = sorted(os.sched_getaffinity(0))
        run_on(home, {first})
        os.sched_setaffinity(0, set(others) or {first})
        rows = uvloop.run(measure(home))
        home.stop()
    publish([*rows, Row("load", "load average of the machine", os.getloadavg()[0], "")])


if __name__ == "__main__":
    main()

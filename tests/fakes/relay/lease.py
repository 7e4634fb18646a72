"""Several processes that compete for one lease, in simulated time: clocks of different rates, slow and lost answers."""

import asyncio
import heapq
import random
from collections.abc import Iterator
from contextlib import contextmanager

from watchparty_relay.lease.decision import Lease
from watchparty_relay.lease.keeper import LeaseKeeper


class MemoryLeaseStore:
    """A store that answers at once; `silent` raises, as a database that is down does."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self.version = 0
        self.writes = 0
        self.reads = 0
        self.silent = False

    async def read(self) -> tuple[Lease, int] | None:
        self._answer()
        self.reads += 1
        return None if self.lease is None else (self.lease, self.version)

    async def write(self, lease: Lease, *, over: int) -> int | None:
        self._answer()
        if over != self.version:
            return None
        self.lease, self.version, self.writes = lease, over + 1, self.writes + 1
        return self.version

    def _answer(self) -> None:
        if self.silent:
            raise ConnectionError("the database is down")


class Simulation:
    """True time, in milliseconds, which passes from one event to the next."""

    def __init__(self, seed: int, *, trouble: float = 0.05) -> None:
        """`trouble` is the share of steps that end in a suspension, and of messages that are slow or lost."""
        self.trouble = trouble
        self.random = random.Random(seed)
        self.now_ms = 0.0
        self.store = MemoryLeaseStore()
        self.processes: list[Process] = []
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    async def sleep(self, ms: float) -> None:
        self._count += 1
        wake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self.now_ms + ms, self._count, wake))
        await wake

    async def run(self, ms: float) -> None:
        """Lets time pass; at every event, at most one process may command."""
        end_ms = self.now_ms + ms
        await _settle()
        while self._sleeping and self._sleeping[0][0] <= end_ms:
            self.now_ms, _, wake = heapq.heappop(self._sleeping)
            if not wake.done():
                wake.set_result(None)
            await _settle()
            assert len(self.commanding) <= 1, f"two commands at {self.now_ms} ms"
        self.now_ms = end_ms

    @property
    def commanding(self) -> "list[Process]":
        return [each for each in self.processes if each.keeper.held()]

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            yield
        finally:
            for process in self.processes:
                process.kill()


async def _settle() -> None:
    """Every task runs until it waits for time to pass."""
    for _ in range(10):
        await asyncio.sleep(0)


class Process:
    """A process with its own clock, which goes wrong by a tenth, and a slow way to the store."""

    def __init__(self, world: Simulation, *, revision: int = 1) -> None:
        self._world = world
        self._rate = world.random.uniform(0.9, 1.1)
        self._offset_ms = world.random.uniform(-1e9, 1e9)
        self.keeper = LeaseKeeper(self, now_ms=self._clock, revision=revision)
        self.lost = 0
        self.keeper.notify(lost=self._count_loss, superseded=self._pause)
        world.processes.append(self)
        self._task = asyncio.create_task(self._run())

    def kill(self) -> None:
        self._task.cancel()

    def _clock(self) -> float:
        return self._offset_ms + self._rate * self._world.now_ms

    def _count_loss(self) -> None:
        self.lost += 1

    async def _pause(self) -> None:
        await self._travel()

    async def _run(self) -> None:
        while True:
            await self.keeper.step()
            suspended = self._world.random.random() < self._world.trouble
            await self._world.sleep(self._world.random.uniform(0, 60_000) if suspended else 1_000)

    # ---- LeaseStore

    async def read(self) -> tuple[Lease, int] | None:
        await self._travel()
        found = await self._world.store.read()
        await self._travel()
        return found

    async def write(self, lease: Lease, *, over: int) -> int | None:
        """May be applied although no answer arrives, and long after the process was suspended."""
        await self._travel()
        version = await self._world.store.write(lease, over=over)
        await self._travel()
        if self._world.random.random() < self._world.trouble:
            raise TimeoutError("no answer")
        return version

    async def _travel(self) -> None:
        slow = self._world.random.random() < self._world.trouble
        await self._world.sleep(self._world.random.uniform(1, 40_000 if slow else 50))

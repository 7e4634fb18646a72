"""Seeded faults: relays are killed, connections cut, readers stalled, and Redis is restarted, flushed or rolled back.

Faults are chosen one at a time, but their consequences overlap.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chaos.client import ChaosClient
from chaos.stage import Stage

KINDS = {
    "kill": 4,
    "cut": 6,
    "stall": 4,
    "redis cut": 3,
    "redis restart": 1,
    "redis rollback": 1,
    "redis flush": 1,
}
"""The relative frequency of each kind."""
STALLED_WITHIN_S = 1.0
BURST_MESSAGES = 10


class Faults:
    def __init__(self, stage: Stage, clients: Sequence[ChaosClient], dice: Random, kinds: Sequence[str]) -> None:
        self.kinds = kinds
        self.happened: Counter[str] = Counter()
        self._stage, self._clients, self._dice = stage, clients, dice
        self._running: set[asyncio.Task[None]] = set()
        self._redis_busy = False

    async def run(self, *, every_s: float) -> None:
        """Runs until cancelled. Each kind happens once in the first round, so that a short run includes all of them."""
        todo = list(self.kinds)
        self._dice.shuffle(todo)
        while True:
            kind = todo.pop() if todo else self._dice.choices(self.kinds, [KINDS[kind] for kind in self.kinds])[0]
            if kind.startswith("redis") and self._redis_busy:
                todo.insert(0, kind)
            else:
                task = asyncio.create_task(self._happen(kind))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * every_s)

    async def end(self) -> None:
        """Waits until everything is repaired."""
        if self._running:
            await asyncio.wait(self._running)

    async def _happen(self, kind: str) -> None:
        self.happened[kind] += 1
        match kind:
            case "kill":
                await self._kill_relay()
            case "cut":
                for client in self._some():
                    client.cut()
            case "stall":
                await self._stall_readers()
            case _:
                self._redis_busy = True
                try:
                    await self._redis(kind)
                finally:
                    self._redis_busy = False

    async def _stall_readers(self) -> None:
        """Some clients of a room stop reading while the others send more than the socket buffers hold."""
        room = self._dice.choice(self._clients).room
        people = [client for client in self._clients if client.room == room]
        stalled = self._dice.sample(people, max(1, len(people) // 5))
        for client in stalled:
            client.stall(self._dice.uniform(4, 14))
        await asyncio.sleep(STALLED_WITHIN_S)
        for client in people:
            if client not in stalled:
                client.burst(BURST_MESSAGES)

    async def _kill_relay(self) -> None:
        port = self._dice.choice(self._stage.ports)
        self._stage.kill_relay(port)
        await asyncio.sleep(self._dice.uniform(0.0, 2.0))
        self._stage.start_relay(port)

    async def _redis(self, kind: str) -> None:
        redis = self._stage.redis
        match kind:
            case "redis cut":
                await self._cut_redis()
            case "redis flush":
                await asyncio.to_thread(redis.flush)
            case "redis restart":  # keeps its data, after a short outage
                await asyncio.to_thread(redis.save)
                redis.kill()
                await asyncio.sleep(self._dice.uniform(0.0, 1.5))
                await asyncio.to_thread(redis.start)
            case "redis rollback":  # like a failover to a lagging replica
                await asyncio.to_thread(redis.save)
                await asyncio.sleep(self._dice.uniform(0.2, 2.0))
                redis.kill()
                await asyncio.to_thread(redis.start)

    async def _cut_redis(self) -> None:
        """Closes the connections of the relays to Redis: either those for commands or those for subscriptions."""
        kind = self._dice.choice(("normal", "pubsub"))
        try:
            async with Redis.from_url(self._stage.redis.url) as client:
                await client.execute_command("CLIENT", "KILL", "TYPE", kind)
        except (RedisError, OSError):  # Redis is down
            return

    def _some(self) -> list[ChaosClient]:
        return self._dice.sample(self._clients, max(1, len(self._clients) // self._dice.randint(10, 50)))

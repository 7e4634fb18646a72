"""How many commands viewers cost Redis, counted by a real one while the test advances the relays' clocks."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from fakes.relay.harness import Client, RelayHarness
from fakes.relay.redis_server import RedisServer
from fakes.relay.tokens import ManualTime
from watchparty_relay.bus.redis import CHECK_EVERY_S, RedisBus
from watchparty_relay.bus.redis_rooms import ROOM_TTL_MS
from watchparty_relay.config import CONNECTIONS_PER_10S
from watchparty_relay.relay import Relay
from watchparty_relay.rules.connection_rate import ConnectionRate

pytestmark = [pytest.mark.anyio, pytest.mark.service]

ROOMS = 20
MINUTES = 11
STEP_S = CHECK_EVERY_S
"""The lists of people are due as often. Players report twice in this time, but a relay only uses the latest report."""
GOAL = 0.7
NOT_COUNTED = "cmdstat_info"
"""INFO is how this test counts, and what a relay asks when its clock steps, as it does here."""


class SteppedBus(RedisBus):
    """Room time is the test's, because Redis's own clock cannot be advanced."""

    def __init__(self, url: str, time: ManualTime) -> None:
        super().__init__(url, time=time)
        self._stepped = time

    def now_ms(self) -> float:
        return self._stepped.wall_ms()


class SteppedRelay(RelayHarness):
    """A relay whose checks run when the test calls them."""

    def __init__(self, url: str, time: ManualTime) -> None:
        super().__init__(time=time)
        self.bus = SteppedBus(url, time)
        self.relay = Relay(
            bus=self.bus,
            verifier=self.relay.verifier,
            events=self.relay._events,
            metrics=self.relay.metrics,
            time=time,
            limits=self.relay.limits,
            word_filter=self.relay._rooms._word_filter,
            connection_rate=ConnectionRate(CONNECTIONS_PER_10S),
        )


@pytest.fixture
async def relays(redis_server: RedisServer) -> AsyncIterator[tuple[SteppedRelay, SteppedRelay]]:
    redis_server.flush()
    time = ManualTime()
    here, there = SteppedRelay(redis_server.url, time), SteppedRelay(redis_server.url, time)
    await asyncio.gather(here.open(), there.open())
    yield here, there
    await asyncio.gather(here.close(), there.close())


async def commands(redis: Redis) -> int:
    """How many commands the server has executed, those within scripts included."""
    stats = await redis.info("commandstats")
    return sum(each["calls"] for name, each in stats.items() if name != NOT_COUNTED)


async def watch(relays: tuple[SteppedRelay, ...], clients: list[Client], minutes: float) -> None:
    """Everyone watches for this long, with a player that reports all the time."""
    time = relays[0].time
    assert isinstance(time, ManualTime)
    for step in range(round(minutes * 60 / STEP_S)):
        time.advance(STEP_S)
        for client in clients:
            client.report(pos_s=step * STEP_S, err_ms=float(step % 40))
        for each in relays:
            await each.relay.tick()
            await each.bus.check()


@pytest.mark.parametrize("shared", [False, True], ids=["one relay", "two relays"])
async def test_a_viewer_costs_less_than_the_goal(
    relays: tuple[SteppedRelay, SteppedRelay], redis_server: RedisServer, shared: bool
) -> None:
    """Fewer than 0.7 commands per viewer and second, even if each is the only one of the room on their relay."""
    used = relays if shared else relays[:1]
    clients = [await each.join(f"p{n}", room=f"room-{n}") for n in range(ROOMS) for each in used]
    async with Redis.from_url(redis_server.url) as redis:
        await watch(used, clients, 0.5)
        before = await commands(redis)
        await watch(used, clients, MINUTES)
        rate = (await commands(redis) - before) / (MINUTES * 60) / len(clients)
    assert rate < GOAL


async def test_a_quiet_room_does_not_expire(
    relays: tuple[SteppedRelay, SteppedRelay], redis_server: RedisServer
) -> None:
    """Every key of a room in which nothing happens is renewed within ten minutes, and not every few seconds."""
    client = await relays[0].join("ana", room="room")
    await watch(relays[:1], [client], 0.1)
    async with Redis.from_url(redis_server.url) as redis:
        keys = {f"wp1:{{room}}:{name}" for name in ("state", "members", "steps", "rolls")}
        for key in keys:
            await redis.pexpire(key, ROOM_TTL_MS // 2)
        await watch(relays[:1], [client], 5)
        assert {key for key in keys if await redis.pttl(key) > ROOM_TTL_MS // 2} == set()
        await watch(relays[:1], [client], 6)
        assert {key for key in keys if await redis.pttl(key) > 0.9 * ROOM_TTL_MS} == keys

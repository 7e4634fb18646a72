"""What is stored of a room's presence, on a real Redis: it expires, and the dead leave no trace."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from redis.asyncio import Redis

from fakes.relay.redis_server import RedisServer
from watchparty_relay.bus.port import BusEvent
from watchparty_relay.bus.redis import RedisBus
from watchparty_relay.bus.redis_rooms import ROOM_TTL_MS, RedisRooms
from watchparty_relay.metrics import Metrics
from watchparty_relay.presence.presence_snapshot import SNAPSHOT_TTL_MS, PresenceSnapshot

pytestmark = [pytest.mark.anyio, pytest.mark.service]

SNAPSHOTS, SEEN = "wp1:{room}:rolls", "wp1:{room}:seen"


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    redis_server.flush()
    async with Redis.from_url(redis_server.url) as client:
        yield client


def snapshot(at_ms: float, *, total: int = 1) -> PresenceSnapshot:
    return PresenceSnapshot(relay="one", at_ms=at_ms, total=total)


def ignore(_: BusEvent) -> None:
    """A listener that is not interested."""


async def test_stored_snapshots_expire(redis: Redis) -> None:
    """Also after the key was lost, or an earlier release let it expire, between two snapshots."""
    rooms = RedisRooms(redis, Metrics())
    for lost in (False, True):
        if lost:
            await redis.delete(SNAPSHOTS)
        await rooms.publish_presence("room", snapshot(1.0), b"message")
        assert await redis.pttl(SNAPSHOTS) > 0.9 * ROOM_TTL_MS


async def test_the_last_member_leaves_no_snapshot_but_a_time(redis: Redis) -> None:
    """K13: the time is where the film of an empty room is paused."""
    rooms = RedisRooms(redis, Metrics())
    await rooms.publish_presence("room", snapshot(1.0), b"message")
    await rooms.publish_presence("room", snapshot(2.0, total=0), b"message")
    assert not await redis.exists(SNAPSHOTS)
    assert await redis.get(SEEN) == b"2.0"
    assert await redis.pttl(SEEN) > 0.9 * ROOM_TTL_MS


async def test_a_dead_relay_is_forgotten_when_the_room_is_opened(redis: Redis, redis_server: RedisServer) -> None:
    """K13: except for when it last had members there, which is kept until someone is there again."""
    bus = RedisBus(redis_server.url)
    await bus.start()
    await bus.listen("room", ignore)
    bus.leave("room", ignore)
    died_ms = bus.now_ms() - SNAPSHOT_TTL_MS - 1_000
    await redis.hset(SNAPSHOTS, "one", msgspec.json.encode(snapshot(died_ms)).decode())
    stored = await bus._rooms.load("room")
    assert stored is not None
    assert stored.seen_ms == died_ms
    await bus.listen("room", ignore)
    assert not await redis.exists(SNAPSHOTS)
    assert float(await redis.get(SEEN) or 0) == died_ms
    await bus.stop()

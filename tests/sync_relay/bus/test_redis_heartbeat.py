"""A relay's heartbeat keeps its leases, and its absence gives them to others, on a real Redis."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from fakes.relay.redis_server import RedisServer
from fakes.relay.tokens import ManualTime
from fakes.waiting import eventually_async
from watchparty_relay.bus.port import BusEvent
from watchparty_relay.bus.redis import RedisBus
from watchparty_relay.bus.redis_heartbeat import ALIVE_MS, RedisHeartbeat

pytestmark = [pytest.mark.anyio, pytest.mark.service]

WITHIN_S = 8.0
LEASE = "wp1:{room}:lease"


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    redis_server.flush()
    async with Redis.from_url(redis_server.url) as client:
        yield client


def ignore(_: BusEvent) -> None:
    """A listener that is not interested."""


async def opened(redis_server: RedisServer) -> RedisBus:
    bus = RedisBus(redis_server.url)
    await bus.start()
    await bus.listen("room", ignore)
    return bus


async def forget(redis: Redis, *buses: RedisBus) -> None:
    """Deletes the heartbeats, as if these relays had been silent for longer than `ALIVE_MS`."""
    await redis.delete(*(f"wp1:{{relays}}:{bus._heartbeat.token}" for bus in buses))


async def test_a_heartbeat_is_valid_until_another_relay_may_see_it_expired(redis: Redis) -> None:
    """Counted from before the request, so that two relays never hold a lease at the same time."""
    time = ManualTime()
    heartbeat = RedisHeartbeat(redis, time)
    assert not heartbeat.alive
    await heartbeat.beat()
    token = heartbeat.token
    await heartbeat.beat()
    assert heartbeat.token == token
    time.advance(ALIVE_MS / 1000 - 0.001)
    assert heartbeat.alive
    time.advance(0.002)
    assert not heartbeat.alive
    assert 0 < await redis.pttl(f"wp1:{{relays}}:{heartbeat.token}") <= ALIVE_MS


async def test_a_lost_heartbeat_is_replaced_by_one_with_another_token(redis: Redis) -> None:
    """What the relay held under the old token is void, and everyone sees that the old token is dead."""
    heartbeat, other = RedisHeartbeat(redis, ManualTime()), RedisHeartbeat(redis, ManualTime())
    await heartbeat.beat()
    lost = heartbeat.token
    await redis.flushall()
    await heartbeat.beat()
    assert heartbeat.token != lost
    assert await other.dead_among([lost, heartbeat.token, "an-earlier-release"]) == [lost]
    await heartbeat.stop()
    assert await other.dead_among([heartbeat.token]) == [heartbeat.token]


async def test_a_dead_relay_loses_its_leases_at_the_next_check(redis: Redis, redis_server: RedisServer) -> None:
    """B14: the lease itself lasts far longer; the holder's missing heartbeat ends it."""
    holder, other = await opened(redis_server), await opened(redis_server)
    await other.check()
    assert [holder.holds_lease("room"), other.holds_lease("room")] == [True, False]
    await forget(redis, holder)
    await other.check()
    assert other.holds_lease("room")
    await holder.check()  # it was only slow, and must notice that it holds nothing
    assert not holder.holds_lease("room")
    assert await redis.get(LEASE) == other._heartbeat.token.encode()
    await holder.stop()
    await other.stop()


async def test_a_relay_that_cannot_reach_redis_stops_leading(redis: Redis, redis_server: RedisServer) -> None:
    """B14: no later than when another relay may take the lease, without waiting for an answer."""
    time = ManualTime()
    bus = RedisBus(redis_server.url, time=time)
    await bus.start()
    await bus.listen("room", ignore)
    assert bus.holds_lease("room")
    time.advance(ALIVE_MS / 1000)
    assert not bus.holds_lease("room")
    await bus.stop()


async def test_a_relay_that_was_silent_takes_back_a_lease_that_no_one_took(
    redis: Redis, redis_server: RedisServer
) -> None:
    """B14: under its new token, so that a relay that saw the old one dead cannot take the lease from it any more."""
    holder, other = await opened(redis_server), await opened(redis_server)
    old = holder._heartbeat.token
    await forget(redis, holder)
    await holder.check()
    assert holder.holds_lease("room")
    await other._rooms.verify(["room"], other._heartbeat.token, [old])
    assert await redis.get(LEASE) == holder._heartbeat.token.encode()
    await holder.stop()
    await other.stop()


async def test_a_relay_that_stops_hands_over_its_leases(redis: Redis, redis_server: RedisServer) -> None:
    """F3: during a deployment no room is without a leader for longer than between two checks."""
    holder, other = await opened(redis_server), await opened(redis_server)
    await holder.stop()
    await other.check()
    assert other.holds_lease("room")
    await other.stop()


async def test_the_lease_of_an_earlier_release_is_respected(redis: Redis, redis_server: RedisServer) -> None:
    """During a deployment: an earlier release stores a name without a heartbeat, and renews it every two seconds."""
    await redis.set(LEASE, "c0ffee", px=60_000)
    bus = await opened(redis_server)
    await bus.check()
    assert not bus.holds_lease("room")
    await redis.delete(LEASE)
    await bus.check()
    assert bus.holds_lease("room")
    await bus.stop()


async def test_a_flushed_redis_is_noticed_in_a_quiet_room(redis: Redis, redis_server: RedisServer) -> None:
    """K2: by the lost heartbeat; the room is not due for half a minute."""
    bus = await opened(redis_server)
    await redis.flushall()
    await bus.check()
    assert await redis.exists("wp1:{room}:state")
    await bus.stop()


async def test_a_deleted_room_is_noticed_when_it_is_due(redis: Redis, redis_server: RedisServer) -> None:
    """K2: neither heartbeat nor subscription is affected."""
    time = ManualTime()
    bus = RedisBus(redis_server.url, time=time)
    await bus.start()
    await bus.listen("room", ignore)
    await redis.delete("wp1:{room}:state", "wp1:{room}:steps")
    time.advance(29.0)
    await bus.check()
    assert not await redis.exists("wp1:{room}:state")
    time.advance(2.0)
    await bus.check()
    assert await redis.exists("wp1:{room}:state")
    await bus.stop()


async def test_a_released_lease_is_taken_before_the_room_is_due(redis: Redis, redis_server: RedisServer) -> None:
    """B14: the relay that closes the room says so to the others."""
    holder, other = await opened(redis_server), await opened(redis_server)
    await other.check()
    holder.leave("room", ignore)
    await eventually_async("the other takes over", lambda: other.holds_lease("room"), within_s=WITHIN_S)
    await holder.stop()
    await other.stop()

"""Two relays on one real Redis: one order, one time, and what happens when Redis forgets, breaks or goes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from fakes.relay.redis_server import RedisServer, redis_running
from fakes.relay.tokens import FILM, settings
from fakes.waiting import eventually_async
from watchparty_relay.bus.port import BusEvent, Committed, EpochReset
from watchparty_relay.bus.redis import RedisBus
from watchparty_relay.bus.redis_rooms import channel_of
from watchparty_relay.bus.redis_time import SAMPLES
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Command, Reacted, State
from watchparty_relay.protocol.values import Media, Mode, Operation, Role, Settings
from watchparty_relay.room_time import MachineTime
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import Enter, Request
from watchparty_relay.rules.state import Room

pytestmark = [pytest.mark.anyio, pytest.mark.service]

PATIENCE_S = 8.0
JUMP_MS = 50.0


class Ahead:
    """A machine on which much time has passed since Redis was asked for its own."""

    def __init__(self, by_ms: float) -> None:
        self._machine = MachineTime()
        self._by_ms, self._asked = by_ms, 0

    def wall_ms(self) -> float:
        return self._machine.wall_ms()

    def monotonic_ms(self) -> float:
        self._asked += 1
        return self._machine.monotonic_ms() + (self._by_ms if self._asked > 2 * SAMPLES else 0.0)


class Ear:
    """A listener that remembers, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[BusEvent] = []
        self._more = asyncio.Event()

    def __call__(self, heard: BusEvent) -> None:
        self.heard.append(heard)
        self._more.set()

    async def until(self, found: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not found():
                self._more.clear()
                await self._more.wait()

    @property
    def told(self) -> list[tuple[str, int]]:
        """States and lines in the order in which they were heard."""
        events = [event for heard in self.heard if isinstance(heard, Committed) for event in heard.events]
        shown = [event for event in events if isinstance(event, State | ChatEntry)]
        return [("rev", e.rev) if isinstance(e, State) else (e.text, e.seq) for e in shown]

    @property
    def renewals(self) -> list[Room]:
        return [heard.room for heard in self.heard if isinstance(heard, EpochReset)]


@pytest.fixture
async def pair(redis_server: RedisServer) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    redis_server.flush()
    one, two = RedisBus(redis_server.url), RedisBus(redis_server.url)
    await asyncio.gather(one.start(), two.start())
    yield one, two
    await asyncio.gather(one.stop(), two.stop())


def ana(*, mver: int = 1) -> Enter:
    known = msgspec.convert(settings(), Settings)
    film = msgspec.convert(FILM, Media)
    return Enter("ana", mver, Role.HOST, "Ana", False, None, False, known, film, None)


def play(cid: str, op: Operation = Operation.PLAY) -> Request:
    return Request("ana", Command(cid, op, 1), lead_ms=200.0)


def say(cid: str, text: str = "hello") -> Request:
    return Request("ana", Chat(cid, text))


async def test_two_relays_hear_one_order(pair: tuple[RedisBus, RedisBus]) -> None:
    """Lines and commands given to both at once are heard by both in the same order, each once."""
    ears = Ear(), Ear()
    for bus, ear in zip(pair, ears, strict=True):
        await bus.listen("room", ear)
    await pair[0].apply("room", ana())
    ops = [Operation.PLAY, Operation.PAUSE] * 5
    await asyncio.gather(
        *(bus.apply("room", say(f"s{n}-{i}", f"{n}-{i}")) for n, bus in enumerate(pair) for i in range(10)),
        *(bus.apply("room", play(f"p{n}-{i}", op)) for n, bus in enumerate(pair) for i, op in enumerate(ops)),
    )
    for ear in ears:
        await ear.until(lambda ear=ear: sum(1 for kind, _ in ear.told if kind != "rev") == 20)  # type: ignore[misc]
    last = [bus.apply("room", say(f"last{n}", "end")) for n, bus in enumerate(pair)]
    await asyncio.gather(*last)
    for ear in ears:
        await ear.until(lambda ear=ear: [text for text, _ in ear.told].count("end") == 2)  # type: ignore[misc]
    assert ears[0].told == ears[1].told
    assert [seq for kind, seq in ears[0].told if kind != "rev"] == list(range(1, 23))


async def test_a_retry_on_the_other_relay_gets_the_same_answer(pair: tuple[RedisBus, RedisBus]) -> None:
    """O2: what one relay did before it died is not done again by the next."""
    ear = Ear()
    await pair[1].listen("room", ear)
    await pair[0].apply("room", ana())
    assert await pair[0].apply("room", say("c1")) == Ack(cid="c1", seq=1)
    assert await pair[1].apply("room", say("c1")) == Ack(cid="c1", seq=1)
    assert [seq for kind, seq in ear.told if kind != "rev"] == [1]


async def test_announcements_reach_the_other_relay_once(pair: tuple[RedisBus, RedisBus]) -> None:
    """B12 between processes: the announcing relay does not hear its own echo."""
    ears = Ear(), Ear()
    for bus, ear in zip(pair, ears, strict=True):
        await bus.listen("room", ear)
    first, second = (Reacted(by="ana", name="Ana", emoji=emoji, pos_s=1.0) for emoji in "🎉👏")
    pair[0].announce("room", first)
    await ears[1].until(lambda: first in ears[1].heard)
    pair[1].announce("room", second)
    await ears[0].until(lambda: second in ears[0].heard)
    assert [ear.heard for ear in ears] == [[first, second], [first, second]]


async def test_rolls_reach_the_others_and_those_who_come_later(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """P1: told to who listens, kept for who opens the room afterwards, taken away with the last person."""
    early, late = Ear(), Ear()
    await pair[0].listen("room", Ear())
    await pair[1].listen("room", early)
    snapshot = PresenceSnapshot(relay=pair[0].relay_name, at_ms=pair[0].now_ms(), total=1)
    pair[0].publish_presence("room", snapshot)
    await early.until(lambda: snapshot in early.heard)
    pair[1].leave("room", early)
    await pair[1].listen("room", late)
    await late.until(lambda: snapshot in late.heard)
    pair[0].publish_presence("room", PresenceSnapshot(relay=pair[0].relay_name, at_ms=pair[0].now_ms()))
    await late.until(lambda: any(isinstance(heard, PresenceSnapshot) and heard.total == 0 for heard in late.heard))
    async with Redis.from_url(redis_server.url) as redis:
        assert await redis.hgetall("wp1:{room}:rolls") == {}


async def test_one_relay_looks_after_a_room_until_it_leaves(pair: tuple[RedisBus, RedisBus]) -> None:
    """B14 between processes: never both, and the other takes over."""
    ears = Ear(), Ear()
    for bus, ear in zip(pair, ears, strict=True):
        await bus.listen("room", ear)
    assert [bus.holds_lease("room") for bus in pair] == [True, False]
    pair[0].leave("room", ears[0])
    await eventually_async("the other takes over", lambda: pair[1].holds_lease("room"), within_s=PATIENCE_S)


async def test_a_film_that_ran_on_where_nobody_was_stops_where_they_left(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """K13: all relays of the room were killed; who comes back an hour later finds the place, not the end."""
    ear = Ear()
    await pair[0].listen("room", ear)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", play("p1"))
    pair[0].leave("room", ear)
    played = next(heard.room.clock for heard in reversed(ear.heard) if isinstance(heard, Committed))
    left_ms = played.t0_ms + 30_000
    async with Redis.from_url(redis_server.url) as redis:
        await redis.set("wp1:{room}:seen", repr(left_ms))
    late = RedisBus(redis_server.url, time=Ahead(3_600_000.0))
    await late.start()
    room = await late.listen("room", Ear())
    assert room.clock.mode is Mode.PAUSED
    assert room.clock.pos_s == pytest.approx(30.0)
    await late.stop()


async def test_an_older_deployment_learns_of_the_newer_one(redis_server: RedisServer) -> None:
    """F3: by the number alone, whichever started last; without a number nobody is older."""
    redis_server.flush()
    buses = [RedisBus(redis_server.url, revision=revision) for revision in (3, 2, 0)]
    await asyncio.gather(*(bus.start() for bus in buses))
    await eventually_async("the older revision knows", lambda: buses[1].superseded, within_s=PATIENCE_S)
    assert [bus.superseded for bus in buses] == [False, True, False]
    await asyncio.gather(*(bus.stop() for bus in buses))


async def test_a_redis_that_may_drop_rooms_is_warned_of(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Memorystore's default evicts: the operator should know, and the relay works all the same."""
    async with Redis.from_url(redis_server.url) as redis:
        await redis.config_set("maxmemory-policy", "volatile-lru")
        bus = RedisBus(redis_server.url)
        await bus.start()
        await bus.stop()
        await redis.config_set("maxmemory-policy", "noeviction")
    assert [record.levelname for record in caplog.records if "maxmemory-policy" in record.message] == ["WARNING"]


async def test_many_changes_at_once_are_few_steps(pair: tuple[RedisBus, RedisBus], redis_server: RedisServer) -> None:
    """A hundred who come back to one room cost Redis a handful of scripts, and those who never left none."""
    await pair[0].listen("room", Ear())
    await pair[0].apply("room", ana())
    async with Redis.from_url(redis_server.url) as redis:
        before = int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"])
        people = [msgspec.structs.replace(ana(), participant_id=f"p{n}") for n in range(100)]
        await asyncio.gather(*(pair[0].apply("room", person) for person in people))
        await asyncio.gather(*(pair[0].apply("room", person) for person in people))
        assert int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]) - before <= 4


async def test_relays_agree_on_room_time(pair: tuple[RedisBus, RedisBus]) -> None:
    """Room time is Redis's, by the same name, and does not go back."""
    assert abs(pair[0].now_ms() - pair[1].now_ms()) < JUMP_MS
    assert pair[0].clock_name == pair[1].clock_name != ""
    instants = [pair[0].now_ms() for _ in range(100)]
    assert instants == sorted(instants)


async def test_a_flushed_redis_gets_the_room_back_and_the_clock_does_not_jump(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """All data gone: both relays go on in one new epoch, with log and marks, within fifty milliseconds of the film."""
    ears = Ear(), Ear()
    for bus, ear in zip(pair, ears, strict=True):
        await bus.listen("room", ear)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", say("c1"))
    await pair[0].apply("room", play("p1"))
    await ears[1].until(lambda: ("rev", 2) in ears[1].told)
    before = ears[1].heard[-1]
    assert isinstance(before, Committed)
    redis_server.flush()
    for ear in ears:
        await ear.until(lambda ear=ear: bool(ear.renewals))  # type: ignore[misc]
    now_ms = pair[0].now_ms()
    expected_s = playback.position_at(before.room.clock, now_ms)
    for room in (ears[0].renewals[-1], ears[1].renewals[-1]):
        assert room.epoch > before.room.epoch
        assert abs(playback.position_at(room.clock, now_ms) - expected_s) * 1000 <= JUMP_MS
        assert [entry.seq for entry in room.log] == [1]
    assert await pair[1].apply("room", say("c2")) == Ack(cid="c2", seq=2)
    assert ears[0].renewals[-1].epoch == ears[1].renewals[-1].epoch


async def test_a_rolled_back_redis_is_noticed(pair: tuple[RedisBus, RedisBus], redis_server: RedisServer) -> None:
    """A failover to a copy that lacks the last steps begins a new epoch; what was said stays said."""
    ear = Ear()
    await pair[0].listen("room", ear)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", say("c1"))
    async with Redis.from_url(redis_server.url) as redis:
        keys = [key async for key in redis.scan_iter("wp1:*")]
        copy = {key: await redis.dump(key) for key in keys}
        await pair[0].apply("room", say("c2"))
        await redis.flushall()
        for key, value in copy.items():
            assert value is not None
            await redis.restore(key, 0, value)
    assert await pair[0].apply("room", say("c3")) == Ack(cid="c3", seq=3)
    assert len(ear.renewals) == 1
    late = await pair[1].listen("room", Ear())
    assert [entry.seq for entry in late.log] == [1, 2, 3]


async def test_nobody_hears_before_they_have_the_room(pair: tuple[RedisBus, RedisBus]) -> None:
    """B1: what the others do meanwhile is in the room that is given, or heard afterwards."""
    await pair[0].listen("room", Ear())
    await pair[0].apply("room", ana())
    for attempt in range(10):
        ear = Ear()
        saying = asyncio.gather(*(pair[0].apply("room", say(f"c{attempt}-{n}")) for n in range(20)))
        room = await pair[1].listen("room", ear)
        assert ear.heard == []
        await saying
        rest = [("hello", seq) for seq in range(room.seq + 1, 20 * (attempt + 1) + 1)]
        await ear.until(lambda ear=ear, rest=rest: len(ear.told) >= len(rest))  # type: ignore[misc]
        assert ear.told == rest
        pair[1].leave("room", ear)


async def test_a_listener_that_fails_silences_nobody(pair: tuple[RedisBus, RedisBus]) -> None:
    """One room's fault is not the other rooms', nor its other listeners'."""

    def failing(_: BusEvent) -> None:
        raise LookupError("on purpose")

    ear = Ear()
    await pair[1].listen("room", failing)
    await pair[1].listen("room", ear)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", say("c1"))
    await ear.until(lambda: ear.told[-1:] == [("hello", 1)])


@pytest.mark.parametrize(
    "payload", [b"\xff not JSON", b"{}", b'{"type":"Step"}'], ids=["noise", "empty", "half a step"]
)
async def test_a_message_that_cannot_be_read_deafens_nobody(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer, payload: bytes
) -> None:
    """A newer relay may say what this one does not know: it listens anew, and what was told meanwhile is not missed."""
    ear = Ear()
    await pair[1].listen("room", ear)
    await pair[0].apply("room", ana())
    async with Redis.from_url(redis_server.url) as stranger:
        assert await stranger.publish(channel_of("room"), payload) > 0
    for number in range(3):
        await pair[0].apply("room", say(f"c{number}"))
    await ear.until(lambda: ear.told[-3:] == [("hello", 1), ("hello", 2), ("hello", 3)])


async def test_who_comes_from_another_relay_finds_what_this_one_has_not_heard_yet(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """L1, K2: a relay that is deaf for a moment asks before it lets somebody in, also somebody whom it knows."""
    ears = Ear(), Ear()
    for bus, ear in zip(pair, ears, strict=True):
        await bus.listen("room", ear)
        await bus.apply("room", ana())
    async with Redis.from_url(redis_server.url) as redis:
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await pair[0].apply("room", say("c1"))
    await pair[1].apply("room", ana())
    assert ears[1].told == [("hello", 1)]


async def test_after_a_restart_of_redis_the_first_change_begins_a_new_epoch(tmp_path: Path) -> None:
    """K2: steps that people were told of may be missing, which a relay that has just come cannot know."""
    with redis_running(tmp_path) as server:
        before, after, ear = RedisBus(server.url), RedisBus(server.url), Ear()
        await before.start()
        await before.listen("room", Ear())
        await before.apply("room", ana())
        told = await before.listen("room", Ear())
        server.save()
        await before.apply("room", say("c1"))
        await before.stop()
        server.kill()
        await asyncio.to_thread(server.start)
        await after.start()
        assert (await after.listen("room", ear)).epoch == told.epoch
        await after.apply("room", ana())
        assert [room.epoch > told.epoch for room in ear.renewals] == [True]
        assert await after.apply("room", say("c2")) == Ack(cid="c2", seq=1)
        assert len(ear.renewals) == 1
        await after.stop()


async def test_without_redis_nothing_happens_and_afterwards_all_goes_on() -> None:
    """Redis killed: a change is refused as not durable; Redis back and empty: the room is there again, renewed."""
    with redis_running() as server:
        bus, ear = RedisBus(server.url), Ear()
        await bus.start()
        await bus.listen("room", ear)
        await bus.apply("room", ana())
        server.kill()
        with pytest.raises(BusUnavailable):
            await bus.apply("room", say("c1"))
        with pytest.raises(BusUnavailable):
            await bus.listen("other", Ear())
        await asyncio.to_thread(server.start)
        await ear.until(lambda: bool(ear.renewals))
        assert await bus.apply("room", say("c1")) == Ack(cid="c1", seq=1)
        assert [told for told in ear.told if told[0] == "hello"] == [("hello", 1)]
        await bus.stop()

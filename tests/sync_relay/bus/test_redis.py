"""Two relays on one real Redis: one order, one time, and what happens when Redis is flushed, killed or rolled back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from fakes.relay.redis_server import RedisServer, redis_running
from fakes.relay.tokens import FILM, settings
from fakes.waiting import eventually_async
from watchparty_relay.bus.port import BusEvent, Committed, EpochReset
from watchparty_relay.bus.redis import MAX_CONNECTIONS, RedisBus
from watchparty_relay.bus.redis_rooms import channel_of
from watchparty_relay.bus.redis_time import SAMPLES
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.metrics import Metrics
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
    """A machine on which much time has passed since it asked Redis for the time."""

    def __init__(self, by_ms: float) -> None:
        self._machine = MachineTime()
        self._by_ms, self._asked = by_ms, 0

    def wall_ms(self) -> float:
        return self._machine.wall_ms()

    def monotonic_ms(self) -> float:
        self._asked += 1
        return self._machine.monotonic_ms() + (self._by_ms if self._asked > 2 * SAMPLES else 0.0)

    def boot_ms(self) -> float:
        return self._machine.boot_ms()


class Recorder:
    """A listener that records what it receives, and can be waited for."""

    def __init__(self) -> None:
        self.received: list[BusEvent] = []
        self._more = asyncio.Event()

    def __call__(self, event: BusEvent) -> None:
        self.received.append(event)
        self._more.set()

    async def until(self, found: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not found():
                self._more.clear()
                await self._more.wait()

    async def until_it(self, found: Callable[["Recorder"], bool]) -> None:
        """For loops over recorders: the condition gets the recorder as its argument."""
        await self.until(lambda: found(self))

    def has_at_least(self, count: int) -> bool:
        return len(self.states_and_lines) >= count

    @property
    def states_and_lines(self) -> list[tuple[str, int]]:
        """In the order in which they were received."""
        events = [event for commit in self.received if isinstance(commit, Committed) for event in commit.events]
        shown = [event for event in events if isinstance(event, State | ChatEntry)]
        return [("rev", e.rev) if isinstance(e, State) else (e.text, e.seq) for e in shown]

    @property
    def lines(self) -> list[tuple[str, int]]:
        return [(text, seq) for text, seq in self.states_and_lines if text != "rev"]

    @property
    def resets(self) -> list[Room]:
        return [event.room for event in self.received if isinstance(event, EpochReset)]


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


def chat_request(cid: str, text: str = "hello") -> Request:
    return Request("ana", Chat(cid, text))


async def test_two_relays_receive_one_order(pair: tuple[RedisBus, RedisBus]) -> None:
    """Lines and commands sent to both at once are received by both in the same order, once each."""
    recorders = Recorder(), Recorder()
    for bus, recorder in zip(pair, recorders, strict=True):
        await bus.listen("room", recorder)
    await pair[0].apply("room", ana())
    ops = [Operation.PLAY, Operation.PAUSE] * 5
    await asyncio.gather(
        *(bus.apply("room", chat_request(f"s{n}-{i}", f"{n}-{i}")) for n, bus in enumerate(pair) for i in range(10)),
        *(bus.apply("room", play(f"p{n}-{i}", op)) for n, bus in enumerate(pair) for i, op in enumerate(ops)),
    )
    for recorder in recorders:
        await recorder.until_it(lambda it: len(it.lines) == 20)
    last = [bus.apply("room", chat_request(f"last{n}", "end")) for n, bus in enumerate(pair)]
    await asyncio.gather(*last)
    for recorder in recorders:
        await recorder.until_it(lambda it: len(it.lines) == 22)
    assert recorders[0].states_and_lines == recorders[1].states_and_lines
    assert [seq for _, seq in recorders[0].lines] == list(range(1, 23))


async def test_a_retry_on_the_other_relay_gets_the_same_answer(pair: tuple[RedisBus, RedisBus]) -> None:
    """O2: what one relay committed before it died is not repeated by the next."""
    recorder = Recorder()
    await pair[1].listen("room", recorder)
    await pair[0].apply("room", ana())
    assert await pair[0].apply("room", chat_request("c1")) == Ack(cid="c1", seq=1)
    assert await pair[1].apply("room", chat_request("c1")) == Ack(cid="c1", seq=1)
    assert [seq for kind, seq in recorder.states_and_lines if kind != "rev"] == [1]


async def test_announcements_reach_the_other_relay_once(pair: tuple[RedisBus, RedisBus]) -> None:
    """B12 between processes: the announcing relay does not receive its own echo."""
    recorders = Recorder(), Recorder()
    for bus, recorder in zip(pair, recorders, strict=True):
        await bus.listen("room", recorder)
    first, second = (Reacted(by="ana", name="Ana", emoji=emoji, pos_s=1.0) for emoji in "🎉👏")
    pair[0].announce("room", first)
    await recorders[1].until(lambda: first in recorders[1].received)
    pair[1].announce("room", second)
    await recorders[0].until(lambda: second in recorders[0].received)
    assert [recorder.received for recorder in recorders] == [[first, second], [first, second]]


async def test_snapshots_reach_other_relays_now_and_later(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """P1: sent to relays that listen, stored for those that open the room later, deleted with the last member."""
    early, late = Recorder(), Recorder()
    await pair[0].listen("room", Recorder())
    await pair[1].listen("room", early)
    snapshot = PresenceSnapshot(relay=pair[0].relay_name, at_ms=pair[0].now_ms(), total=1)
    pair[0].publish_presence("room", snapshot)
    await early.until(lambda: snapshot in early.received)
    pair[1].leave("room", early)
    await pair[1].listen("room", late)
    await late.until(lambda: snapshot in late.received)
    pair[0].publish_presence("room", PresenceSnapshot(relay=pair[0].relay_name, at_ms=pair[0].now_ms()))
    await late.until(lambda: any(isinstance(event, PresenceSnapshot) and event.total == 0 for event in late.received))
    async with Redis.from_url(redis_server.url) as redis:
        assert await redis.hgetall("wp1:{room}:rolls") == {}


async def test_one_relay_holds_the_lease_until_it_leaves(pair: tuple[RedisBus, RedisBus]) -> None:
    """B14 between processes: never both, and then the other takes over."""
    recorders = Recorder(), Recorder()
    for bus, recorder in zip(pair, recorders, strict=True):
        await bus.listen("room", recorder)
    assert [bus.holds_lease("room") for bus in pair] == [True, False]
    pair[0].leave("room", recorders[0])
    await eventually_async("the other takes over", lambda: pair[1].holds_lease("room"), within_s=PATIENCE_S)


async def test_a_film_that_played_on_in_an_empty_room_is_paused_where_it_was_left(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """K13: all relays of the room were killed; a member who returns an hour later finds the position, not the end."""
    recorder = Recorder()
    await pair[0].listen("room", recorder)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", play("p1"))
    pair[0].leave("room", recorder)
    played = next(event.room.clock for event in reversed(recorder.received) if isinstance(event, Committed))
    left_ms = played.t0_ms + 30_000
    async with Redis.from_url(redis_server.url) as redis:
        await redis.set("wp1:{room}:seen", repr(left_ms))
    late = RedisBus(redis_server.url, time=Ahead(3_600_000.0))
    await late.start()
    room = await late.listen("room", Recorder())
    assert room.clock.mode is Mode.PAUSED
    assert room.clock.pos_s == pytest.approx(30.0)
    await late.stop()


async def test_an_older_deployment_detects_the_newer_one(redis_server: RedisServer) -> None:
    """F3: by the number alone, whichever started last; a relay without a number is never older."""
    redis_server.flush()
    buses = [RedisBus(redis_server.url, revision=revision) for revision in (3, 2, 0)]
    await asyncio.gather(*(bus.start() for bus in buses))
    await eventually_async("the older revision knows", lambda: buses[1].superseded, within_s=PATIENCE_S)
    assert [bus.superseded for bus in buses] == [False, True, False]
    await asyncio.gather(*(bus.stop() for bus in buses))


async def test_a_redis_that_may_evict_rooms_is_logged(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Memorystore's default evicts: the operator should know, and the relay works nevertheless."""
    async with Redis.from_url(redis_server.url) as redis:
        await redis.config_set("maxmemory-policy", "volatile-lru")
        bus = RedisBus(redis_server.url)
        await bus.start()
        await bus.stop()
        await redis.config_set("maxmemory-policy", "noeviction")
    assert [record.levelname for record in caplog.records if "maxmemory-policy" in record.message] == ["WARNING"]


async def test_many_changes_at_once_are_few_commits(pair: tuple[RedisBus, RedisBus], redis_server: RedisServer) -> None:
    """A hundred members who join one room cost Redis a handful of scripts, and those who reconnect none."""
    await pair[0].listen("room", Recorder())
    await pair[0].apply("room", ana())
    async with Redis.from_url(redis_server.url) as redis:
        before = int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"])
        people = [msgspec.structs.replace(ana(), participant_id=f"p{n}") for n in range(100)]
        await asyncio.gather(*(pair[0].apply("room", person) for person in people))
        await asyncio.gather(*(pair[0].apply("room", person) for person in people))
        assert int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]) - before <= 4


async def test_a_burst_waits_for_free_connections(pair: tuple[RedisBus, RedisBus]) -> None:
    """More rooms change at once than there are connections: each change waits for one, and none is refused."""
    rooms = [f"room-{number}" for number in range(MAX_CONNECTIONS + 50)]
    await asyncio.gather(*(pair[0].listen(room, Recorder()) for room in rooms))
    outcomes = await asyncio.gather(*(pair[0].apply(room, ana()) for room in rooms), return_exceptions=True)
    assert [each for each in outcomes if isinstance(each, Exception)] == []


async def test_relays_agree_on_room_time(pair: tuple[RedisBus, RedisBus]) -> None:
    """Room time is Redis's, has the same name on both, and does not go back."""
    assert abs(pair[0].now_ms() - pair[1].now_ms()) < JUMP_MS
    assert pair[0].clock_name == pair[1].clock_name != ""
    instants = [pair[0].now_ms() for _ in range(100)]
    assert instants == sorted(instants)


async def test_a_flushed_redis_is_refilled_and_the_clock_does_not_jump(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """Both relays continue in one new epoch, with log and members, within fifty milliseconds of the film's position."""
    recorders = Recorder(), Recorder()
    for bus, recorder in zip(pair, recorders, strict=True):
        await bus.listen("room", recorder)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", chat_request("c1"))
    await pair[0].apply("room", play("p1"))
    await recorders[1].until(lambda: ("rev", 2) in recorders[1].states_and_lines)
    before = recorders[1].received[-1]
    assert isinstance(before, Committed)
    redis_server.flush()
    for recorder in recorders:
        await recorder.until_it(lambda it: bool(it.resets))
    now_ms = pair[0].now_ms()
    expected_s = playback.position_at(before.room.clock, now_ms)
    for room in (recorders[0].resets[-1], recorders[1].resets[-1]):
        assert room.epoch > before.room.epoch
        assert abs(playback.position_at(room.clock, now_ms) - expected_s) * 1000 <= JUMP_MS
        assert [entry.seq for entry in room.log] == [1]
    assert await pair[1].apply("room", chat_request("c2")) == Ack(cid="c2", seq=2)
    assert recorders[0].resets[-1].epoch == recorders[1].resets[-1].epoch


async def test_a_rolled_back_redis_is_detected(pair: tuple[RedisBus, RedisBus], redis_server: RedisServer) -> None:
    """A failover to a copy without the last commits begins a new epoch; what was posted remains."""
    recorder = Recorder()
    await pair[0].listen("room", recorder)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", chat_request("c1"))
    async with Redis.from_url(redis_server.url) as redis:
        keys = [key async for key in redis.scan_iter("wp1:*")]
        copy = {key: await redis.dump(key) for key in keys}
        await pair[0].apply("room", chat_request("c2"))
        await redis.flushall()
        for key, value in copy.items():
            assert value is not None
            await redis.restore(key, 0, value)
    assert await pair[0].apply("room", chat_request("c3")) == Ack(cid="c3", seq=3)
    assert len(recorder.resets) == 1
    late = await pair[1].listen("room", Recorder())
    assert [entry.seq for entry in late.log] == [1, 2, 3]


async def test_a_listener_receives_nothing_before_it_has_the_room(pair: tuple[RedisBus, RedisBus]) -> None:
    """B1: concurrent changes are in the room that is returned, or are received afterwards."""
    await pair[0].listen("room", Recorder())
    await pair[0].apply("room", ana())
    for attempt in range(10):
        recorder = Recorder()
        posting = asyncio.gather(*(pair[0].apply("room", chat_request(f"c{attempt}-{n}")) for n in range(20)))
        room = await pair[1].listen("room", recorder)
        assert recorder.received == []
        await posting
        rest = [("hello", seq) for seq in range(room.seq + 1, 20 * (attempt + 1) + 1)]
        await recorder.until(partial(recorder.has_at_least, len(rest)))
        assert recorder.states_and_lines == rest
        pair[1].leave("room", recorder)


async def test_a_failing_listener_affects_no_other(pair: tuple[RedisBus, RedisBus]) -> None:
    """Neither other rooms nor other listeners of the same room."""

    def failing(_: BusEvent) -> None:
        raise LookupError("on purpose")

    recorder = Recorder()
    await pair[1].listen("room", failing)
    await pair[1].listen("room", recorder)
    await pair[0].apply("room", ana())
    await pair[0].apply("room", chat_request("c1"))
    await recorder.until(lambda: recorder.states_and_lines[-1:] == [("hello", 1)])


@pytest.mark.parametrize(
    "payload", [b"\xff not JSON", b"{}", b'{"type":"Step"}'], ids=["noise", "empty", "incomplete delta"]
)
async def test_an_unreadable_message_interrupts_no_one(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer, payload: bytes
) -> None:
    """A newer relay may send what this one does not know: it subscribes again, and misses nothing in between."""
    recorder = Recorder()
    await pair[1].listen("room", recorder)
    await pair[0].apply("room", ana())
    async with Redis.from_url(redis_server.url) as other:
        assert await other.publish(channel_of("room"), payload) > 0
    for number in range(3):
        await pair[0].apply("room", chat_request(f"c{number}"))
    await recorder.until(lambda: recorder.states_and_lines[-3:] == [("hello", 1), ("hello", 2), ("hello", 3)])


async def test_a_member_from_another_relay_finds_what_this_one_has_not_received_yet(
    pair: tuple[RedisBus, RedisBus], redis_server: RedisServer
) -> None:
    """L1, K2: a relay that misses messages asks Redis before it lets a member in, even one that it knows."""
    recorders = Recorder(), Recorder()
    for bus, recorder in zip(pair, recorders, strict=True):
        await bus.listen("room", recorder)
        await bus.apply("room", ana())
    async with Redis.from_url(redis_server.url) as redis:
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await pair[0].apply("room", chat_request("c1"))
    await pair[1].apply("room", ana())
    assert recorders[1].states_and_lines == [("hello", 1)]


async def test_after_a_restart_of_redis_the_first_change_begins_a_new_epoch(tmp_path: Path) -> None:
    """K2: changes that clients have seen may be missing, which a relay that has just started cannot know."""
    with redis_running(tmp_path) as server:
        before, after, recorder = RedisBus(server.url), RedisBus(server.url), Recorder()
        await before.start()
        await before.listen("room", Recorder())
        await before.apply("room", ana())
        room = await before.listen("room", Recorder())
        server.save()
        await before.apply("room", chat_request("c1"))
        await before.stop()
        server.kill()
        await asyncio.to_thread(server.start)
        await after.start()
        assert (await after.listen("room", recorder)).epoch == room.epoch
        await after.apply("room", ana())
        assert [reset.epoch > room.epoch for reset in recorder.resets] == [True]
        assert await after.apply("room", chat_request("c2")) == Ack(cid="c2", seq=1)
        assert len(recorder.resets) == 1
        await after.stop()


async def test_without_redis_changes_are_refused_and_afterwards_the_room_continues() -> None:
    """While Redis is down, a change is refused as not durable; when it is back and empty, the room is restored. The
    gauge `redis_up`, which the alert redis_down reads, follows.
    """
    with redis_running() as server:
        metrics = Metrics()
        bus, recorder = RedisBus(server.url, metrics=metrics), Recorder()
        await bus.start()
        await bus.listen("room", recorder)
        await bus.apply("room", ana())
        server.kill()
        with pytest.raises(BusUnavailable):
            await bus.apply("room", chat_request("c1"))
        with pytest.raises(BusUnavailable):
            await bus.listen("other", Recorder())
        assert metrics.redis_up == 0
        await asyncio.to_thread(server.start)
        await recorder.until(lambda: bool(recorder.resets))
        assert await bus.apply("room", chat_request("c1")) == Ack(cid="c1", seq=1)
        assert [line for line in recorder.states_and_lines if line[0] == "hello"] == [("hello", 1)]
        await eventually_async("redis_up is 1 again", lambda: metrics.redis_up == 1, within_s=30)
        await bus.stop()

"""What every bus promises, on every adapter: order, durability before notification, the same answer twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from fakes.relay.lease import MemoryLeaseStore
from fakes.relay.redis_server import RedisServer
from fakes.relay.tokens import FILM, ManualTime, settings
from watchparty_relay.bus.journal import Journal
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.bus.port import Bus, BusEvent, Committed
from watchparty_relay.bus.redis import RedisBus
from watchparty_relay.lease.keeper import LeaseKeeper
from watchparty_relay.lease.leased_bus import LeasedBus
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Command, Nack, Reacted, State
from watchparty_relay.protocol.notices import MuteNotice, RemoveNotice
from watchparty_relay.protocol.values import ErrorCode, Media, NackCode, Operation, Role, Settings
from watchparty_relay.reporting.room_events import commit_events
from watchparty_relay.rules.changes import Enter, Refusal, Release, Request

pytestmark = pytest.mark.anyio

PATIENCE_MS = 10_000.0


class Recorder:
    """A listener that records what it receives, in order."""

    def __init__(self) -> None:
        self.received: list[BusEvent] = []

    def __call__(self, event: BusEvent) -> None:
        self.received.append(event)

    @property
    def events(self) -> list[object]:
        return [event for commit in self.received if isinstance(commit, Committed) for event in commit.events]

    @property
    def revs(self) -> list[int]:
        return [event.rev for event in self.events if isinstance(event, State)]

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events if isinstance(event, ChatEntry)]


@pytest.fixture(params=["memory", "leased", "journal", pytest.param("redis", marks=pytest.mark.service)])
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bus]:
    bus: Bus
    match request.param:
        case "redis":
            server: RedisServer = request.getfixturevalue("redis_server")
            server.flush()
            bus = RedisBus(server.url)
        case "leased":
            time = ManualTime()
            bus = LeasedBus(MemoryBus(time=time), LeaseKeeper(MemoryLeaseStore(), now_ms=time.boot_ms))
        case kind:
            journal = Journal(tmp_path / "relay.sqlite", commit_events=commit_events) if kind == "journal" else None
            bus = MemoryBus(journal=journal, time=ManualTime())
    await bus.start()
    yield bus
    await bus.stop()


def enter_change(participant_id: str, *, mver: int = 1, role: Role = Role.HOST) -> Enter:
    return Enter(
        participant_id=participant_id,
        mver=mver,
        role=role,
        name=participant_id.title(),
        acct=False,
        ctl=None,
        muted=False,
        settings=msgspec.convert(settings(), Settings),
        media=msgspec.convert(FILM, Media),
        seed=None,
    )


def play(cid: str, op: Operation = Operation.PLAY, by: str = "ana") -> Request:
    return Request(by, Command(cid, op, 1), lead_ms=200.0)


def chat_request(cid: str, text: str = "hello", by: str = "ana") -> Request:
    return Request(by, Chat(cid, text))


async def test_listening_creates_the_room(bus: Bus) -> None:
    """B1: listening returns the room as it is now, and creates it if there is none."""
    room = await bus.listen("room", Recorder())
    assert (room.id, room.clock.rev, room.seq) == ("room", 0, 0)
    assert 0 <= bus.now_ms() - room.epoch < PATIENCE_MS


async def test_listeners_receive_every_later_change_once_and_in_order(bus: Bus) -> None:
    """B2: one order for all listeners; a later one starts from the room as it is then."""
    early, late = Recorder(), Recorder()
    await bus.listen("room", early)
    await bus.apply("room", enter_change("ana"))
    await bus.apply("room", play("c1"))
    room = await bus.listen("room", late)
    await bus.apply("room", play("c2", Operation.PAUSE))
    await bus.apply("room", play("c3"))
    assert early.revs == [1, 2, 3, 4]
    assert (room.clock.rev, late.revs) == (2, [3, 4])


async def test_the_caller_is_answered_last(bus: Bus) -> None:
    """B3, O3: when `apply` returns, every listener has been notified."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    answer = await bus.apply("room", play("c1"))
    assert answer == Ack(cid="c1", rev=recorder.revs[-1])


async def test_commands_that_arrive_together_get_revs_of_their_own(bus: Bus) -> None:
    """B4, K2: fifty changes at once get fifty revs, without gaps or duplicates."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    ops = [Operation.PLAY, Operation.PAUSE] * 25
    answers = await asyncio.gather(*(bus.apply("room", play(f"c{i}", op)) for i, op in enumerate(ops)))
    revs = [answer.rev for answer in answers if isinstance(answer, Ack)]
    assert revs == list(range(2, 52))
    assert recorder.revs == list(range(1, 52))


async def test_seq_has_no_gaps_however_many_post_at_once(bus: Bus) -> None:
    """B5, L1: each entry has the next number."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    await asyncio.gather(*(bus.apply("room", chat_request(f"c{i}")) for i in range(40)))
    assert recorder.seqs == list(range(1, 41))


async def test_the_same_cid_gets_the_same_answer_and_changes_nothing(bus: Bus) -> None:
    """B6, O2: even when both arrive at once, and even when the answer is a refusal."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    first, second = await asyncio.gather(bus.apply("room", chat_request("c1")), bus.apply("room", chat_request("c1")))
    assert first == second == Ack(cid="c1", seq=1)
    assert recorder.seqs == [1]
    stranger = await bus.apply("room", play("c1", by="bob"))
    assert stranger == Nack(cid="c1", code=NackCode.WAITING)


async def test_a_cid_belongs_to_its_participant(bus: Bus) -> None:
    """B7, O2: two participants can choose the same."""
    await bus.apply("room", enter_change("ana"))
    await bus.apply("room", enter_change("bob"))
    assert await bus.apply("room", chat_request("c1")) == Ack(cid="c1", seq=1)
    assert await bus.apply("room", chat_request("c1", by="bob")) == Ack(cid="c1", seq=2)


async def test_rooms_do_not_affect_each_other(bus: Bus) -> None:
    """B8: another room's changes are neither received nor counted."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("other", enter_change("ana"))
    await bus.apply("other", play("c1"))
    assert recorder.received == []
    assert await bus.apply("room", play("c1")) == Nack(cid="c1", code=NackCode.WAITING)


async def test_a_listener_that_left_receives_nothing_and_the_room_remains(bus: Bus) -> None:
    """B9: a room without listeners may be forgotten only if it can be loaded again."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    (opened,) = [event for event in recorder.events if isinstance(event, State)]
    await bus.apply("room", chat_request("c1"))
    bus.leave("room", recorder)
    await bus.apply("room", chat_request("c2"))
    again = await bus.listen("room", Recorder())
    assert recorder.seqs == [1]
    assert (again.epoch, again.seq, again.clock.rev) == (opened.epoch, 2, 1)
    assert await bus.apply("room", chat_request("c1")) == Ack(cid="c1", seq=1)


async def test_member_records_are_stored_even_for_a_room_that_no_one_has_opened(bus: Bus) -> None:
    """B10, M3: a removal that arrives first keeps an older token out."""
    await bus.apply("room", RemoveNotice(id="n1", room="room", participant_id="ana", mver=2))
    assert await bus.apply("room", enter_change("ana", mver=1)) == Refusal(ErrorCode.REMOVED)
    assert await bus.apply("room", enter_change("ana", mver=3)) is None


async def test_a_proposal_for_an_older_clock_changes_nothing(bus: Bus) -> None:
    """B11: a relay's proposal applies only to the clock that it was made for."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    await bus.apply("room", play("c1"))
    await bus.apply("room", Release(rev=1, lead_ms=100.0))
    assert recorder.revs == [1, 2]


async def test_an_announcement_reaches_all_listeners_of_the_room(bus: Bus) -> None:
    """B12: it is not stored, so it reaches only those who listen now."""
    one, two, other = Recorder(), Recorder(), Recorder()
    await bus.listen("room", one)
    await bus.listen("room", two)
    await bus.listen("other", other)
    reaction = Reacted(by="ana", name="Ana", emoji="🎉", pos_s=1.0)
    bus.announce("room", reaction)
    assert (one.received, two.received, other.received) == ([reaction], [reaction], [])


async def test_notices_are_idempotent(bus: Bus) -> None:
    """B13, M5: delivered twice, received once."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    await bus.apply("room", enter_change("ana"))
    before = len(recorder.events)
    for _ in range(2):
        await bus.apply("room", MuteNotice(id="n1", room="room", participant_id="ana", mver=2, muted=True))
    assert len(recorder.events) == before + 1
    assert await bus.apply("room", chat_request("c1")) == Nack(cid="c1", code=NackCode.MUTED)


async def test_an_open_room_has_a_lease_holder(bus: Bus) -> None:
    """B14: one of the relays that have a room open acts on its behalf."""
    recorder = Recorder()
    assert not bus.holds_lease("room")
    await bus.listen("room", recorder)
    assert bus.holds_lease("room")
    bus.leave("room", recorder)
    await bus.listen("room", recorder)
    assert bus.holds_lease("room")


async def test_a_relay_does_not_receive_its_own_snapshot(bus: Bus) -> None:
    """B15: snapshots are for the other relays."""
    recorder = Recorder()
    await bus.listen("room", recorder)
    bus.publish_presence("room", PresenceSnapshot(relay=bus.relay_name, at_ms=bus.now_ms(), total=3))
    await bus.apply("room", enter_change("ana"))
    assert not [each for each in recorder.received if isinstance(each, PresenceSnapshot)]

"""What every bus promises, on every adapter: order, durability before anybody hears, the same answer twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from fakes.relay.redis_server import RedisServer
from fakes.relay.tokens import FILM, ManualTime, settings
from watchparty_relay.bus.journal import Journal
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.bus.port import Bus, BusEvent, Committed
from watchparty_relay.bus.redis import RedisBus
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Command, Nack, Reacted, State
from watchparty_relay.protocol.notices import MuteNotice, RemoveNotice
from watchparty_relay.protocol.values import ErrorCode, Media, NackCode, Operation, Role, Settings
from watchparty_relay.rules.changes import Enter, Refusal, Release, Request

pytestmark = pytest.mark.anyio

PATIENCE_MS = 10_000.0


class Ear:
    """A listener that remembers what it heard, in order."""

    def __init__(self) -> None:
        self.heard: list[BusEvent] = []

    def __call__(self, heard: BusEvent) -> None:
        self.heard.append(heard)

    @property
    def events(self) -> list[object]:
        return [event for heard in self.heard if isinstance(heard, Committed) for event in heard.events]

    @property
    def revs(self) -> list[int]:
        return [event.rev for event in self.events if isinstance(event, State)]

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events if isinstance(event, ChatEntry)]


@pytest.fixture(params=["memory", "journal", pytest.param("redis", marks=pytest.mark.service)])
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bus]:
    bus: Bus
    match request.param:
        case "redis":
            server: RedisServer = request.getfixturevalue("redis_server")
            server.flush()
            bus = RedisBus(server.url)
        case kind:
            journal = Journal(tmp_path / "relay.sqlite") if kind == "journal" else None
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


def say(cid: str, text: str = "hello", by: str = "ana") -> Request:
    return Request(by, Chat(cid, text))


async def test_a_room_is_there_when_it_is_first_listened_to(bus: Bus) -> None:
    """B1: listening gives the room as it is now, and creates it where there was none."""
    room = await bus.listen("room", Ear())
    assert (room.id, room.clock.rev, room.seq) == ("room", 0, 0)
    assert 0 <= bus.now_ms() - room.epoch < PATIENCE_MS


async def test_listeners_hear_of_every_change_after_they_began_once_and_in_order(bus: Bus) -> None:
    """B2: one order for everybody; whoever comes later starts from the room as it is then."""
    early, late = Ear(), Ear()
    await bus.listen("room", early)
    await bus.apply("room", enter_change("ana"))
    await bus.apply("room", play("c1"))
    room = await bus.listen("room", late)
    await bus.apply("room", play("c2", Operation.PAUSE))
    await bus.apply("room", play("c3"))
    assert early.revs == [1, 2, 3, 4]
    assert (room.clock.rev, late.revs) == (2, [3, 4])


async def test_the_asker_learns_last(bus: Bus) -> None:
    """B3, O3: when apply returns, everybody who listens has heard of it."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    answer = await bus.apply("room", play("c1"))
    assert answer == Ack(cid="c1", rev=ear.revs[-1])


async def test_commands_that_arrive_together_get_revs_of_their_own(bus: Bus) -> None:
    """B4, K2: fifty changes at once are fifty steps, without a gap and without a double."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    ops = [Operation.PLAY, Operation.PAUSE] * 25
    answers = await asyncio.gather(*(bus.apply("room", play(f"c{i}", op)) for i, op in enumerate(ops)))
    revs = [answer.rev for answer in answers if isinstance(answer, Ack)]
    assert revs == list(range(2, 52))
    assert ear.revs == list(range(1, 52))


async def test_seq_has_no_gaps_however_many_talk_at_once(bus: Bus) -> None:
    """B5, L1: the log counts one by one."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    await asyncio.gather(*(bus.apply("room", say(f"c{i}")) for i in range(40)))
    assert ear.seqs == list(range(1, 41))


async def test_the_same_cid_gets_the_same_answer_and_is_not_done_again(bus: Bus) -> None:
    """B6, O2: also when both arrive at once, and also when the answer was a refusal."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    first, second = await asyncio.gather(bus.apply("room", say("c1")), bus.apply("room", say("c1")))
    assert first == second == Ack(cid="c1", seq=1)
    assert ear.seqs == [1]
    stranger = await bus.apply("room", play("c1", by="bob"))
    assert stranger == Nack(cid="c1", code=NackCode.WAITING)


async def test_a_cid_belongs_to_its_participant(bus: Bus) -> None:
    """B7, O2: two people may choose the same."""
    await bus.apply("room", enter_change("ana"))
    await bus.apply("room", enter_change("bob"))
    assert await bus.apply("room", say("c1")) == Ack(cid="c1", seq=1)
    assert await bus.apply("room", say("c1", by="bob")) == Ack(cid="c1", seq=2)


async def test_rooms_know_nothing_of_each_other(bus: Bus) -> None:
    """B8: another room's changes are neither heard nor counted."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("other", enter_change("ana"))
    await bus.apply("other", play("c1"))
    assert ear.heard == []
    assert await bus.apply("room", play("c1")) == Nack(cid="c1", code=NackCode.WAITING)


async def test_who_left_hears_nothing_more_and_the_room_stays(bus: Bus) -> None:
    """B9: without listeners a room may be forgotten only where it can be found again."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    (born,) = [event for event in ear.events if isinstance(event, State)]
    await bus.apply("room", say("c1"))
    bus.leave("room", ear)
    await bus.apply("room", say("c2"))
    again = await bus.listen("room", Ear())
    assert ear.seqs == [1]
    assert (again.epoch, again.seq, again.clock.rev) == (born.epoch, 2, 1)
    assert await bus.apply("room", say("c1")) == Ack(cid="c1", seq=1)


async def test_marks_are_kept_also_of_a_room_that_nobody_has_opened(bus: Bus) -> None:
    """B10, M3: a removal that comes first keeps an older token out."""
    await bus.apply("room", RemoveNotice(id="n1", room="room", participant_id="ana", mver=2))
    assert await bus.apply("room", enter_change("ana", mver=1)) == Refusal(ErrorCode.REMOVED)
    assert await bus.apply("room", enter_change("ana", mver=3)) is None


async def test_a_proposal_for_an_older_clock_changes_nothing(bus: Bus) -> None:
    """B11: what a relay proposes holds only for the clock that it judged."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    await bus.apply("room", play("c1"))
    await bus.apply("room", Release(rev=1, lead_ms=100.0))
    assert ear.revs == [1, 2]


async def test_what_is_announced_reaches_all_listeners_of_the_room(bus: Bus) -> None:
    """B12: things that are not kept go to those who are there."""
    one, two, other = Ear(), Ear(), Ear()
    await bus.listen("room", one)
    await bus.listen("room", two)
    await bus.listen("other", other)
    reaction = Reacted(by="ana", name="Ana", emoji="🎉", pos_s=1.0)
    bus.announce("room", reaction)
    assert (one.heard, two.heard, other.heard) == ([reaction], [reaction], [])


async def test_notices_are_idempotent(bus: Bus) -> None:
    """B13, M5: delivered twice, heard once."""
    ear = Ear()
    await bus.listen("room", ear)
    await bus.apply("room", enter_change("ana"))
    before = len(ear.events)
    for _ in range(2):
        await bus.apply("room", MuteNotice(id="n1", room="room", participant_id="ana", mver=2, muted=True))
    assert len(ear.events) == before + 1
    assert await bus.apply("room", say("c1")) == Nack(cid="c1", code=NackCode.MUTED)


async def test_somebody_looks_after_a_room_that_is_open(bus: Bus) -> None:
    """B14: what a room does by itself is done by one relay of those that have it open."""
    ear = Ear()
    assert not bus.holds_lease("room")
    await bus.listen("room", ear)
    assert bus.holds_lease("room")
    bus.leave("room", ear)
    await bus.listen("room", ear)
    assert bus.holds_lease("room")


async def test_a_relay_does_not_hear_its_own_roll(bus: Bus) -> None:
    """B15: rolls are for the others."""
    ear = Ear()
    await bus.listen("room", ear)
    bus.publish_presence("room", PresenceSnapshot(relay=bus.relay_name, at_ms=bus.now_ms(), total=3))
    await bus.apply("room", enter_change("ana"))
    assert not [heard for heard in ear.heard if isinstance(heard, PresenceSnapshot)]

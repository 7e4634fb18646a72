"""What a room says reaches each member once, in order, in one write a turn, whoever comes and goes meanwhile."""

import asyncio
import json
import random
from collections.abc import Callable

import pytest

from watchparty_relay.fanout.send_queue import SendQueue
from watchparty_relay.fanout.subscribers import SLICE_SIZE, Subscribers
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.codec import FrameBatch
from watchparty_relay.protocol.messages import KnockGone
from watchparty_relay.protocol.values import CloseCode, ErrorCode

pytestmark = pytest.mark.anyio


class Person:
    """A listener whose channel keeps what it was sent, write by write."""

    def __init__(self, name: str) -> None:
        self.connection_id = self.participant_id = name
        self.writes: list[list[str]] = []
        self.send_queue = SendQueue(self)

    def write(self, frames: FrameBatch) -> None:
        self.writes.append([json.loads(text.payload)["req"] for text in frames.frames])

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        raise NotImplementedError

    def buffered(self) -> int:
        return 0

    def close(self, code: CloseCode, error: ErrorCode | None = None) -> None:
        raise NotImplementedError

    def end(self, code: CloseCode, error: ErrorCode | None = None) -> None:
        raise NotImplementedError

    @property
    def got(self) -> list[str]:
        return [said for write in self.writes for said in write]


def said(what: str) -> KnockGone:
    """Any message with a text in it."""
    return KnockGone(req=what)


def crowd(audience: Subscribers, number: int) -> list[Person]:
    people = [Person(f"p{n}") for n in range(number)]
    for person in people:
        audience.add(person)
    return people


async def test_what_is_said_in_one_turn_is_one_write_and_in_order() -> None:
    """An answer to one stands between what was said to all before and after it."""
    audience = Subscribers(Metrics())
    ana, bob = crowd(audience, 2)
    audience.send(said("one"))
    audience.send(said("to ana"), to=(ana,))
    audience.send(said("two"))
    await asyncio.sleep(0)
    assert ana.writes == [["one", "to ana", "two"]]
    assert bob.writes == [["one", "two"]]


async def test_an_answer_alone_does_not_wait() -> None:
    """Where nothing is on its way, what is for one goes out at once."""
    audience = Subscribers(Metrics())
    ana, bob = crowd(audience, 2)
    audience.send(said("to ana"), to=(ana,))
    assert (ana.got, bob.got) == (["to ana"], [])


async def test_who_comes_gets_nothing_twice() -> None:
    """What was said before somebody came is in their welcome."""
    audience = Subscribers(Metrics())
    crowd(audience, 1)
    audience.send(said("before"))
    late = Person("late")
    audience.add(late)
    audience.send(said("welcome"), to=(late,))
    audience.send(said("after"))
    await asyncio.sleep(0)
    assert late.got == ["welcome", "after"]


async def test_who_is_closed_gets_what_was_said_before() -> None:
    """A farewell comes after everything else."""
    audience = Subscribers(Metrics())
    ana, bob = crowd(audience, 2)
    audience.send(said("one"))
    audience.send(said("farewell"), to=(ana,))
    audience.flush(ana)
    audience.remove(ana)
    audience.send(said("two"))
    await asyncio.sleep(0)
    assert (ana.got, bob.got) == (["one", "farewell"], ["one", "two"])


async def test_a_large_room_is_served_in_slices() -> None:
    """Others have their turn between two slices, and what is said meanwhile comes afterwards for everybody."""
    audience = Subscribers(Metrics())
    people = crowd(audience, 2 * SLICE_SIZE + 1)
    audience.send(said("one"))
    await asyncio.sleep(0)
    assert [len(people[n].writes) for n in (0, SLICE_SIZE - 1, SLICE_SIZE, -1)] == [1, 1, 0, 0]
    audience.send(said("two"))
    audience.send(said("to the last"), to=(people[-1],))
    for _ in range(6):
        await asyncio.sleep(0)
    assert all(person.got == ["one", "two"] for person in people[:-1])
    assert people[-1].got == ["one", "two", "to the last"]


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_happens_everybody_has_heard_what_was_said_while_they_were_there(seed: int) -> None:
    """Comings, goings, answers and turns of the loop in any order: nothing lost, doubled or out of order."""
    chance = random.Random(seed)
    audience = Subscribers(Metrics())
    expected = {person: list[str]() for person in crowd(audience, chance.choice((3, SLICE_SIZE + 50)))}
    here = list(expected)
    for number in range(200):
        match chance.choice(("all", "all", "one", "come", "go", "turn", "turn")):
            case "all":
                audience.send(said(f"{number}"))
                for person in here:
                    expected[person].append(f"{number}")
            case "one" if here:
                person = chance.choice(here)
                audience.send(said(f"own {number}"), to=(person,))
                expected[person].append(f"own {number}")
            case "come":
                person = Person(f"late {number}")
                audience.add(person)
                here.append(person)
                expected[person] = []
            case "go" if here:
                person = here.pop(chance.randrange(len(here)))
                audience.flush(person)
                audience.remove(person)
            case "turn":
                await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert all(person.got == heard for person, heard in expected.items())

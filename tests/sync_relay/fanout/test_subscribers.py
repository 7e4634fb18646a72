"""What a room sends reaches each subscriber once, in order, in one write per turn, whoever is added or removed."""

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


class Recorder:
    """A subscriber whose channel records what it is sent, write by write."""

    def __init__(self, name: str) -> None:
        self.connection_id = self.participant_id = name
        self.mver = 1
        self.writes: list[list[str]] = []
        self.send_queue = SendQueue(self)

    def write(self, batch: FrameBatch) -> None:
        self.writes.append([json.loads(frame.payload)["req"] for frame in batch.frames])

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        raise NotImplementedError

    def buffered(self) -> int:
        return 0

    def close(self, code: CloseCode, error: ErrorCode | None = None) -> None:
        raise NotImplementedError

    @property
    def received(self) -> list[str]:
        return [text for write in self.writes for text in write]


def message(text: str) -> KnockGone:
    """Any message that contains a text."""
    return KnockGone(req=text)


def add(subscribers: Subscribers, number: int) -> list[Recorder]:
    added = [Recorder(f"p{n}") for n in range(number)]
    for subscriber in added:
        subscribers.add(subscriber)
    return added


async def test_what_is_sent_in_one_turn_is_one_write_in_order() -> None:
    """An answer to one subscriber is between the messages sent to all before and after it."""
    subscribers = Subscribers(Metrics())
    ana, bob = add(subscribers, 2)
    subscribers.send(message("one"))
    subscribers.send(message("to ana"), to=(ana,))
    subscribers.send(message("two"))
    await asyncio.sleep(0)
    assert ana.writes == [["one", "to ana", "two"]]
    assert bob.writes == [["one", "two"]]


async def test_an_answer_alone_does_not_wait() -> None:
    """If nothing is pending, a message to one subscriber is sent at once."""
    subscribers = Subscribers(Metrics())
    ana, bob = add(subscribers, 2)
    subscribers.send(message("to ana"), to=(ana,))
    assert (ana.received, bob.received) == (["to ana"], [])


async def test_a_new_subscriber_receives_nothing_twice() -> None:
    """Its welcome contains what was sent before it was added."""
    subscribers = Subscribers(Metrics())
    add(subscribers, 1)
    subscribers.send(message("before"))
    late = Recorder("late")
    subscribers.add(late)
    subscribers.send(message("welcome"), to=(late,))
    subscribers.send(message("after"))
    await asyncio.sleep(0)
    assert late.received == ["welcome", "after"]


async def test_a_closed_subscriber_receives_what_was_sent_before() -> None:
    """The error before the close comes after everything else."""
    subscribers = Subscribers(Metrics())
    ana, bob = add(subscribers, 2)
    subscribers.send(message("one"))
    subscribers.send(message("error"), to=(ana,))
    subscribers.flush(ana)
    subscribers.remove(ana)
    subscribers.send(message("two"))
    await asyncio.sleep(0)
    assert (ana.received, bob.received) == (["one", "error"], ["one", "two"])


async def test_a_large_room_is_served_in_slices() -> None:
    """Other tasks run between two slices, and what is sent in between arrives afterwards for everyone."""
    subscribers = Subscribers(Metrics())
    added = add(subscribers, 2 * SLICE_SIZE + 1)
    subscribers.send(message("one"))
    await asyncio.sleep(0)
    assert [len(added[n].writes) for n in (0, SLICE_SIZE - 1, SLICE_SIZE, -1)] == [1, 1, 0, 0]
    subscribers.send(message("two"))
    subscribers.send(message("to the last"), to=(added[-1],))
    for _ in range(6):
        await asyncio.sleep(0)
    assert all(person.received == ["one", "two"] for person in added[:-1])
    assert added[-1].received == ["one", "two", "to the last"]


@pytest.mark.parametrize("seed", range(20))
async def test_each_subscriber_receives_what_was_sent_while_it_was_added(seed: int) -> None:
    """Additions, removals, answers and turns of the loop in any order: nothing lost, duplicated or out of order."""
    chance = random.Random(seed)
    subscribers = Subscribers(Metrics())
    expected = {subscriber: list[str]() for subscriber in add(subscribers, chance.choice((3, SLICE_SIZE + 50)))}
    present = list(expected)
    for number in range(200):
        match chance.choice(("all", "all", "one", "add", "remove", "turn", "turn")):
            case "all":
                subscribers.send(message(f"{number}"))
                for subscriber in present:
                    expected[subscriber].append(f"{number}")
            case "one" if present:
                subscriber = chance.choice(present)
                subscribers.send(message(f"own {number}"), to=(subscriber,))
                expected[subscriber].append(f"own {number}")
            case "add":
                subscriber = Recorder(f"late {number}")
                subscribers.add(subscriber)
                present.append(subscriber)
                expected[subscriber] = []
            case "remove" if present:
                subscriber = present.pop(chance.randrange(len(present)))
                subscribers.flush(subscriber)
                subscribers.remove(subscriber)
            case "turn":
                await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert all(subscriber.received == texts for subscriber, texts in expected.items())

"""People at two relays that share one real Redis are one party: seen, waited for and told of as one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fakes.relay.harness import Client, RelayHarness
from fakes.relay.redis_server import RedisServer
from fakes.relay.tokens import settings
from fakes.waiting import eventually_async
from watchparty_relay.room_time import MachineTime

pytestmark = [pytest.mark.anyio, pytest.mark.service]


@pytest.fixture
async def harnesses(redis_server: RedisServer) -> AsyncIterator[tuple[RelayHarness, RelayHarness]]:
    redis_server.flush()
    here, there = (RelayHarness(redis_url=redis_server.url, time=MachineTime()) for _ in range(2))
    for harness in (here, there):
        await harness.open(ticking=True)
    yield here, there
    for harness in (here, there):
        await harness.close()


async def until_people(client: Client, *names: str) -> None:
    """Reads on until the list shows exactly these."""
    while sorted(person["name"] for person in (await client.next("people"))["here"]) != sorted(names):
        pass


async def test_everybody_sees_everybody(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """P1: in the welcome of who comes later, in the lists of who was there, and gone from them afterwards."""
    here, there = harnesses
    host = await here.host()
    ana = await there.join("ana")
    await until_people(host, "Hanna", "Ana")
    await until_people(ana, "Hanna", "Ana")
    bob = await there.join("bob")
    welcome = bob.last("welcome")
    assert sorted(person["name"] for person in welcome["people"]["here"]) == ["Ana", "Bob", "Hanna"]
    bob.send(t="bye")
    await until_people(host, "Hanna", "Ana")


async def test_a_room_waits_for_who_buffers_at_the_other_relay(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """W1, W2: held, named to everybody, and going on when they are ready."""
    here, there = harnesses
    wait = settings(wait={"policy": "all", "max_s": 30.0})
    host, ana = await here.host(set=wait), await there.join("ana", set=wait)
    await until_people(host, "Hanna", "Ana")
    await host.cmd("play")
    ana.report("buffering")
    for client in (host, ana):
        while [person["name"] for person in (await client.next("waiting_for"))["people"]] != ["Ana"]:
            pass
    ana.report("ok")
    for client in (host, ana):
        while (await client.next("state"))["mode"] != "playing":
            pass


async def test_moving_to_the_other_relay_is_neither_leaving_nor_coming(
    harnesses: tuple[RelayHarness, RelayHarness],
) -> None:
    """F3, E1: one person all the time, and no session that ends or begins."""
    here, there = harnesses
    host, ana = await here.host(), await here.join("ana")
    await there.join("watcher")
    await until_people(host, "Hanna", "Ana", "Watcher")
    moved = await there.join("ana", hello={"replaces": ana.last("welcome")["conn"]})
    ana.disconnect()
    await until_people(moved, "Hanna", "Ana", "Watcher")
    await asyncio.sleep(0)
    assert (await here.published("session_ended")) == (await there.published("session_ended")) == []
    started = [event["participant_id"] for harness in harnesses for event in await harness.published("session_started")]
    assert sorted(started) == ["ana", "host", "watcher"]
    assert host.last("people")["total"] == 3


async def test_a_host_who_comes_later_and_elsewhere_sees_who_knocked(
    harnesses: tuple[RelayHarness, RelayHarness],
) -> None:
    """A3."""
    here, there = harnesses
    await here.join("ana", role="waiting", req="req-1", name="Ana")
    host = await there.host()
    assert (await host.next("knock"))["name"] == "Ana"


async def test_typing_is_seen_at_the_other_relay(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """P3."""
    here, there = harnesses
    host, ana = await here.host(), await there.join("ana")
    ana.send(t="typing", on=True)
    assert [person["name"] for person in (await host.next("typing"))["people"]] == ["Ana"]


async def test_the_functions_hear_of_a_line_once(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """E1: by the relay that looks after the room, wherever it was said."""
    here, there = harnesses
    host, ana = await here.host(), await there.join("ana")
    assert (await ana.chat("hello"))["seq"] == 1
    await host.cmd("play")
    await host.next("chat")
    told = [
        event
        for harness in harnesses
        for event in (*await harness.published("chat"), *await harness.published("action"))
    ]
    assert sorted(event["kind"] for event in told) == ["action", "chat"]


async def test_a_line_that_was_not_told_is_told_by_who_takes_over(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """E1: the archive goes on after the last line of which it is certain that the functions have it."""
    here, there = harnesses
    host, ana = await here.host(), await there.join("ana")
    await ana.chat("one")
    await host.next("chat")
    assert [event["text"] for event in await here.published("chat")] == ["one"]
    here.publish_fails = True
    await ana.chat("two")
    await host.next("chat")
    assert len(await here.published("chat")) == 1
    await here.close()
    told = await eventually_async("the other relay reports", lambda: there.published("chat"))
    assert [event["text"] for event in told] == ["two"]

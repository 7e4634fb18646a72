"""Members of two relays that share one real Redis are one party: listed, waited for and reported together."""

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
    """Reads on until the list shows exactly these names."""
    while sorted(person["name"] for person in (await client.next("people"))["here"]) != sorted(names):
        pass


async def test_everyone_sees_everyone(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """P1: in the welcome of a member who joins later, and in the lists of those present, until they leave."""
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


async def test_a_room_waits_for_a_member_on_the_other_relay(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """W1, W2: everyone receives the hold, and the film resumes when the member is ready."""
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


async def test_moving_to_the_other_relay_is_neither_leaving_nor_joining(
    harnesses: tuple[RelayHarness, RelayHarness],
) -> None:
    """F3, E1: it is one member throughout, and no session ends or begins."""
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


async def test_a_host_who_joins_the_other_relay_later_receives_the_knock(
    harnesses: tuple[RelayHarness, RelayHarness],
) -> None:
    """A3: relays repeat their knocks to a relay that opens the room."""
    here, there = harnesses
    await here.join("ana", role="waiting", req="req-1", name="Ana")
    host = await there.host()
    assert (await host.next("knock"))["name"] == "Ana"


async def test_typing_reaches_the_other_relay(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """P3: as an announcement."""
    here, there = harnesses
    host, ana = await here.host(), await there.join("ana")
    ana.send(t="typing", on=True)
    assert [person["name"] for person in (await host.next("typing"))["people"]] == ["Ana"]


async def test_a_line_is_reported_to_the_functions_once(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """E1: by the relay that holds the lease, wherever it was posted."""
    here, there = harnesses
    host, ana = await here.host(), await there.join("ana")
    assert (await ana.chat("hello"))["seq"] == 1
    await host.cmd("play")
    await host.next("chat")
    published = [
        event
        for harness in harnesses
        for event in (*await harness.published("chat"), *await harness.published("action"))
    ]
    assert sorted(event["kind"] for event in published) == ["action", "chat"]


async def test_an_unreported_line_is_reported_by_the_next_relay(harnesses: tuple[RelayHarness, RelayHarness]) -> None:
    """E1: archiving continues after the last line that the functions certainly have."""
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
    published = await eventually_async("the other relay reports", lambda: there.published("chat"))
    assert [event["text"] for event in published] == ["two"]

"""Rooms are opened by the first who comes and dropped when they have long been empty."""

import asyncio

import pytest

from fakes.relay.harness import RelayHouse

pytestmark = pytest.mark.anyio


async def test_those_who_come_together_share_one_room(house: RelayHouse) -> None:
    """A hundred hellos at once open one room."""
    await asyncio.gather(*(house.join(f"p{n}") for n in range(40)))
    assert house.service.metrics.rooms == 1
    late = await house.join("late")
    assert late.last("welcome")["people"]["total"] == 41


async def test_an_empty_room_is_dropped_and_found_again(house: RelayHouse) -> None:
    """B9: a minute after the last one left; clock and log are as they were."""
    host = await house.host()
    await host.chat("remember")
    welcome = host.last("welcome")
    host.leave()
    await house.pass_time(75)
    assert house.service.metrics.rooms == 0
    again = (await house.host()).last("welcome")
    assert (again["epoch"], again["seq"], [e["text"] for e in again["log"]]) == (welcome["epoch"], 1, ["remember"])
    assert house.service.metrics.rooms == 1


async def test_a_room_with_somebody_before_its_door_is_not_dropped(house: RelayHouse) -> None:
    """A3: the one who waits keeps waiting."""
    waiting = await house.join("ana", role="waiting", req="r1")
    await house.pass_time(200, step_s=1)
    assert house.service.metrics.rooms == 1
    assert waiting.channel.code is None


async def test_a_refused_newcomer_does_not_hold_a_room(house: RelayHouse) -> None:
    """M3: nothing is left of an attempt."""
    await house.notice("remove", participant_id="ana", mver=5)
    client = house.client()
    client.hello(house.mint.join("ana", mver=1))
    await client.closed()
    await house.pass_time(70)
    assert house.service.metrics.rooms == 0

"""Rooms are opened by the first session and closed when they have been empty for a while."""

import asyncio

import pytest

from fakes.relay.harness import RelayHarness

pytestmark = pytest.mark.anyio


async def test_sessions_that_arrive_together_share_one_room(harness: RelayHarness) -> None:
    """A hundred hellos at once open one room."""
    await asyncio.gather(*(harness.join(f"p{n}") for n in range(40)))
    assert harness.service.metrics.rooms == 1
    late = await harness.join("late")
    assert late.last("welcome")["people"]["total"] == 41


async def test_an_empty_room_is_closed_and_opened_again(harness: RelayHarness) -> None:
    """B9: it closes a minute after the last member left; clock and log are as they were."""
    host = await harness.host()
    await host.chat("remember")
    welcome = host.last("welcome")
    host.disconnect()
    await harness.pass_time(75)
    assert harness.service.metrics.rooms == 0
    again = (await harness.host()).last("welcome")
    assert (again["epoch"], again["seq"], [e["text"] for e in again["log"]]) == (welcome["epoch"], 1, ["remember"])
    assert harness.service.metrics.rooms == 1


async def test_a_room_where_someone_waits_for_admission_is_not_closed(harness: RelayHarness) -> None:
    """A3: they keep waiting."""
    waiting = await harness.join("ana", role="waiting", req="r1")
    await harness.pass_time(200, step_s=1)
    assert harness.service.metrics.rooms == 1
    assert waiting.channel.code is None


async def test_a_refused_session_does_not_hold_a_room(harness: RelayHarness) -> None:
    """M3: a refused attempt leaves nothing behind."""
    await harness.notice("remove", participant_id="ana", mver=5)
    client = harness.client()
    client.hello(harness.issuer.join("ana", mver=1))
    await client.closed()
    await harness.pass_time(70)
    assert harness.service.metrics.rooms == 0

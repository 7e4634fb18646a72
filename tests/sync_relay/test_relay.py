"""The budget of memory that all connections of a process share."""

from collections.abc import AsyncIterator

import pytest

from fakes.relay.harness import RelayHarness
from watchparty_relay.relay import CONNECTION_BYTES, SOCKET_BYTES, WATERMARK

pytestmark = pytest.mark.anyio


@pytest.fixture
async def relay() -> AsyncIterator[RelayHarness]:
    harness = RelayHarness()
    await harness.open()
    yield harness
    await harness.close()


async def test_beyond_the_budget_the_slowest_readers_are_closed_until_the_rest_fits(relay: RelayHarness) -> None:
    """The one that holds the most memory goes first; the others notice nothing."""
    ana, ben, eve = await relay.join("ana"), await relay.join("ben"), await relay.join("eve")
    ben.channel.hold(SOCKET_BYTES - 3 * CONNECTION_BYTES)
    eve.channel.hold(1_000)
    await relay.pass_time(0.25)
    assert await ben.closed() == 4410
    assert (ana.channel.code, eve.channel.code) == (None, None)


async def test_new_connections_are_refused_from_the_watermark_on(relay: RelayHarness) -> None:
    """And admitted again once the present ones have read."""
    ana = await relay.join("ana")
    assert relay.relay.admits()
    ana.channel.hold(int(WATERMARK * SOCKET_BYTES))
    await relay.pass_time(0.25)
    assert not relay.relay.admits()
    assert "connections_refused_total 1" in relay.service.metrics.text()
    ana.channel.read_all()
    await relay.pass_time(0.25)
    assert relay.relay.admits()


async def test_idle_connections_count(relay: RelayHarness) -> None:
    """Thousands of sockets that say nothing use memory, too."""
    fitting = int(WATERMARK * SOCKET_BYTES) // CONNECTION_BYTES
    opened = 0
    while relay.relay.admits() and opened < 2 * fitting:
        relay.client()
        opened += 1
    assert opened == fitting

"""Two processes with rooms in memory, as Cloud Run runs them for a moment: one commands, whatever reaches the other."""

from collections.abc import AsyncIterator

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.lease import MemoryLeaseStore
from fakes.relay.tokens import ManualTime
from fakes.waiting import eventually_async
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.lease.decision import COMMAND_MS, LIFE_MS
from watchparty_relay.lease.keeper import LeaseKeeper
from watchparty_relay.lease.leased_bus import LeasedBus
from watchparty_relay.protocol.notices import RemoveNotice

pytestmark = pytest.mark.anyio

DRAINING = 4503


class Site:
    """Processes that share a store and the keys."""

    def __init__(self) -> None:
        self.time, self.store = ManualTime(), MemoryLeaseStore()
        self.relays: list[RelayHarness] = []

    async def process(self, *, revision: int = 1) -> RelayHarness:
        issuer = self.relays[0].issuer if self.relays else None
        relay = RelayHarness(time=self.time, lease_store=self.store, revision=revision, issuer=issuer)
        await relay.open()
        self.relays.append(relay)
        return relay


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    found = Site()
    yield found
    for relay in found.relays:
        await relay.close()


async def test_the_first_client_of_an_idle_process_notices_nothing(site: Site) -> None:
    """The lease is taken while the hello waits."""
    relay = await site.process()
    host = await relay.host()
    assert (await host.cmd("play"))["t"] == "ack"


async def test_a_notice_to_an_idle_process_takes_the_lease(site: Site) -> None:
    """Otherwise a removal would wait for the next round of the outbox."""
    relay = await site.process()
    await relay.notice("remove", participant_id="ben", mver=2)
    assert site.store.writes == 1


async def test_a_process_that_has_lost_the_lease_refuses_every_change(site: Site) -> None:
    """A suspended process that wakes up changes no room, although it does not know yet that another commands."""
    relay = await site.process()
    host = await relay.host()
    site.time.advance(COMMAND_MS / 1000)
    refused = await host.cmd("play")
    assert (refused["t"], refused["code"]) == ("nack", "retry")
    assert host.all("state") == []


async def test_another_process_commands_after_the_life_of_the_lease(site: Site) -> None:
    """The clients of the silent one are asked to reconnect, and its rooms are forgotten: they are out of date."""
    first, second = await site.process(), await site.process()
    host = await first.host()
    await host.chat("before")
    guest = second.client()
    guest.hello(second.issuer.join("host", role="host", name="Hanna", acct="acc-1"))
    reads = site.store.reads
    await eventually_async("the second process has seen the lease", lambda: site.store.reads > reads)
    site.time.advance(LIFE_MS / 1000)
    await guest.next("welcome")
    first.client().hello(first.issuer.join("late"))  # has the first process look
    assert (await guest.cmd("play"))["t"] == "ack"
    assert await host.closed() == DRAINING
    assert host.last("moved")
    assert first.service.metrics.rooms == 0
    await second.close()
    assert (await (await first.host()).chat("after"))["t"] == "ack"
    again = await first.join("host", role="host", name="Hanna", acct="acc-1")
    assert [entry["text"] for entry in again.last("welcome")["log"]] == ["after"]


async def test_a_newer_deployment_gets_the_rooms_at_once(site: Site) -> None:
    """Its first client waits while the old process publishes what it has and releases the lease."""
    old, new = await site.process(revision=11), await site.process(revision=12)
    host = await old.host()
    await host.chat("said before the deployment")
    again = new.client()
    again.hello(new.issuer.join("host", role="host", name="Hanna", acct="acc-1"))
    await again.next("welcome")
    assert await host.closed() == DRAINING
    assert [event["text"] for event in old.events if event["kind"] == "chat"] == ["said before the deployment"]


async def test_a_notice_is_not_applied_to_rooms_that_another_process_commands(site: Site) -> None:
    """It is not lost either: the functions send a notice again that was not applied."""
    holder = LeaseKeeper(site.store, now_ms=site.time.boot_ms)
    await holder.step()
    other = LeaseKeeper(site.store, now_ms=site.time.boot_ms, wait_within_s=0.01)
    bus = LeasedBus(MemoryBus(time=site.time), other)
    await bus.start()
    with pytest.raises(BusUnavailable):
        await bus.listen("room", lambda _: None)
    with pytest.raises(BusUnavailable):
        await bus.apply("room", RemoveNotice(id="n1", room="room", participant_id="ben", mver=2))
    assert not bus.holds_lease("room")
    await bus.stop()

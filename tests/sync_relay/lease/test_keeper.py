"""A process holds the lease, loses it, waits for it and hands it over."""

import asyncio

import pytest

from fakes.relay.lease import MemoryLeaseStore, Process, Simulation
from fakes.relay.tokens import ManualTime
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.lease.decision import COMMAND_MS, LIFE_MS, LOOK_EVERY_MS
from watchparty_relay.lease.keeper import LeaseKeeper

pytestmark = pytest.mark.anyio

TAKEOVER_WITHIN_MS = LIFE_MS + 3 * LOOK_EVERY_MS
"""ADR 47. The looks find the last renewal, an added heir, and that the life is over."""


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
def store() -> MemoryLeaseStore:
    return MemoryLeaseStore()


class Watched:
    """A keeper, and what it reported."""

    def __init__(self, store: MemoryLeaseStore, time: ManualTime, *, revision: int = 1) -> None:
        self.keeper = LeaseKeeper(store, now_ms=time.boot_ms, revision=revision)
        self.reported: list[str] = []
        self.keeper.notify(lost=lambda: self.reported.append("lost"), superseded=self._superseded)

    async def _superseded(self) -> None:
        assert not self.keeper.held()
        self.reported.append("superseded")


async def test_a_holder_commands_until_its_last_renewal_is_too_old(store: MemoryLeaseStore, time: ManualTime) -> None:
    """Without the database it stops in time, and goes on in the same term when the database is back."""
    holder = Watched(store, time)
    await holder.keeper.step()
    store.silent = True
    time.advance(COMMAND_MS / 1000 - 1)
    await holder.keeper.step()
    assert holder.keeper.held()
    time.advance(1)
    assert not holder.keeper.held()
    store.silent = False
    await holder.keeper.step()
    assert holder.keeper.held()
    assert (store.lease and store.lease.term, holder.reported) == (1, [])


async def test_two_processes_never_command_together(store: MemoryLeaseStore, time: ManualTime) -> None:
    """The second takes over when the first has been silent for the life of the lease; the first learns of it."""
    first, second = Watched(store, time), Watched(store, time)
    await first.keeper.step()
    await second.keeper.step()
    time.advance(LIFE_MS / 1000 - 0.1)
    await second.keeper.step()
    assert not second.keeper.held()
    time.advance(0.1)
    await second.keeper.step()
    assert (first.keeper.held(), second.keeper.held()) == (False, True)
    await first.keeper.step()
    assert first.reported == ["lost"]
    assert store.lease is not None
    assert (store.lease.owner, store.lease.term) == (second.keeper.owner, 2)


async def test_a_deployment_is_handed_over_within_a_renewal(store: MemoryLeaseStore, time: ManualTime) -> None:
    """The old process stops commanding, publishes, and releases; the new one takes the lease at its next look."""
    old, new = Watched(store, time, revision=11), Watched(store, time, revision=12)
    await old.keeper.step()
    await new.keeper.step()
    await old.keeper.step()  # its renewal meets the announcement
    await old.keeper.step()
    assert (old.reported, old.keeper.held()) == (["superseded"], False)
    await old.keeper.step()
    await new.keeper.step()
    assert (old.keeper.held(), new.keeper.held()) == (False, True)


async def test_a_process_that_stops_releases_the_lease(store: MemoryLeaseStore, time: ManualTime) -> None:
    """The next one need not wait for its life. The one that stopped takes nothing more."""
    first, second = Watched(store, time), Watched(store, time)
    await first.keeper.step()
    await second.keeper.step()
    await first.keeper.stop()
    await second.keeper.step()
    assert second.keeper.held()
    await second.keeper.stop()
    await first.keeper.step()
    assert not first.keeper.held()


async def test_an_announcement_does_not_prevent_the_release(store: MemoryLeaseStore, time: ManualTime) -> None:
    old, new = Watched(store, time, revision=11), Watched(store, time, revision=12)
    await old.keeper.step()
    await new.keeper.step()  # writes another version
    await old.keeper.stop()
    await new.keeper.step()
    assert new.keeper.held()


async def test_who_needs_the_lease_gets_it_or_is_refused(store: MemoryLeaseStore, time: ManualTime) -> None:
    """`acquired` starts the competition, and returns when the lease is held."""
    first = Watched(store, time)
    first.keeper.start()
    await asyncio.sleep(0)
    assert store.writes == 0, "a process that serves no one does not compete"
    await first.keeper.acquired()
    assert first.keeper.held()
    await first.keeper.stop()


async def test_without_the_lease_the_rooms_are_unavailable(store: MemoryLeaseStore, time: ManualTime) -> None:
    """A client of the wrong process is asked to reconnect, and may then reach the right one."""
    first = Watched(store, time)
    await first.keeper.step()
    second = LeaseKeeper(store, now_ms=time.boot_ms, wait_within_s=0.01)
    second.start()
    with pytest.raises(BusUnavailable):
        await second.acquired()
    await second.stop()


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_clocks_networks_and_suspensions_do_one_commands(seed: int) -> None:
    """Four processes for a simulated quarter of an hour: at no event do two command, and
    often one does."""
    world = Simulation(seed)
    with world.running():
        for revision in (1, 1, 2, 2):
            Process(world, revision=revision)
        commanded = 0
        for _ in range(90):
            await world.run(10_000)
            commanded += bool(world.commanding)
        assert commanded > 25


@pytest.mark.parametrize("seed", range(10))
async def test_another_takes_over_within_the_stated_time(seed: int) -> None:
    """After the death of the holder. Its fastest and its slowest clock are a tenth off."""
    world = Simulation(seed, trouble=0.0)
    with world.running():
        for _ in range(2):
            Process(world)
        await world.run(10_000)
        (dead,) = world.commanding
        dead.kill()
        world.processes.remove(dead)
        await world.run(TAKEOVER_WITHIN_MS / 0.9)
        assert world.commanding

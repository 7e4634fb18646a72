"""What a process does with the lease that it reads."""

from dataclasses import replace

from watchparty_relay.lease.decision import (
    COMMAND_MS,
    LIFE_MS,
    HandOver,
    Lease,
    Sighting,
    Step,
    Wait,
    Write,
    next_step,
    released,
)

HELD = Lease("old", term=7, revision=3, heir=0, life_ms=LIFE_MS)


def step(lease: Lease | None, *, owner: str = "new", revision: int = 3, age_ms: float = 0.0) -> Step:
    seen = None if lease is None else Sighting(lease, version=12, since_ms=1_000.0)
    return next_step(seen, owner=owner, revision=revision, now_ms=1_000.0 + age_ms)


def test_the_first_process_takes_the_lease() -> None:
    assert step(None) == Write(Lease("new", term=1, revision=3, heir=0, life_ms=LIFE_MS))


def test_the_owner_renews_it_unchanged() -> None:
    """Also when it has lapsed: no other process has commanded meanwhile, or the owner would be another."""
    assert step(HELD, owner="old", age_ms=10 * LIFE_MS) == Write(HELD)


def test_another_waits_for_the_whole_life_of_the_last_version() -> None:
    assert step(HELD, age_ms=LIFE_MS - 1) == Wait()
    assert step(HELD, age_ms=LIFE_MS) == Write(Lease("new", term=8, revision=3, heir=0, life_ms=LIFE_MS))


def test_a_longer_life_that_the_owner_promised_counts() -> None:
    """The owner may be of a release with another life."""
    longer = replace(HELD, life_ms=3 * LIFE_MS)
    assert step(longer, age_ms=2 * LIFE_MS) == Wait()
    assert step(replace(HELD, life_ms=1.0), age_ms=LIFE_MS / 2) == Wait()


def test_a_holder_stops_well_before_another_may_take_over() -> None:
    """Clocks whose rates differ by a fifth cannot make both command."""
    assert COMMAND_MS <= 0.8 * LIFE_MS


def test_a_newer_deployment_announces_itself_once() -> None:
    assert step(HELD, revision=4) == Write(replace(HELD, heir=4))
    assert step(replace(HELD, heir=4), revision=4) == Wait()
    assert step(replace(HELD, heir=5), revision=4) == Wait()


def test_the_owner_hands_over_to_a_newer_deployment_only() -> None:
    assert step(replace(HELD, heir=4), owner="old") == HandOver()
    assert step(replace(HELD, heir=3), owner="old") == Write(replace(HELD, heir=3))


def test_a_released_lease_is_its_heirs() -> None:
    """The process that handed over does not take it back, unless the heir never comes. An heir that is late
    announces itself again."""
    free = released(replace(HELD, heir=4))
    assert step(free, revision=4) == Write(Lease("new", term=8, revision=4, heir=0, life_ms=LIFE_MS))
    assert step(free, revision=3) == Wait()
    assert step(free, revision=3, age_ms=LIFE_MS) == Write(Lease("new", term=8, revision=3, heir=0, life_ms=LIFE_MS))


def test_a_released_lease_without_an_heir_is_anyones() -> None:
    assert step(released(HELD), revision=0) == Write(Lease("new", term=8, revision=0, heir=0, life_ms=LIFE_MS))

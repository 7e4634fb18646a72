"""Rate limits, in memory and in each kind of store."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fakes.api_harness import SITE, build_harness
from fakes.clock import SteppedClock
from watchparty_api.addresses import address_key
from watchparty_api.config import Config
from watchparty_api.errors import TooMany
from watchparty_api.rate_limits.limits import RULES, Limiter
from watchparty_api.rate_limits.shared_windows import SharedWindows
from watchparty_api.store.port import R, WorkspaceStore


def test_a_rule_counts_each_key_for_itself() -> None:
    """Keys are counted separately, and the refusal says how long to wait."""
    limiter = Limiter()
    for _ in range(10):
        limiter.hit("knock", "room", "192.0.2.1")
    with pytest.raises(TooMany) as refused:
        limiter.hit("knock", "room", "192.0.2.1")
    assert refused.value.retry_after_s is not None
    assert 1 <= refused.value.retry_after_s <= 60
    limiter.hit("knock", "room", "192.0.2.2")
    limiter.hit("knock", "other", "192.0.2.1")


def test_forgotten_attempts_do_not_count() -> None:
    """`forget` makes room for one key, and leaves the others' attempts."""
    limiter = Limiter()
    for key in ("ana", "ben"):
        for _ in range(5):
            limiter.hit("login_failure", key)
    limiter.forget("login_failure", "ana")
    limiter.hit("login_failure", "ana")
    with pytest.raises(TooMany):
        limiter.hit("login_failure", "ben")


def test_the_longer_rule_refuses_for_longer() -> None:
    """Every action with several rules lists the short window first."""
    for rules in RULES.values():
        windows = [rule.get_expiry() for rule in rules]
        assert windows == sorted(windows)


@pytest.fixture
def windows(store_url: str, keys_dir: Path, clock: SteppedClock) -> Iterator[SharedWindows]:
    """Shared windows in each kind of store, in a workspace of the test's own."""
    config = Config(public_url=SITE, store_url=store_url, keys_dir=str(keys_dir))
    services = build_harness(config, clock).services
    workspace_id = f"ws-{secrets.token_hex(6)}"
    yield SharedWindows(WorkspaceStore(services.store.adapter, workspace_id), keyed_hash=services.keyed_hash, now=clock)
    services.store.close()


def test_processes_count_together(windows: SharedWindows, clock: SteppedClock) -> None:
    """Processes count together until the window has moved on; local actions are counted per process."""
    one, other = Limiter(windows), Limiter(windows)
    for limiter in (one, other, one, other, one):
        limiter.hit("login_failure", "ana@example.org")
    for limiter in (one, other):
        with pytest.raises(TooMany):
            limiter.hit("login_failure", "ana@example.org")
    other.hit("login_failure", "ben@example.org")
    clock.advance(seconds=61)
    other.hit("login_failure", "ana@example.org")
    for _ in range(120):
        one.hit("join", "room")
    other.hit("join", "room")


def test_attempts_with_a_wrong_clock_do_not_count_for_long(windows: SharedWindows, clock: SteppedClock) -> None:
    """After the clock has been put back forty days, no one is refused for forty days."""
    limiter = Limiter(windows)
    clock.jump(days=40)
    for _ in range(5):
        limiter.hit("login_failure", "ana@example.org")
    clock.jump(days=-40)
    limiter.hit("login_failure", "ana@example.org")


def test_many_at_the_same_moment_get_no_more_than_there_is(windows: SharedWindows) -> None:
    """Counting is one optimistic write: of twelve concurrent attempts at most the limit's ten succeed."""
    limiter = Limiter(windows)

    def knock(_: int) -> bool:
        try:
            limiter.hit("knock", "room", "192.0.2.1")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        through = sum(pool.map(knock, range(12)))
    assert 5 <= through <= 10


def test_stored_windows_contain_no_addresses(windows: SharedWindows) -> None:
    """Neither network nor email address is stored."""
    written: list[Any] = []

    class Recording(WorkspaceStore):
        def create(self, record: R) -> R:
            written.append(record)
            return WorkspaceStore.create(self, record)

    windows._store = Recording(windows._store.adapter, windows._store.workspace_id)
    Limiter(windows).hit("login_failure", "ana@example.org")
    assert written
    assert all(window.tried_at_s and "ana" not in repr(window) for window in written)


@pytest.mark.parametrize(
    ("address", "key"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("testclient", "testclient")],
)
def test_an_ipv6_network_counts_as_one_address(address: str, key: str) -> None:
    """All addresses of one /64 network share a window."""
    assert address_key(address) == key

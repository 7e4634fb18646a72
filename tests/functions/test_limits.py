"""How often."""

from __future__ import annotations

import pytest

from watchparty_api.errors import TooMany
from watchparty_api.limits import RULES, Limiter, address_key


def test_a_rule_counts_each_key_for_itself() -> None:
    """When one key is used up another is not, and the refusal says when to come back."""
    limiter = Limiter()
    for _ in range(10):
        limiter.hit("knock", "room", "192.0.2.1")
    with pytest.raises(TooMany) as refused:
        limiter.hit("knock", "room", "192.0.2.1")
    assert refused.value.retry_after_s is not None
    assert 1 <= refused.value.retry_after_s <= 60
    limiter.hit("knock", "room", "192.0.2.2")
    limiter.hit("knock", "other", "192.0.2.1")


def test_checking_does_not_count() -> None:
    """check() never uses a rule up, but sees that it is."""
    limiter = Limiter()
    for _ in range(100):
        limiter.check("login_failure", "ana")
    for _ in range(5):
        limiter.hit("login_failure", "ana")
    with pytest.raises(TooMany):
        limiter.check("login_failure", "ana")


def test_the_longer_rule_refuses_for_longer() -> None:
    """Slowed first, then refused: every action with several rules goes from the short window to the long one."""
    for rules in RULES.values():
        windows = [rule.get_expiry() for rule in rules]
        assert windows == sorted(windows)


@pytest.mark.parametrize(
    ("address", "key"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("testclient", "testclient")],
)
def test_an_ipv6_home_counts_as_one(address: str, key: str) -> None:
    """All addresses of one /64 share a window."""
    assert address_key(address) == key

"""The box's Cloud Armor counts per address and rule, and refuses to guess."""

from typing import Any

import pytest

from cloud.armor import Armor


def rule(priority: int, expression: str | None, action: str, count: int = 0) -> dict[str, Any]:
    match = (
        {"expr": [{"expression": expression}], "config": []}
        if expression
        else {"expr": [], "config": [{"src_ip_ranges": ["*"]}]}
    )
    limit = {"exceed_action": "deny(429)", "rate_limit_threshold": [{"count": count, "interval_sec": 60}]}
    return {"priority": priority, "action": action, "match": [match], "rate_limit_options": [limit] if count else []}


RULES = [
    rule(1000, "request.path.startsWith('/api/v1/auth/') && request.method == 'POST'", "throttle", 2),
    rule(1200, "request.path.startsWith('/api/')", "throttle", 3),
    rule(2147483647, None, "allow"),
]


def test_an_address_is_throttled_within_the_interval() -> None:
    """The third POST within a minute is 429; a minute later it passes; another address was never affected."""
    now = [0.0]
    armor = Armor(RULES, lambda: now[0])
    asked = {"method": "POST", "path": "/api/v1/auth/login"}
    assert [armor.refuses(**asked, address="a") for _ in range(3)] == [None, None, 429]
    assert armor.refuses(**asked, address="b") is None
    now[0] = 61.0
    assert armor.refuses(**asked, address="a") is None


def test_the_first_rule_that_matches_decides() -> None:
    """A GET of the same path counts for the next rule only."""
    armor = Armor(RULES, lambda: 0.0)
    asked = {"method": "GET", "path": "/api/v1/auth/me", "address": "a"}
    assert [armor.refuses(**asked) for _ in range(4)] == [None, None, None, 429]


def test_an_unknown_expression_fails_closed() -> None:
    """The box knows the expressions that terraform/ uses; a new one is a failing test, not a silent allow."""
    armor = Armor([rule(1, "origin.region_code == 'XX'", "allow")], lambda: 0.0)
    with pytest.raises(AssertionError, match="does not know"):
        armor.refuses(method="GET", path="/", address="a")


def test_unknown_addresses_fail_closed() -> None:
    """A rule for some addresses is not read as one for none of them."""
    refused = rule(1, None, "deny(403)")
    refused["match"][0]["config"][0]["src_ip_ranges"] = ["198.51.100.0/24"]
    with pytest.raises(AssertionError, match="address ranges"):
        Armor([refused], lambda: 0.0).refuses(method="GET", path="/", address="198.51.100.7")

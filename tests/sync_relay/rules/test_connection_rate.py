"""One address opens connections only so fast, in every spelling; what others open does not count."""

import pytest

from watchparty_api.addresses import address_key as key_of_the_functions
from watchparty_api.web.site import forwarded_client
from watchparty_relay.rules.connection_rate import ConnectionRate, address_key

PROXIES = ("10.0.0.0/8", "2001:db8:ffff::/48")


def opened(rate: ConnectionRate, peer: str, *, count: int, now_ms: float = 1.0, forwarded: str = "") -> int:
    return sum(rate.take(peer, [forwarded] if forwarded else [], now_ms=now_ms) for _ in range(count))


def test_a_burst_then_a_steady_rate() -> None:
    """The whole allowance at once, then a tenth of it per second."""
    rate = ConnectionRate(100)
    assert opened(rate, "192.0.2.1", count=150) == 100
    assert opened(rate, "192.0.2.1", count=50, now_ms=1_001.0) == 10
    assert opened(rate, "192.0.2.1", count=150, now_ms=20_000.0) == 100


def test_others_are_not_refused() -> None:
    """Each address has its own allowance."""
    rate = ConnectionRate(10)
    assert opened(rate, "192.0.2.1", count=20) == 10
    assert opened(rate, "192.0.2.2", count=20) == 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("fe80::1%eth0", "fe80::2"),
        ("192.0.2.1", "::ffff:c000:201"),
    ],
)
def test_spellings_of_one_client_count_together(one: str, other: str) -> None:
    """Mapped addresses, zones and the addresses of one household are one client."""
    rate = ConnectionRate(10)
    assert opened(rate, one, count=10) == 10
    assert opened(rate, other, count=1) == 0


def test_a_proxy_that_names_no_client_has_no_limit() -> None:
    """Otherwise its health checks would use up the allowance."""
    rate = ConnectionRate(10, proxies=PROXIES)
    assert opened(rate, "10.0.0.1", count=50) == 50
    assert opened(rate, "10.0.0.1", count=50, forwarded="10.1.1.1, 10.2.2.2") == 50


def test_only_a_trusted_proxy_names_a_client() -> None:
    """A client that sends the header itself is counted by its own address."""
    rate = ConnectionRate(10, proxies=PROXIES)
    assert sum(opened(rate, "192.0.2.1", count=1, forwarded=f"198.51.100.{number}") for number in range(20)) == 10


def test_forgotten_addresses_had_their_whole_allowance() -> None:
    """Memory is bounded: what was not used for ten seconds is forgotten, and nothing else."""
    rate = ConnectionRate(10)
    for number in range(1000):
        rate.take(f"192.0.{number // 250}.{number % 250}", [], now_ms=1.0)
    assert opened(rate, "192.0.2.1", count=9, now_ms=2.0) == 9
    assert opened(rate, "192.0.2.1", count=5, now_ms=10_500.0) == 5
    assert opened(rate, "192.0.2.1", count=50, now_ms=10_500.0) == 5
    assert opened(rate, "203.0.113.1", count=1, now_ms=30_600.0) == 1
    assert opened(rate, "203.0.113.2", count=1, now_ms=41_000.0) == 1
    assert len(rate._recent) + len(rate._earlier) == 2


@pytest.mark.parametrize(
    "address",
    [
        "192.0.2.1",
        "192.0.2.1:443",
        "[2001:db8::1]:443",
        "2001:db8::1",
        "::ffff:192.0.2.1",
        "fe80::1%eth0",
        "testclient",
        "",
    ],
)
def test_the_functions_know_clients_by_the_same_key(address: str) -> None:
    """The two deployables share no code, but a client is the same in both."""
    assert address_key(address) == key_of_the_functions(address)


@pytest.mark.parametrize(
    "lines",
    [[], ["192.0.2.1"], ["192.0.2.1, 10.0.0.2"], ["192.0.2.1", "198.51.100.1, 10.0.0.2"], ["10.0.0.3"], [" , "], ["x"]],
    ids=str,
)
def test_the_functions_find_the_same_client_behind_a_proxy(lines: list[str]) -> None:
    """Both take the last address that is no trusted proxy."""
    client = forwarded_client("10.0.0.1", lines, PROXIES)
    found = ConnectionRate(10, proxies=PROXIES)._client("10.0.0.1", lines)
    assert found in (address_key(client), None)
    assert (found is None) == client.startswith("10.")

"""The canonical form of network addresses."""

from ipaddress import ip_address

import pytest

from watchparty_api.addresses import address_key, canonical_address, is_metadata, is_public


@pytest.mark.parametrize(
    "text",
    ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "[::ffff:192.0.2.1]", "192.0.2.1:443", "[::ffff:c000:201]:80"],
)
def test_every_spelling_of_an_ipv4_address_is_the_same(text: str) -> None:
    """IPv4-mapped, in brackets, with a port: one client, so one limit and one lock."""
    assert canonical_address(text) == ip_address("192.0.2.1")
    assert address_key(text) == "192.0.2.1"


def test_a_household_is_one_network() -> None:
    """IPv6 addresses of one /64, with or without a zone, share a key; IPv4-mapped clients do not share one."""
    keys = {address_key(text) for text in ("2001:db8::1", "2001:db8::2%eth0", "[2001:db8::3]:80", "2001:0db8:0::4")}
    assert keys == {"2001:db8::/64"}
    assert address_key("::ffff:192.0.2.1") != address_key("::ffff:192.0.2.2")
    assert address_key("testclient") == "testclient"
    assert canonical_address("testclient") is None


@pytest.mark.parametrize(
    "text",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "fd20:ce::254",
        "192.0.0.192",
        "168.63.129.16",
        "::ffff:0:169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "2001:4860:4860::5efe:169.254.169.254",
        "2001:4860:4860::200:5efe:169.254.169.254",
    ],
)
def test_a_metadata_service_is_recognised_in_every_spelling(text: str) -> None:
    """Also where IPv6 embeds its IPv4 address."""
    address = canonical_address(text)
    assert address is not None
    assert is_metadata(address)
    assert not is_public(address)


@pytest.mark.parametrize(
    "text",
    [
        "::ffff:10.0.0.1",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "::1",
        "127.0.0.1",
        "fc00::1",
        "192.0.0.8",
        "192.88.99.1",
        "3fff::1",
        "2001:4860:4860::5efe:10.0.0.1",
    ],
)
def test_only_plain_public_addresses_are_public(text: str) -> None:
    """Not private ones, and none that lead through a translator."""
    address = canonical_address(text)
    assert address is not None
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    """Over both protocols, and mapped."""
    for text in ("8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"):
        address = canonical_address(text)
        assert address is not None
        assert is_public(address)
        assert not is_metadata(address)

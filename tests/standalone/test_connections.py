"""How many connections there may be, whose they are, and when a transfer has stalled."""

from asyncio import BaseTransport

import pytest

from watchparty.connections import (
    CLIENT_HEALTH_DESCRIPTORS,
    HEALTH_DESCRIPTORS,
    HTTP_DESCRIPTORS,
    MAX_DESCRIPTORS,
    RESERVED_DESCRIPTORS,
    Admission,
    ConnectionBudget,
    Progress,
    connection_descriptors,
)

PROXY = "10.0.0.1"
DESCRIPTORS = 1_200
HALF = DESCRIPTORS // 2 // HTTP_DESCRIPTORS
"""The HTTP connections of one client."""


def open_many(budget: ConnectionBudget, peer: str, count: int) -> list[BaseTransport]:
    """Opens connections, all of which are admitted."""
    opened = [BaseTransport() for _ in range(count)]
    assert {budget.opened(each, peer) for each in opened} == {Admission.ADMITTED}
    return opened


def test_a_client_may_use_half() -> None:
    """Beyond it a few health checks are answered, then connections are refused; other clients notice nothing."""
    budget = ConnectionBudget(DESCRIPTORS)
    opened = open_many(budget, "192.0.2.1", HALF)
    further = [budget.opened(BaseTransport(), "192.0.2.1") for _ in range(100)]
    allowed = CLIENT_HEALTH_DESCRIPTORS // HTTP_DESCRIPTORS
    assert further == [Admission.HEALTH_ONLY] * allowed + [Admission.REFUSED] * (100 - allowed)
    assert budget.opened(BaseTransport(), "192.0.2.2") is Admission.ADMITTED
    for each in opened:
        budget.closed(each)
    assert budget.opened(BaseTransport(), "192.0.2.1") is Admission.ADMITTED


def test_the_last_descriptors_are_for_health_checks() -> None:
    """Whoever holds the others; after them there is nothing left."""
    budget = ConnectionBudget(HEALTH_DESCRIPTORS + 2 * HTTP_DESCRIPTORS)
    opened = [budget.opened(BaseTransport(), f"192.0.2.{n}") for n in range(HEALTH_DESCRIPTORS // HTTP_DESCRIPTORS + 4)]
    assert opened[:2] == [Admission.ADMITTED] * 2
    assert opened[2:-2] == [Admission.HEALTH_ONLY] * (HEALTH_DESCRIPTORS // HTTP_DESCRIPTORS)
    assert opened[-2:] == [Admission.REFUSED] * 2


def test_those_who_have_filled_the_server_get_nothing_of_the_rest() -> None:
    """However often they connect again, a health check from elsewhere finds room."""
    budget = ConnectionBudget(DESCRIPTORS)
    for number in range(10 * DESCRIPTORS):
        transport = BaseTransport()
        if budget.opened(transport, f"192.0.2.{number % 3}") is Admission.REFUSED:
            budget.closed(transport)
    assert budget.opened(BaseTransport(), "127.0.0.1") is Admission.HEALTH_ONLY


def test_a_websocket_uses_one_descriptor() -> None:
    """It sends no files: with 1,024 descriptors more than 700 people can take part."""
    budget = ConnectionBudget(connection_descriptors(1_024))
    for number in range(700):
        transport = BaseTransport()
        assert budget.opened(transport, f"192.0.2.{number % 200}") is Admission.ADMITTED
        budget.upgraded(transport)


def test_connections_never_use_every_descriptor() -> None:
    """The rest of the process needs some."""
    assert connection_descriptors(1_024) == 1_024 - RESERVED_DESCRIPTORS
    assert connection_descriptors(1_000_000) == MAX_DESCRIPTORS


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff:2"), ("192.0.2.1", "::ffff:192.0.2.1"), ("fe80::1%eth0", "fe80::2%eth1")],
)
def test_a_client_has_one_name(one: str, other: str) -> None:
    """A whole IPv6 network is one client, and so is an IPv4 address in either form."""
    budget = ConnectionBudget(DESCRIPTORS)
    open_many(budget, one, HALF - 1)
    open_many(budget, other, 1)
    assert budget.opened(BaseTransport(), one) is Admission.HEALTH_ONLY
    assert budget.opened(BaseTransport(), "2001:db8:0:1::1") is Admission.ADMITTED


def test_behind_a_trusted_proxy_the_client_is_the_one_that_it_names() -> None:
    """Per request, because a proxy uses a connection for many clients; the proxy itself has no limit."""
    budget = ConnectionBudget(DESCRIPTORS, proxies=(PROXY,))
    opened = open_many(budget, PROXY, HALF + 1)
    assert [budget.requested(each, []) for each in opened] == [Admission.ADMITTED] * (HALF + 1)
    named = [budget.requested(each, ["6.6.6.6, 203.0.113.7"]) for each in opened]
    assert named == [Admission.ADMITTED] * HALF + [Admission.HEALTH_ONLY]
    assert budget.requested(opened[-1], ["203.0.113.8"]) is Admission.ADMITTED
    budget.answered(opened[0])
    assert budget.requested(opened[-1], ["203.0.113.7"]) is Admission.ADMITTED


def test_a_forged_header_changes_nothing() -> None:
    """Only a trusted proxy says who the client is."""
    budget = ConnectionBudget(DESCRIPTORS, proxies=(PROXY,))
    open_many(budget, "192.0.2.1", HALF)
    last = BaseTransport()
    budget.opened(last, "192.0.2.1")
    assert budget.requested(last, ["203.0.113.7"]) is Admission.HEALTH_ONLY


def test_nothing_is_counted_twice() -> None:
    """A connection that was closed is forgotten, however often that is reported."""
    budget, transport = ConnectionBudget(DESCRIPTORS, proxies=(PROXY,)), BaseTransport()
    budget.opened(transport, PROXY)
    for _ in range(3):
        budget.requested(transport, ["203.0.113.7"])
        budget.answered(transport)
    budget.requested(transport, ["203.0.113.7"])
    budget.upgraded(transport)
    budget.closed(transport)
    budget.closed(transport)
    budget.answered(transport)
    assert budget == ConnectionBudget(DESCRIPTORS, proxies=(PROXY,))


def test_a_transfer_stalls_when_a_window_brings_too_little() -> None:
    """A few bytes at the end of each window do not count, and a pause of the server begins another window."""
    progress = Progress(within_s=30.0, least_bytes=4_096)
    assert not progress.stalled(0, now_s=0.0)
    assert not progress.stalled(4_096, now_s=30.0)
    assert not progress.stalled(4_097, now_s=59.0)
    assert progress.stalled(4_097, now_s=60.0)
    progress.restart()
    assert not progress.stalled(4_097, now_s=61.0)
    assert not progress.stalled(4_097, now_s=90.0)
    assert progress.stalled(4_097, now_s=91.0)

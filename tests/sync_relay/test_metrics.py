"""The metrics as Prometheus reads them: typed, cumulative, and counting what happened."""

import re

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import ManualTime
from watchparty_relay.metrics import Histogram, Metrics

LINE = re.compile(r"^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+=\"[^\"]*\"\})? [0-9.e+-]+)$")


def value(text: str, name: str) -> float:
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"watchparty_relay_{name} "))


def test_prometheus_can_read_every_line() -> None:
    """The text format: comments with help and type, then samples; each name once with its type."""
    metrics = Metrics()
    metrics.received["Chat"] += 1
    metrics.closed[4503] += 1
    lines = metrics.text().splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(typed) == len(set(typed))
    samples = {re.sub(r"(_bucket|_sum|_count)?(\{.*)? .*$", "", line) for line in lines if not line.startswith("#")}
    assert samples <= set(typed)


def test_a_histogram_is_cumulative() -> None:
    """A duration of one millisecond is in every bucket from one millisecond upwards."""
    histogram = Histogram()
    for seconds in (0.0004, 0.001, 0.0011, 9.0):
        histogram.observe(seconds)
    lines = dict(line.rsplit(" ", 1) for line in histogram.lines("x"))
    assert [lines[f'x_bucket{{le="{edge}"}}'] for edge in ("0.0005", "0.001", "0.002", "2.0", "+Inf")] == [
        "1",
        "2",
        "3",
        "3",
        "4",
    ]
    assert lines["x_count"] == "4"


@pytest.mark.anyio
async def test_what_happens_is_counted(harness: RelayHarness) -> None:
    """Connections, rooms, deliveries, lagging readers, and durations."""
    host, ana = await harness.host(), await harness.join("ana")
    ana.send(t="ping", c=1.0)
    before = value(harness.service.metrics.text(), "deliveries_total")
    await host.chat("hello")
    text = harness.service.metrics.text()
    assert (value(text, "connections"), value(text, "rooms")) == (2, 1)
    assert value(text, "deliveries_total") == before + 3  # two lines and an answer
    assert value(text, "pong_seconds_count") == 1
    assert value(text, "fan_out_seconds_count") >= 1


@pytest.mark.anyio
async def test_joins_and_changes_are_timed(harness: RelayHarness) -> None:
    """What the goals of the service refer to: a join from the open socket on, a change until the members have it."""
    client = harness.client()
    assert isinstance(harness.time, ManualTime)
    harness.time.advance(0.75)
    client.hello(harness.issuer.join("host", role="host", name="Hanna", acct="acc-1"))
    await client.next("welcome")
    text = harness.service.metrics.text()
    assert (value(text, "join_seconds_count"), value(text, "join_seconds_sum")) == (1, 0.75)
    before = value(text, "command_seconds_count")
    await client.cmd("play")
    assert value(harness.service.metrics.text(), "command_seconds_count") == before + 1


@pytest.mark.anyio
async def test_a_wait_for_admission_is_no_slow_join(harness: RelayHarness) -> None:
    """A person decides on it."""
    waiting = harness.client()
    waiting.hello(harness.issuer.join("ana", role="waiting", req="r1"))
    await waiting.next("welcome")
    assert value(harness.service.metrics.text(), "join_seconds_count") == 0

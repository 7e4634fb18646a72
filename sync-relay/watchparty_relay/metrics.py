"""The relay's metrics and their text for Prometheus. One object per process, passed to every part that counts."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

PREFIX = "watchparty_relay_"
BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
"""Chosen around the targets of 1, 5 and 50 milliseconds, and those of the service: 0.3 and 2 seconds (slo.tf)."""


class Histogram:
    """Durations in buckets: constant memory, and cheap enough for the hot path."""

    __slots__ = ("_counts", "_sum_s")

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS_S) + 1)
        self._sum_s = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(BUCKETS_S, seconds)] += 1
        self._sum_s += seconds

    def lines(self, name: str) -> Iterator[str]:
        total = 0
        for edge, count in zip((*map(str, BUCKETS_S), "+Inf"), self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{le="{edge}"}} {total}'
        yield f"{name}_sum {self._sum_s}"
        yield f"{name}_count {total}"


@dataclass(eq=False)
class Metrics:
    """Gauges are set, counters only grow, histograms observe seconds."""

    connections: int = 0
    rooms: int = 0
    lagging: int = 0
    events_pending: int = 0
    redis_up: int = 1
    socket_bytes: int = 0
    refused: int = 0
    too_fast: int = 0
    deliveries: int = 0
    resyncs: int = 0
    epochs: int = 0
    events_lost: int = 0
    events_set_aside: int = 0
    redis_failures: int = 0
    received: Counter[str] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    join: Histogram = field(default_factory=Histogram)
    command: Histogram = field(default_factory=Histogram)
    fan_out: Histogram = field(default_factory=Histogram)
    pong: Histogram = field(default_factory=Histogram)
    loop_lag: Histogram = field(default_factory=Histogram)
    redis: Histogram = field(default_factory=Histogram)

    def text(self) -> str:
        return "\n".join((*self._gauges(), *self._counters(), *self._histograms())) + "\n"

    def _gauges(self) -> Iterator[str]:
        values = {
            "connections": (self.connections, "open sockets"),
            "rooms": (self.rooms, "rooms with connections here"),
            "lagging": (self.lagging, "readers that lag"),
            "room_events_pending": (self.events_pending, "room events not yet published"),
            "socket_bytes": (self.socket_bytes, "memory that connections hold, estimated"),
            "redis_up": (self.redis_up, "whether Redis answered the last request"),
        }
        for name, (value, what) in values.items():
            yield from _header(name, "gauge", what)
            yield f"{PREFIX}{name} {value}"

    def _counters(self) -> Iterator[str]:
        values = {
            "deliveries": (self.deliveries, "messages sent, counted once per receiver"),
            "resyncs": (self.resyncs, "lagging readers that were brought up to date"),
            "epochs": (self.epochs, "rooms that began a new epoch because Redis had lost or forked them"),
            "room_events_lost": (self.events_lost, "room events dropped"),
            "room_events_set_aside": (self.events_set_aside, "room events that the functions refused again and again"),
            "connections_refused": (self.refused, "upgrades refused because the budget of memory was used up"),
            "connections_too_fast": (self.too_fast, "upgrades refused because their address had opened too many"),
            "redis_failures": (self.redis_failures, "requests that Redis did not answer"),
        }
        for name, (value, what) in values.items():
            yield from _header(f"{name}_total", "counter", what)
            yield f"{PREFIX}{name}_total {value}"
        yield from _header("received_total", "counter", "messages by type")
        yield from (f'{PREFIX}received_total{{type="{name}"}} {n}' for name, n in sorted(self.received.items()))
        yield from _header("closed_total", "counter", "closed connections by code")
        yield from (f'{PREFIX}closed_total{{code="{code}"}} {n}' for code, n in sorted(self.closed.items()))

    def _histograms(self) -> Iterator[str]:
        values = {
            "join_seconds": (self.join, "from an open socket to the welcome"),
            "command_seconds": (self.command, "from the decision on a change to its broadcast to the members here"),
            "fan_out_seconds": (self.fan_out, "from the first message of a round to the last member's write"),
            "pong_seconds": (self.pong, "from a ping's arrival to its pong"),
            "loop_lag_seconds": (self.loop_lag, "lateness of the event loop"),
            "redis_seconds": (self.redis, "duration of a commit in Redis"),
        }
        for name, (histogram, what) in values.items():
            yield from _header(name, "histogram", what)
            yield from histogram.lines(f"{PREFIX}{name}")


def _header(name: str, kind: str, what: str) -> tuple[str, str]:
    return f"# HELP {PREFIX}{name} {what}", f"# TYPE {PREFIX}{name} {kind}"

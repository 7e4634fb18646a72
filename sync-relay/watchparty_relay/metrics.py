"""What the relay does in numbers, and their text for a Prometheus that asks. One object a process, passed around."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

PREFIX = "watchparty_relay_"
# Seconds; the goals are at 1, 5 and 50 milliseconds.
BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Histogram:
    """How long something took, in buckets: constant in memory, and cheap enough for the hot path."""

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
    deliveries: int = 0
    resyncs: int = 0
    epochs: int = 0
    events_lost: int = 0
    redis_failures: int = 0
    received: Counter[str] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    fan_out: Histogram = field(default_factory=Histogram)
    pong: Histogram = field(default_factory=Histogram)
    loop_lag: Histogram = field(default_factory=Histogram)
    redis: Histogram = field(default_factory=Histogram)

    def text(self) -> str:
        return "\n".join((*self._gauges(), *self._counters(), *self._histograms())) + "\n"

    def _gauges(self) -> Iterator[str]:
        values = {
            "connections": (self.connections, "open sockets"),
            "rooms": (self.rooms, "rooms that somebody here is in"),
            "lagging": (self.lagging, "readers that are behind"),
            "room_events_pending": (self.events_pending, "room events that are not published yet"),
            "redis_up": (self.redis_up, "whether the bus answered the last time"),
        }
        for name, (value, what) in values.items():
            yield from _headed(name, "gauge", what)
            yield f"{PREFIX}{name} {value}"

    def _counters(self) -> Iterator[str]:
        values = {
            "deliveries": (self.deliveries, "messages put on their way, once a reader"),
            "resyncs": (self.resyncs, "readers that were behind and were brought up to date"),
            "epochs": (self.epochs, "rooms that began again because the bus had lost or mixed them"),
            "room_events_lost": (self.events_lost, "room events given up"),
            "redis_failures": (self.redis_failures, "questions that the bus did not answer"),
        }
        for name, (value, what) in values.items():
            yield from _headed(f"{name}_total", "counter", what)
            yield f"{PREFIX}{name}_total {value}"
        yield from _headed("received_total", "counter", "messages by type")
        yield from (f'{PREFIX}received_total{{type="{name}"}} {n}' for name, n in sorted(self.received.items()))
        yield from _headed("closed_total", "counter", "closed connections by code")
        yield from (f'{PREFIX}closed_total{{code="{code}"}} {n}' for code, n in sorted(self.closed.items()))

    def _histograms(self) -> Iterator[str]:
        values = {
            "fan_out_seconds": (self.fan_out, "from what a room says first to the last member's write"),
            "pong_seconds": (self.pong, "from a ping's arrival to its pong"),
            "loop_lag_seconds": (self.loop_lag, "by how much the event loop is late"),
            "redis_seconds": (self.redis, "a step's way through Redis"),
        }
        for name, (histogram, what) in values.items():
            yield from _headed(name, "histogram", what)
            yield from histogram.lines(f"{PREFIX}{name}")


def _headed(name: str, kind: str, what: str) -> tuple[str, str]:
    return f"# HELP {PREFIX}{name} {what}", f"# TYPE {PREFIX}{name} {kind}"

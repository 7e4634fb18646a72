"""The cells of the benchmark: each measures some servers in turn, several times, and returns its samples.

Every sample comes from a fresh server. The turns of a cell are interleaved, so that the machine's other work affects
all servers alike, and so that ratios can be taken turn by turn.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench.relay.flush import worst_jumps_ms
from bench.relay.load import LINE, WIDE_LINE, Load, Measured, Options, Person, rooms_of
from bench.relay.servers import Servers

Samples = dict[str, list[float]]
"""Keys are "server, what, quantity"."""

SHAPES = {10: (200, 4), 100: (1000, 3), 1000: (1000, 6)}
"""By the size of a room: the number of people, and of outstanding messages per room at saturation."""
ALL_SERVERS = ("relay", "home relay", "relay+redis", "c", "c joined", "ws", "socket.io")
LOW_LOAD_PER_S = 25_000
IDLE_PEOPLE = 5_000
HUGE_ROOM = 10_000
RELAYS = 10
STALLED_SHARE = 100
RETURNING = 1_000


@dataclass
class Bench:
    load: Load
    servers: Servers
    turns: int
    problems: list[str] = field(default_factory=list)
    """What the reader of the figures must know: messages that did not arrive, a generator that was the bottleneck."""

    def measure(
        self, name: str, people: Iterable[Person], samples: Samples, what: str, **options: str | float
    ) -> Measured:
        with self.servers.serving(name) as running:
            measured = self.load.run(name, running, people, options)
        for quantity, value in _quantities(measured).items():
            samples[f"{name}, {what}, {quantity}"].append(value)
        for problem in ("missing", "refused", "closed", "retried"):
            if measured[problem]:
                self.problems.append(f"{name}, {what}: {measured[problem]:g} {problem}")
        if measured.load_bound:
            self.problems.append(f"{name}, {what}: the load generator's core was the bottleneck")
        return measured


def _quantities(measured: Measured) -> dict[str, float]:
    """The results of one run, under the names used in the tables."""
    if not measured["seconds"]:
        return {}
    usage = {"CPU": measured.cpu, "RSS KB": measured.rss_kb}
    if not measured["deliveries"]:
        return usage
    return {
        "deliveries/s": measured.deliveries_per_s,
        "µs a delivery": 1e6 * measured.cpu / measured.deliveries_per_s,
        "p50": measured["each_p50_ms"],
        "p99": measured["each_p99_ms"],
        "last p50": measured["last_p50_ms"],
        "last p99": measured["last_p99_ms"],
        **usage,
    }


def saturation(bench: Bench) -> Samples:
    """The number of deliveries that a server makes when there is always more to do."""
    samples: Samples = defaultdict(list)
    for _ in range(bench.turns):
        for size, (people, window) in SHAPES.items():
            for name in ALL_SERVERS:
                options: Options = {"mode": "closed", "window": window, "warm": 0.6, "seconds": 1.2}
                bench.measure(name, rooms_of(size, people), samples, f"rooms of {size}", **options)
    return samples


def low_load(bench: Bench) -> Samples:
    """A load that every server can sustain: its latency and its cost."""
    samples: Samples = defaultdict(list)
    for _ in range(bench.turns):
        for size in (100, 1000):
            for name in ALL_SERVERS:
                options: Options = {"mode": "open", "rate": LOW_LOAD_PER_S / size, "warm": 0.6, "seconds": 2.0}
                bench.measure(name, rooms_of(size, SHAPES[size][0]), samples, f"rooms of {size}", **options)
    return samples


def joins(bench: Bench) -> Samples:
    """A thousand people join one room, 64 at a time; the relay verifies each one's token."""
    samples: Samples = defaultdict(list)
    for _ in range(bench.turns):
        for name in ALL_SERVERS:
            measured = bench.measure(name, rooms_of(1000, 1000), samples, "one room", mode="join")
            samples[f"{name}, one room, joins/s"].append(measured["joined"] / measured["join_s"])
            samples[f"{name}, one room, join p99"].append(measured["join_p99_ms"])
    return samples


def idle(bench: Bench) -> Samples:
    """Memory and CPU for idle connections, in rooms of 100."""
    samples: Samples = defaultdict(list)
    for _ in range(min(bench.turns, 3)):
        for name in ("relay", "relay+redis", "c", "ws", "socket.io"):
            with bench.servers.serving(name) as running:
                time.sleep(1)
                empty_kb = running.rss_kb()
                people = rooms_of(100, IDLE_PEOPLE)
                measured = bench.load.run(name, running, people, {"mode": "idle", "warm": 3, "seconds": 5})
            samples[f"{name}, empty, MB"].append(empty_kb / 1024)
            samples[f"{name}, idle, KB each"].append((measured.rss_kb - empty_kb) / IDLE_PEOPLE)
            samples[f"{name}, idle, CPU"].append(measured.cpu)
    return samples


def viewers(bench: Bench) -> Samples:
    """Viewers: each pings twice and reports once per second, as the page does while a film plays."""
    samples: Samples = defaultdict(list)
    for _ in range(min(bench.turns, 3)):
        for name in ("relay", "relay+redis"):
            people = rooms_of(10, 1000)
            bench.measure(name, people, samples, "rooms of 10", mode="watch", ping=0.5, report=1, warm=3, seconds=5)
    return samples


def stalled(bench: Bench) -> Samples:
    """A room of 1,000 in which some never read, beside the same room in which all do."""
    samples: Samples = defaultdict(list)
    wide: Options = {"message": WIDE_LINE, "match": '"t":"chat"'}
    options: Options = {"mode": "open", "rate": 15, "warm": 4, "seconds": 4, **wide}
    for _ in range(bench.turns):
        for what, every in (("all read", 0), ("1 % stalled", STALLED_SHARE), ("10 % stalled", STALLED_SHARE // 10)):
            people = [Person(0, kind="s" if every and number % every == 1 else "a") for number in range(1000)]
            bench.measure("relay", people, samples, what, **options)
    return samples


def redis_hop(bench: Bench) -> Samples:
    """The same people on one relay, and spread over two that share a Redis."""
    samples: Samples = defaultdict(list)
    for _ in range(bench.turns):
        for name, relays in (("relay", 1), ("2 relays+redis", 2)):
            people = [Person(number // 100, server=number % relays) for number in range(1000)]
            options: Options = {"mode": "open", "rate": 50, "warm": 1, "seconds": 3}
            bench.measure(name, people, samples, "rooms of 100 at 5,000/s", **options)
    return samples


def huge_room(bench: Bench) -> Samples:
    """From a command to the last of 10,000 people, with ten relays and Redis, beside one C loop that sends to all."""
    samples: Samples = defaultdict(list)
    for _ in range(bench.turns):
        for name, servers in ((f"{RELAYS} relays+redis", RELAYS), ("c", 1)):
            people = [Person(0, server=number % servers) for number in range(HUGE_ROOM)]
            options: Options = {"mode": "open", "rate": 1, "warm": 2, "seconds": 20}
            bench.measure(name, people, samples, "one room of 10,000", **options)
    return samples


def kill9(bench: Bench) -> Samples:
    """One of two relays is killed; its 1,000 clients all reconnect to the other one at once and request what they
    missed. Measures the time until each has it.
    """
    samples: Samples = defaultdict(list)
    name = "2 relays+redis"
    viewers = [Person(0, kind="p", server=0, back=1) for _ in range(RETURNING)]
    speakers = [Person(0, server=1) for _ in range(30)]
    for _ in range(bench.turns):
        with bench.servers.serving(name) as running:
            lines: Options = {"message": LINE, "match": '"t":"chat"'}
            options: Options = {"mode": "open", "rate": 20, "warm": 2, "seconds": 4, **lines}
            kill = threading.Timer(0.5, running.processes[0].kill).start
            measured = bench.load.run(name, running, viewers + speakers, options, at_begin=kill)
        samples["back p50"].append(measured["return_p50_ms"] / 1000)
        samples["back p99"].append(measured["return_p99_ms"] / 1000)
        samples["not back"].append(RETURNING - measured["returned"])
        for what in ("gaps", "doubles", "incomplete", "behind"):
            samples[what].append(measured[what])
    return samples


def flush(bench: Bench) -> Samples:
    """Redis is emptied under rooms that play: how far a player's clock jumps."""
    with bench.servers.serving("2 relays+redis") as running:
        return {"jump": worst_jumps_ms(running, bench.load.issuer, flushes=bench.turns)}


CELLS: dict[str, Callable[[Bench], Samples]] = {
    "saturation": saturation,
    "low": low_load,
    "joins": joins,
    "idle": idle,
    "viewers": viewers,
    "stalled": stalled,
    "hop": redis_hop,
    "kill9": kill9,
    "flush": flush,
    "huge": huge_room,
}

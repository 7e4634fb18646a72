"""Turns samples into published figures: ratios taken turn by turn, their medians and spreads, beside the goals.

Pure: it neither measures nor prints.
"""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.relay.cells import RELAYS, SHAPES, Samples
from bench.report import Row, spread_of

# Cloud Run, region of tier 1, instance-based billing: cloud.google.com/run/pricing (read 2026-11-25). A relay of one
# vCPU has 512 MiB; an instance takes at most 1,000 connections (docs.cloud.google.com/run/quotas).
VCPU_DOLLARS_PER_S = 0.000018
GIB_DOLLARS_PER_S = 0.000002
RELAY_GIB = 0.5
MAX_CONNECTIONS = 1000
BUSY_AT_MOST = 0.6
"""A relay that is busier than this is late during bursts; Cloud Run also starts another instance at 60 % CPU."""

Kept = Mapping[str, Samples]
"""Samples by cell."""
HUGE = f"{RELAYS} relays+redis"


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """Turn by turn."""
    return [a / b for a, b in zip(over, under, strict=True) if b]


def row(
    key: str,
    what: str,
    samples: Sequence[float],
    unit: str,
    goal: float | None = None,
    moonshot: float | None = None,
    *,
    at_least: bool = False,
    of: Callable[[Sequence[float]], float] = statistics.median,
) -> Row:
    return Row(key, what, of(samples), unit, goal, spread_of(samples), moonshot, at_least)


def rows(kept: Kept) -> list[Row]:
    """The rows of the cells that were measured."""
    return [each for cell, make in _ROWS.items() if cell in kept for each in make(kept[cell])]


def _saturation(samples: Samples) -> Iterator[Row]:
    def against(other: str, ours: str = "relay") -> list[float]:
        """For each turn, the geometric mean over the shapes of rooms."""
        shapes = [
            ratios(*(samples[f"{name}, rooms of {size}, deliveries/s"] for name in (ours, other))) for size in SHAPES
        ]
        return [math.prod(turn) ** (1 / len(turn)) for turn in zip(*shapes, strict=True)]

    yield row(
        "vs_socketio", "deliveries/s at saturation over socket.io's", against("socket.io"), "×", 6, 8, at_least=True
    )
    yield row("vs_ws", "… over ws's", against("ws"), "×", 3, 5, at_least=True)
    yield row("vs_c_joined", "… over C that joins frames", against("c joined"), "×", 0.6, 0.9, at_least=True)
    yield row("vs_c", "… over C that does not", against("c"), "×", at_least=True)
    yield row(
        "redis_vs_socketio", "… through Redis over socket.io's", against("socket.io", "relay+redis"), "×", at_least=True
    )
    for other, key in (("socket.io", "socketio"), ("ws", "ws"), ("c joined", "c_joined")):
        yield row(
            f"home_vs_{key}", f"at home, not compiled, over {other}", against(other, "home relay"), "×", at_least=True
        )


def _low(samples: Samples) -> Iterator[Row]:
    def of(name: str, quantity: str) -> Sequence[float]:
        return samples[f"{name}, rooms of 1000, {quantity}"]

    p99 = ratios(of("relay", "p99"), of("socket.io", "p99"))
    yield row("p99_vs_socketio", "p99 at 25,000/s, room of 1,000, over socket.io's", p99, "×", 0.7, 0.5)
    yield row("p99_vs_c", "… over C's", ratios(of("relay", "p99"), of("c", "p99")), "×")
    yield row(
        "cpu_vs_socketio", "CPU at 25,000/s over socket.io's", ratios(of("relay", "CPU"), of("socket.io", "CPU")), "×"
    )
    yield row("cpu_vs_c", "… over C's", ratios(of("relay", "CPU"), of("c", "CPU")), "×")


def _joins(samples: Samples) -> Iterator[Row]:
    ours, home, theirs = (samples[f"{name}, one room, joins/s"] for name in ("relay", "home relay", "socket.io"))
    yield row(
        "joins_vs_socketio",
        "joins/s into a room of 1,000, over socket.io's",
        ratios(ours, theirs),
        "×",
        3,
        6,
        at_least=True,
    )
    yield row("joins_per_s", "… in absolute terms, each with a verified token", ours, "/s", at_least=True)
    yield row(
        "home_joins_vs_socketio",
        "at home, not compiled, joins/s over socket.io's",
        ratios(home, theirs),
        "×",
        at_least=True,
    )


def _idle(samples: Samples) -> Iterator[Row]:
    yield row("kb_per_idle", "memory of an idle connection, of 5,000", samples["relay, idle, KB each"], "KB", 20, 9.6)
    yield row("idle_5000_cpu", "cores that 5,000 idle connections use", samples["relay, idle, CPU"], "", 0.05)
    yield row("empty_mb", "memory of a relay without connections", samples["relay, empty, MB"], "MB", 60)


def _viewers(samples: Samples) -> Iterator[Row]:
    cores = samples["relay+redis, rooms of 10, CPU"]
    per_core = [1000 * BUSY_AT_MOST / used for used in cores]
    dollars_per_h = 3600 * (VCPU_DOLLARS_PER_S + RELAY_GIB * GIB_DOLLARS_PER_S)
    per_dollar = [min(each, MAX_CONNECTIONS) / dollars_per_h for each in per_core]
    yield row("viewers_per_core", "viewers per core that is 60 % busy", per_core, "", at_least=True)
    yield row(
        "viewers_per_core_dollar",
        "… per hour and dollar of Cloud Run (≤ 1,000 per instance)",
        per_dollar,
        "",
        at_least=True,
    )
    yield row("viewers_1000_cores", "cores that 1,000 of them use", cores, "")


def _stalled(samples: Samples) -> Iterator[Row]:
    p99 = ratios(samples["relay, 1 % stalled, p99"], samples["relay, all read, p99"])
    growth = zip(samples["relay, 10 % stalled, RSS KB"], samples["relay, all read, RSS KB"], strict=True)
    yield row("stalled_p99_ratio", "p99 of the others where 1 % do not read", p99, "×", 1.2, 1.05)
    yield row(
        "kb_per_stalled",
        "memory of a client that does not read",
        [(more - less) / 100 for more, less in growth],
        "KB",
        320,
        128,
    )


def _hop(samples: Samples) -> Iterator[Row]:
    two, one = (samples[f"{name}, rooms of 100 at 5,000/s, p99"] for name in ("2 relays+redis", "relay"))
    added = [more - less for more, less in zip(two, one, strict=True)]
    yield row("redis_added_p99_ms", "p99 that a second relay through Redis adds", added, "ms", 2, 1)


def _kill9(samples: Samples) -> Iterator[Row]:
    lost = [
        sum(each)
        for each in zip(
            *(samples[what] for what in ("not back", "gaps", "doubles", "incomplete", "behind")), strict=True
        )
    ]
    yield row("kill9_p99_s", "kill -9 with 1,000 clients: all back and complete, p99", samples["back p99"], "s", 2, 0.5)
    yield row("kill9_lost", "… clients that lack a line or have one twice", lost, "", 0, of=max)


def _flush(samples: Samples) -> Iterator[Row]:
    yield row("flush_jump_ms", "Redis flushed: worst jump of a room's clock", samples["jump"], "ms", 50, 5, of=max)


def _huge(samples: Samples) -> Iterator[Row]:
    def of(name: str) -> Sequence[float]:
        return samples[f"{name}, one room of 10,000, last p99"]

    yield row(
        "room10k_p99_vs_c",
        "room of 10,000: command → last client, p99, over C's",
        ratios(of(HUGE), of("c")),
        "×",
        2,
        1.3,
    )
    yield row("room10k_p99_ms", f"… in ms, {RELAYS} relays and Redis on one core", of(HUGE), "ms")


_ROWS: dict[str, Callable[[Samples], Iterator[Row]]] = {
    "huge": _huge,
    "saturation": _saturation,
    "low": _low,
    "joins": _joins,
    "idle": _idle,
    "stalled": _stalled,
    "hop": _hop,
    "kill9": _kill9,
    "flush": _flush,
    "viewers": _viewers,
}

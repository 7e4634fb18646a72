"""`make bench-scale`: what a viewer costs each part, measured on real relays and a real Redis, and where that ends.

Ten, a hundred and a thousand rooms of two viewers, one on each of two compiled relays, which is the most expensive
room for Redis: nothing is shared. Every viewer pings twice and reports once per second, as the page does while a film
plays. Then docs/figures.py extrapolates each component, with the same functions that compute docs/scale.md.
"""

import argparse
import os
import platform
import runpy
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from redis import Redis

from bench.relay.build import build
from bench.relay.load import Load, Person
from bench.relay.servers import Running, Servers
from bench.report import Row, publish, spread_of
from bench.viewer_night import count
from fakes.relay.key_server import key_server

FIGURES = Path(__file__).parents[2] / "docs" / "figures.py"
ROOMS = (10, 100, 1000)
PER_ROOM = 2
RELAYS = 2
WINDOW_S = 30.0
"""Each room is verified once in this time, and its presence published six times."""
MARGIN_S = 1.0


class Usage:
    """Reads what the processes have used so far."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._redis = Redis.from_url(running.redis_url)

    def counters(self) -> dict[str, float]:
        """CPU seconds and commands up to now."""
        cpu, stats = self._redis.info("cpu"), self._redis.info("commandstats")
        return {
            "at_s": time.monotonic(),
            "relay_cpu_s": self._running.cpu_s(),
            "redis_cpu_s": cpu["used_cpu_user"] + cpu["used_cpu_sys"],
            "commands": sum(each["calls"] for name, each in stats.items() if name != "cmdstat_info"),
        }

    def redis_bytes(self) -> float:
        return float(self._redis.info("memory")["used_memory"])


def people(rooms: int) -> list[Person]:
    return [Person(room=number // PER_ROOM, server=number % RELAYS) for number in range(rooms * PER_ROOM)]


def measure(load: Load, servers: Servers, rooms: int) -> dict[str, float]:
    """One run on fresh servers: usage per viewer, or per room where the name says so."""
    viewers = rooms * PER_ROOM
    with servers.serving(f"{RELAYS} relays+redis") as running:
        time.sleep(MARGIN_S)
        usage = Usage(running)
        empty, empty_kb, empty_bytes = usage.counters(), running.rss_kb(), usage.redis_bytes()
        seen: list[dict[str, float]] = []

        def watch() -> None:
            seen.append(usage.counters())
            time.sleep(WINDOW_S)
            seen.append(usage.counters() | {"rss_kb": running.rss_kb(), "redis_bytes": usage.redis_bytes()})

        options: dict[str, str | float] = {"mode": "watch", "ping": 0.5, "report": 1, "warm": 5}
        counted = load.run(
            "relay", running, people(rooms), {**options, "seconds": WINDOW_S + 2 * MARGIN_S}, at_begin=watch
        )
    for problem in ("missing", "refused", "closed"):
        if counted[problem]:
            raise SystemExit(f"{rooms} rooms: {counted[problem]:g} {problem}")
    began, ended = seen
    seconds = ended["at_s"] - began["at_s"]
    share = viewers * seconds
    return {
        "relay_cpu": (ended["relay_cpu_s"] - began["relay_cpu_s"]) / share,
        "relay_kib": (ended["rss_kb"] - empty_kb) / viewers,
        "redis_cpu": (ended["redis_cpu_s"] - began["redis_cpu_s"]) / share,
        "redis_commands": (ended["commands"] - began["commands"]) / share,
        "redis_room_kib": (ended["redis_bytes"] - empty_bytes) / rooms / 1024,
        "join_commands": (began["commands"] - empty["commands"]) / viewers,
    }


WHAT = {
    "relay_cpu": ("relay, CPU", "µs per viewer and second", 1e6),
    "relay_kib": ("relay, memory", "KiB per viewer", 1.0),
    "redis_cpu": ("Redis, CPU", "µs per viewer and second", 1e6),
    "redis_commands": ("Redis, commands", "per viewer and second", 1.0),
    "redis_room_kib": ("Redis, memory", "KiB per room", 1.0),
    "join_commands": ("Redis, commands to join and for 5 s", "per viewer", 1.0),
}


EXTRAPOLATED = ("relay_cpu", "relay_kib", "redis_cpu", "redis_commands")
"""Of the largest number of rooms, where what each relay does anyway is shared by most viewers."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rooms", type=int, nargs="+", default=ROOMS)
    chosen = parser.parse_args()
    built = build()
    load = Load(built)
    samples: dict[tuple[int, str], list[float]] = defaultdict(list)
    with key_server(load.issuer) as keys_url:
        servers = Servers(built, keys_url)
        for _ in range(chosen.turns):  # interleaved, so that the machine's other work affects all sizes alike
            for rooms in chosen.rooms:
                for name, value in measure(load, servers, rooms).items():
                    samples[rooms, name].append(value)
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d %H:%M')}, {chosen.turns} turns")
    rows = []
    for (rooms, name), values in samples.items():
        what, unit, times = WHAT[name]
        scaled = [value * times for value in values]
        goal = 0.7 if name == "redis_commands" and rooms == max(chosen.rooms) else None
        rows.append(
            Row(
                f"{name}_{rooms}",
                f"{rooms:,} rooms: {what}, {unit}",
                statistics.median(scaled),
                "",
                goal,
                spread_of(scaled),
            )
        )
    documents = count()
    rows += [
        Row(f"firestore_{what}_per_viewer_night", f"documents, {what} per viewer and night", number, "")
        for what, number in documents.items()
    ]
    figures = runpy.run_path(str(FIGURES))
    largest = {name: statistics.median(samples[max(chosen.rooms), name]) for name in EXTRAPOLATED}
    measured = figures["Measured"](**largest)
    print(f"\n{figures['limits_table'](measured)}\n\n{figures['million_table'](measured)}")
    publish(rows, extra(figures, measured) | {"firestore_ops_per_viewer_night": round(sum(documents.values()))})


def extra(figures: dict[str, Any], measured: Any) -> dict[str, float]:
    """The first three limits and the cost of a million viewers, for programs."""
    limits = figures["limits"](measured)
    return {
        "redis_cmds_per_idle_viewer": round(measured.redis_commands, 3),
        **{f"limit_{number}_viewers": limit.viewers for number, limit in enumerate(limits[:3], start=1)},
        "million_usd_per_hour": round(sum(part.usd_h for part in figures["million"](measured))),
        **{name: round(getattr(measured, name), 9) for name in EXTRAPOLATED},
    }


if __name__ == "__main__":
    main()

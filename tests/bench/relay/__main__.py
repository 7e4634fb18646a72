"""`make bench-relay`: the relay beside a C loop, ws and socket.io, on the same core and under the same load.

The relay does its full work: it verifies EdDSA join tokens, orders all changes, stores answers and enforces every
member's limits (the load is spread over many senders), on the memory bus and, in separate rows, through Redis. The
others only forward messages. `--cells` measures some of the cells; `--kept` also prints earlier measurements.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections import defaultdict

from bench.relay.build import BUILD, build
from bench.relay.cells import CELLS, Bench, Samples
from bench.relay.load import Load
from bench.relay.rows import rows
from bench.relay.servers import LOAD_CPU, SERVER_CPU, Servers, realtime
from bench.report import publish
from fakes.relay.key_server import key_server

KEPT = BUILD / "samples"
TURNS = 7


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="measure the relay beside C, ws and socket.io")
    parser.add_argument("--cells", default=",".join(CELLS), help=f"some of {','.join(CELLS)}; none with --kept alone")
    parser.add_argument("--turns", type=int, default=TURNS, help=f"number of measurements per cell ({TURNS})")
    parser.add_argument("--kept", action="store_true", help="also print cells measured earlier")
    chosen = parser.parse_args()
    chosen.cells = [cell for cell in chosen.cells.split(",") if cell]
    if unknown := set(chosen.cells) - set(CELLS):
        parser.error(f"unknown cells: {', '.join(sorted(unknown))}")
    return chosen


def measured(cell: str, bench: Bench) -> Samples:
    """Measures a cell; also stores its samples with the time and the problems."""
    started = time.monotonic()
    bench.problems.clear()
    print(f"measuring {cell} …", file=sys.stderr, flush=True)
    samples = CELLS[cell](bench)
    print(f"measuring {cell}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = {"at": time.strftime("%Y-%m-%d %H:%M"), "problems": bench.problems, "samples": samples}
    (KEPT / f"{cell}.json").write_text(json.dumps(kept, ensure_ascii=False))
    return samples


def show(cell: str) -> Samples:
    """Prints a cell's table of medians and spreads."""
    kept = json.loads((KEPT / f"{cell}.json").read_text())
    samples: Samples = kept["samples"]
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for name, values in samples.items():
        subject, _, quantity = name.rpartition(", ")
        shown = f"{_short(statistics.median(values))} ({_short(min(values))}–{_short(max(values))})"
        lines[subject or cell][quantity] = shown
    columns = list(dict.fromkeys(quantity for line in lines.values() for quantity in line))
    turns = len(next(iter(samples.values())))
    print(f"\n### {cell}: median of {turns} (min–max), {kept['at']}\n")
    print(f"| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for subject, line in lines.items():
        print(f"| {subject} | {' | '.join(line.get(column, '') for column in columns)} |")
    for problem in dict.fromkeys(kept["problems"]):
        print(f"! {problem} ({kept['problems'].count(problem)} of {turns})")
    return samples


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> None:
    chosen = options()
    if (os.cpu_count() or 1) < 2:
        sys.exit("The server and the load need one core each; this machine has only one.")
    built = build()
    load = Load(built)
    with key_server(load.issuer) as keys_url:
        bench = Bench(load, Servers(built, keys_url), chosen.turns)
        for cell in chosen.cells:
            measured(cell, bench)
    priority = "with real-time priority (SCHED_RR)" if realtime() else "with normal priority"
    print(
        f"{platform.platform()}, {os.cpu_count()} cores; "
        f"server on core {SERVER_CPU}, load on core {LOAD_CPU}, {priority}"
    )
    shown = [cell for cell in CELLS if cell in chosen.cells or (chosen.kept and (KEPT / f"{cell}.json").exists())]
    publish(rows({cell: show(cell) for cell in shown}))


if __name__ == "__main__":
    main()

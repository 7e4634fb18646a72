"""`make chaos`: a thousand people on three relays and one Redis, with seeded faults; every event is checked."""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from pathlib import Path

from chaos.faults import KINDS
from chaos.run import Options, run


def read_options() -> Options:
    parser = argparse.ArgumentParser(description="check the promises of relays under faults")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeat the faults of a run")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--events", type=int, default=1_000_000, help="number of events to check")
    parser.add_argument(
        "--fault-every", type=float, default=2.0, dest="fault_every_s", help="average seconds between faults"
    )
    parser.add_argument(
        "--say-every", type=float, default=3.0, dest="say_every_s", help="average seconds between messages of a person"
    )
    parser.add_argument("--faults", default=",".join(KINDS), help="kinds of faults, separated by commas")
    chosen = vars(parser.parse_args())
    return Options(**(chosen | {"faults": tuple(chosen["faults"].split(","))}))


def main() -> int:
    options = read_options()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(run(options, Path(folder), log=lambda line: print(line, file=sys.stderr, flush=True)))
    for name, value in outcome.counts().items():
        print(f"| {name:<40} | {value:>10,} |")
    for example in outcome.examples:
        print(f"! {example}")
    print(f"RESULT {json.dumps(outcome.counts())}")
    return 0 if outcome.held else 1


if __name__ == "__main__":
    raise SystemExit(main())

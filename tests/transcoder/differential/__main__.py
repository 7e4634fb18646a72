"""`make differential`: compares generated films with plain ffmpeg, and keeps the recipe of each that differs.

    python -m transcoder.differential --first 0 --films 2000
    python -m transcoder.differential --recipe "container=ts parts=2"

A film that differs is reduced to a small recipe, which is printed and added to `kept.txt`. The tests compare the films
of that file from then on.
"""

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from transcoder.differential.differences import differences
from transcoder.differential.recipes import KEPT, Recipe, parse, recipe, shrunk


def compare(made: Recipe) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return differences(made, Path(folder))
        except subprocess.CalledProcessError as error:
            return [f"{error.cmd[0]}: {error.stderr.decode(errors='replace')[-300:]}"]


def compare_seed(seed: int) -> tuple[Recipe, list[str]]:
    """The smallest recipe that still differs, and how."""
    made = recipe(seed)
    found = compare(made)
    if not found:
        return made, []
    smallest = shrunk(made, lambda each: bool(compare(each)))
    return smallest, compare(smallest) or found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=0, help="the seed of the first film")
    parser.add_argument("--films", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--recipe", help="compare this film only")
    arguments = parser.parse_args()
    if arguments.recipe:
        found = compare(parse(arguments.recipe))
        print("\n".join(found) or "no difference")
        return int(bool(found))
    began = time.monotonic()
    differing: dict[str, str] = {}
    with multiprocessing.Pool(arguments.jobs) as pool:
        seeds = range(arguments.first, arguments.first + arguments.films)
        for made, found in pool.imap_unordered(compare_seed, seeds):
            if found and str(made) not in differing:
                differing[str(made)] = found[0]
                print(made, *found, sep="\n    ", flush=True)
    if differing:
        with KEPT.open("a") as kept:
            kept.writelines(f"{made}  # {what}\n" for made, what in differing.items())
    print(f"{arguments.films} films compared, {len(differing)} kinds of difference, {time.monotonic() - began:.0f} s")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m fuzz`: each target for some time under atheris, which keeps inputs that reach new code (libFuzzer).

Every target runs in its own process, so that one finding does not hide the others. New inputs collect in .build/fuzz/;
a finding is written to .build/fuzz/found/ and belongs into corpus/ together with its mend.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / ".build" / "fuzz"
OURS = ("watchparty", "watchparty_api", "watchparty_relay", "watchparty_transcoder", "pysubs2", "jwt", "websockets")
"""Packages whose code counts as covered."""
LONGEST_BYTES = 16 * 1024
SLOWEST_S = 20
"""For one input; a reader that takes longer can be used to stop a server."""
MOST_MB = 1_500


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, metavar="S", help="per target")
    parser.add_argument("--only", nargs="*", default=[], metavar="TARGET")
    parser.add_argument("--inside", metavar="TARGET", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        _inside(arguments.inside, arguments.seconds)
    names = arguments.only or sorted(folder.name for folder in (HERE / "corpus").iterdir())
    failed = [name for name in names if _run(name, arguments.seconds)]
    print(f"\nfuzzed {len(names)} targets for {arguments.seconds} s each; findings in: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def _run(name: str, seconds: int) -> bool:
    """Returns whether something was found."""
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", "fuzz", "--inside", name, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = (done.stdout + done.stderr).splitlines()
    shown = said[-60:] if done.returncode else [line for line in said if "DONE" in line or "Done " in line]
    print("\n".join(shown), flush=True)
    return done.returncode != 0


def _inside(name: str, seconds: int) -> None:
    import atheris  # a package that only fuzzing needs, and that not every Python has

    with atheris.instrument_imports(include=list(OURS)):
        from fuzz.targets import TARGETS

    corpus, found = BUILD / name, BUILD / "found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    options = {
        "max_total_time": seconds, "max_len": LONGEST_BYTES, "timeout": SLOWEST_S, "rss_limit_mb": MOST_MB,
        "artifact_prefix": f"{found}/{name}-",
    }  # fmt: skip
    words = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([f"fuzz {name}", *words, str(corpus), str(HERE / "corpus" / name)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    raise SystemExit(main())

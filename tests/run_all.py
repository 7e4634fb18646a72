"""`make test`: runs every suite in turn and prints a summary; the exit code is 1 if any of them failed.

The suites share two cores, and the browser tests measure time, so they run alone.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
PYTEST = [PYTHON, "-m", "pytest", "-rs"]
NOT_HERE = ["--ignore", "tests/e2e", "--ignore", "tests/cloud/journey"]
SUITES: dict[str, tuple[list[str], Path]] = {
    "format": ([str(BIN / "ruff"), "format", "--check", "."], ROOT),
    "lint": ([str(BIN / "ruff"), "check", "."], ROOT),
    "types": ([str(BIN / "mypy")], ROOT),
    "page: lint and types": (["npm", "run", "--silent", "check"], ROOT / "frontend"),
    "page: unit": (["npm", "run", "--silent", "test"], ROOT / "frontend"),
    "unit, contract, integration": ([*PYTEST, "-n", "2", "--dist", "loadfile", "tests", *NOT_HERE], ROOT),
    "end to end": ([*PYTEST, "tests/e2e"], ROOT),
    "production in a box": ([PYTHON, "tests/cloud/namespace.py", *PYTEST, "tests/cloud/journey"], ROOT),
}
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error)")


def run(name: str) -> tuple[int, str]:
    """Runs a suite and prints its output as it arrives; returns the exit code and the output."""
    command, folder = SUITES[name]
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    print(f"\n── {name} ──", flush=True)
    started = time.monotonic()
    output: list[str] = []
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            output.append(line)
    print(f"── {name}: {'ok' if not process.returncode else 'FAILED'}, {time.monotonic() - started:.0f} s", flush=True)
    return process.returncode, "".join(output)


def main() -> int:
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    skipped: list[str] = []
    failed: list[str] = []
    for name in SUITES:
        code, output = run(name)
        if code:
            failed.append(name)
        skipped += [line.strip() for line in output.splitlines() if line.startswith("SKIPPED")]
        if "pytest" in SUITES[name][0]:
            summary = output.rstrip().rpartition("\n")[2]
            for count, what in _COUNTS.findall(summary):
                totals["failed" if what == "error" else what] += int(count)
    print("\nNot run here, with the reason:" if skipped else "\nNothing was left out.")
    for line in skipped:
        print(f"  {line}")
    if failed:
        print(f"Failed: {', '.join(failed)}")
        totals["failed"] = max(1, totals["failed"])
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""`make audit`: known flaws of packages, then every attack that the project keeps, and a table of what held.

It takes about an hour. The exit code is 1 if anything failed; a registry that could not be asked is named, not counted.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from audit.advisories import Verdict, npm_verdict, python_verdict

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".build" / "pip-audit"
LOCKS = sorted(path.relative_to(ROOT) for path in ROOT.glob("*/*.lock"))


def named_tests() -> list[str]:
    """The tests that the threat model names, as paths below the checkout."""
    page = (ROOT / "docs" / "threat-model.md").read_text()
    return sorted(set(re.findall(r"`(tests/[\w/]+\.py)`", page)))


ATTACKS = {
    "every line of the threat model": ["pytest", "-q", *named_tests()],
    "hostile frames and floods": ["pytest", "-q", "tests/sync_relay/transport"],
    "hostile connections to the relay": ["pytest", "tests/sync_relay/test_frame_fuzz.py", "--fuzz-cases", "100000"],
    "hostile requests": ["pytest", "-q", "tests/functions/test_api_fuzz.py", "--hypothesis-profile=api-full"],
    "hostile media in the sandbox": ["pytest", "-q", "tests/transcoder", "--media-full"],
    "slow and hostile clients at home": ["bench.hostile_home"],
    "a thousand kills": ["chaos.kills"],
    "a million events under faults": ["chaos"],
}  # fmt: skip
"""What is tried → the Python module that tries it, and its arguments."""


def python_packages(lock: Path) -> Verdict:
    pip_audit = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    environ = {**os.environ, "PYTHONPATH": str(TOOLS)}
    done = subprocess.run(
        [*pip_audit, "-r", str(lock)], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    return python_verdict(done.stdout)


def page_packages() -> Verdict:
    npm = ["npm", "audit", "--json"]
    done = subprocess.run(npm, cwd=ROOT / "frontend", capture_output=True, text=True, check=False)
    return npm_verdict(done.stdout)


def attack(module: str, *arguments: str) -> Verdict:
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=environ, check=False)
    text = f"{time.monotonic() - started:.0f} s"
    return Verdict("FAILED" if done.returncode else "ok", text)


def main() -> int:
    results: dict[str, Verdict] = {f"packages of {lock}": python_packages(lock) for lock in LOCKS}
    results["packages of the page"] = page_packages()
    for name, (module, *arguments) in ATTACKS.items():
        print(f"\n── {name} ──", flush=True)
        results[name] = attack(module, *arguments)
    print()
    for name, verdict in results.items():
        print(f"{name:<55} {verdict.result:<10} {verdict.text}")
    return int(any(verdict.result == "FAILED" for verdict in results.values()))


if __name__ == "__main__":
    raise SystemExit(main())

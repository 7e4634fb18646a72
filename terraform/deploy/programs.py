"""The programs that a deployment calls. Each call is shown before it is made; a failed one ends the deployment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".build" / "dist"


class DeploymentFailed(Exception):
    """A step could not be done; the message says which, and what to do."""


def require(*programs: str) -> None:
    """Raises DeploymentFailed for a program that is not on the PATH."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise DeploymentFailed(f"Please install {', '.join(missing)} first (docs/deployment.md, what you need).")


def run(*command: str, stdin: str | None = None) -> None:
    """Runs it, with its output where the operator sees it. `stdin` is not shown: it may be a secret."""
    print(f"$ {' '.join(command)}", flush=True)
    done = subprocess.run(command, cwd=ROOT, input=stdin, text=True, check=False)
    if done.returncode:
        raise DeploymentFailed(f"`{' '.join(command[:4])} …` failed (exit {done.returncode}); see above.")


def read(*command: str) -> str:
    """What it prints, without the last newline."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeploymentFailed(f"`{' '.join(command[:4])} …` failed: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def succeeds(*command: str) -> bool:
    """Whether it ends well: for questions such as whether something exists."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0

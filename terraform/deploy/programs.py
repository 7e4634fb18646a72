"""Runs the programs that a deployment needs. Each command is printed first; a failed one ends the deployment."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class DeploymentFailed(Exception):
    """A step failed; the message says which, and what to do. `said`: what the program printed, if it was read."""

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


def require(*programs: str) -> None:
    """Raises DeploymentFailed if a program is not on the PATH."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise DeploymentFailed(f"Please install {', '.join(missing)} first (docs/deployment.md, What you need).")


def run(*command: str, stdin: str | None = None) -> None:
    """Runs a command with its output visible. `stdin` is not printed, because it may be a secret."""
    print(f"$ {' '.join(command)}", flush=True)
    done = subprocess.run(command, cwd=ROOT, input=stdin, text=True, check=False)
    if done.returncode:
        raise DeploymentFailed(f"`{' '.join(command[:4])} …` failed (exit {done.returncode}); see above.")


def run_and_read(*command: str) -> None:
    """Runs a command that asks nothing, with its output visible; a failure carries what it printed."""
    print(f"$ {' '.join(command)}", flush=True)
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            said.append(line)
    if process.returncode:
        message = f"`{' '.join(command[:4])} …` failed (exit {process.returncode}); see above."
        raise DeploymentFailed(message, "".join(said))


def read(*command: str) -> str:
    """Returns what a command prints, without surrounding white space."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeploymentFailed(f"`{' '.join(command[:4])} …` failed: {done.stderr.strip()[-2000:]}", done.stderr)
    return done.stdout.strip()


def succeeds(*command: str) -> bool:
    """Returns whether a command succeeds, e.g. to find out whether something exists."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0

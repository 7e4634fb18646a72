"""Runs the transcoder's command as the supervisor does, and records its output."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRANSCODER = Path(__file__).parents[2] / "transcoder"


@dataclass(frozen=True)
class Outcome:
    """The result of one run of the command."""

    folder: Path
    exit_code: int
    events: list[dict[str, Any]]
    log: str

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]


def command(source: Path, folder: Path) -> list[str]:
    return [
        sys.executable, "-m", "watchparty_transcoder",
        "--input", str(source), "--output", str(folder), "--video-id", "v1", "--generation", "7", "--threads", "2",
    ]  # fmt: skip


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TRANSCODER), **extra}


def transcode(source: Path, folder: Path, **extra: str) -> Outcome:
    """Runs to the end; `extra` are environment variables."""
    ended = subprocess.run(
        command(source, folder), env=environment(**extra), capture_output=True, timeout=600, check=False
    )
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    return Outcome(folder, ended.returncode, events, ended.stderr.decode())

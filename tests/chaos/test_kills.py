"""A short run of seeded kills. `make chaos-kills` runs a thousand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration


def test_what_was_acknowledged_survives_kills() -> None:
    """Store, archive, log and audit agree afterwards, and no deleted message is readable.

    A process of its own, because it forks.
    """
    command = [sys.executable, "-m", "chaos.kills", "--kills", "25", "--seed", "1"]
    tests = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=tests, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    result = json.loads(done.stdout.rpartition("RESULT ")[2])
    assert result["acknowledged"] > 0

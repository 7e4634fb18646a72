"""The servers of a benchmark end with it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
BENCH = """
import subprocess, sys, time
from bench.relay.servers import on_cpu
child = subprocess.Popen(on_cpu("0", sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"))
print(child.pid, flush=True)
time.sleep(600)
"""

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv: not on the PATH (util-linux)"),
]


def is_running(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_server_does_not_outlive_a_benchmark_that_was_killed() -> None:
    """Even SIGKILL, which prevents any cleanup, leaves no server behind."""
    environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    bench = subprocess.Popen([sys.executable, "-c", BENCH], env=environ, stdout=subprocess.PIPE, text=True)
    assert bench.stdout is not None
    lines = {bench.stdout.readline().strip(), bench.stdout.readline().strip()}
    (pid,) = (int(each) for each in lines - {"up"})
    assert is_running(pid)
    bench.send_signal(signal.SIGKILL)
    bench.wait()
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert not is_running(pid)

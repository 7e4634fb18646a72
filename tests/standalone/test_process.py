"""Children are started with low priority, heard line by line, and never outlive the server."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from watchparty.errors import ProgramFailed
from watchparty.process import Child, run_quietly

TALKER = """
import os, sys
sys.stdin.readline()
print("one")
print("two", os.getpriority(os.PRIO_PROCESS, 0))
sys.exit(3)
"""
LISTENER = "import sys\nprint('up', flush=True)\nsys.stdin.read()\n"


def module(tmp_path: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_a_child_is_niced_heard_and_its_exit_code_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line arrives before wait() returns, and the child runs at the priority we asked for."""
    lines: list[str] = []
    child = Child(
        module(tmp_path, "talker", TALKER, monkeypatch), [], on_line=lines.append, niceness=7, log=tmp_path / "log"
    )
    assert child.order([])  # by now it has its priority
    assert child.wait() == 3
    assert [line.strip() for line in lines] == ["one", "two 7"]


def test_stop_ends_a_child_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """stop() comes back with the child gone."""
    child = Child(
        module(tmp_path, "listener", LISTENER, monkeypatch),
        [],
        on_line=lambda _: None,
        niceness=5,
        log=tmp_path / "log",
    )
    child.stop()
    assert child.wait() != 0


def test_an_order_reaches_a_child_that_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, as one line of JSON; a child that has ended says so by a no, not by an error."""
    lines: list[str] = []
    child = Child(
        module(tmp_path, "taker", "import sys\nprint(sys.stdin.readline())\n", monkeypatch),
        [],
        on_line=lines.append,
        niceness=5,
        log=tmp_path / "log",
    )
    assert child.running
    assert child.order(["--input", "a film\n"])
    assert child.wait() == 0
    assert lines[0] == '["--input", "a film\\n"]\n'
    assert not child.running
    assert not child.order(["again"])


def test_a_child_ends_when_its_server_is_killed(tmp_path: Path) -> None:
    """kill -9 of the server closes the child's standard input, and the child ends by that."""
    (tmp_path / "listener.py").write_text(LISTENER)
    server = tmp_path / "server.py"
    server.write_text(
        textwrap.dedent(
            """
            import sys, time
            from watchparty.process import Child
            from pathlib import Path
            tell = lambda line: print(child._process.pid, flush=True)
            child = Child("listener", [], on_line=tell, niceness=5, log=Path(sys.argv[1]))
            time.sleep(60)
            """
        )
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    with subprocess.Popen(
        [sys.executable, str(server), str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        child_pid = int(process.stdout.readline())
        process.kill()
    for _ in range(500):
        status = Path(f"/proc/{child_pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        os.sched_yield()
        subprocess.run(["sleep", "0.01"], check=True)
    pytest.fail("the child is still running")


def test_a_failing_program_is_told_with_its_last_words() -> None:
    """The error carries the exit code and what the program said, so a person can act on it."""
    with pytest.raises(ProgramFailed, match="no such luck") as caught:
        run_quietly([sys.executable, "-c", "import sys; sys.exit('no such luck')"])
    assert caught.value.code == 1

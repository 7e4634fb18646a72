"""Children run at low priority, are read line by line, and never outlive the server."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.children import MODULE
from fakes.waiting import eventually
from watchparty.errors import ProgramFailed
from watchparty.process import LOG_BYTES, Child, run_quietly


def child(name: str, tmp_path: Path, *, on_line: Callable[[str], None] = lambda _: None, niceness: int = 5) -> Child:
    return Child(MODULE, [name], on_line=on_line, niceness=niceness, log=tmp_path / "log", variables=["PATH"])


def test_a_child_is_niced_and_read_to_its_end(tmp_path: Path) -> None:
    """Every line arrives before wait() returns the exit code, and the child runs at the requested priority."""
    lines: list[str] = []
    talker = child("talker", tmp_path, on_line=lines.append, niceness=7)
    assert talker.send_arguments([])  # by now it has its priority
    assert talker.wait() == 3
    assert [line.strip() for line in lines] == ["one", "two 7"]


def test_a_child_has_none_of_the_servers_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film that takes over the child finds no passwords in its environment."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    lines: list[str] = []
    assert child("environment", tmp_path, on_line=lines.append).wait() == 0
    assert lines
    assert not set(map(str.strip, lines)) - {"LC_CTYPE", "PATH", "PYTHONPATH"}


def test_a_long_log_is_set_aside(tmp_path: Path) -> None:
    """The log of the children takes a bounded part of the disk."""
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(LOG_BYTES + 1)
    assert child("environment", tmp_path).wait() == 0
    assert log.stat().st_size < LOG_BYTES
    assert (tmp_path / "log.1").stat().st_size > LOG_BYTES


def test_stop_ends_a_child_that_waits(tmp_path: Path) -> None:
    """stop() returns when the child is gone."""
    listener = child("listener", tmp_path)
    listener.stop()
    assert listener.wait() != 0


def test_a_prewarmed_child_receives_its_arguments(tmp_path: Path) -> None:
    """They arrive once, as one line of JSON. For a child that has exited, send_arguments() returns False."""
    lines: list[str] = []
    echo = child("echo", tmp_path, on_line=lines.append)
    assert echo.running
    assert echo.send_arguments(["--input", "a film\n"])
    assert echo.wait() == 0
    assert lines[0] == '["--input", "a film\\n"]\n'
    assert not echo.running
    assert not echo.send_arguments(["again"])


def test_a_child_ends_when_its_server_is_killed(tmp_path: Path) -> None:
    """kill -9 of the server closes the child's standard input, which ends the child."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", MODULE, "server", str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as server:
        assert server.stdout is not None
        child_pid = int(server.stdout.readline())
        server.kill()
    eventually("the child has ended", lambda: not _runs(child_pid))


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_failing_program_is_reported_with_its_last_output() -> None:
    """The error carries the exit code and what the program printed, so that an operator can act on it."""
    with pytest.raises(ProgramFailed, match="no such luck") as caught:
        run_quietly([sys.executable, "-c", "import sys; sys.exit('no such luck')"])
    assert caught.value.code == 1

"""Processes end when they should, whatever the reason."""

import signal
import sys
import threading
from collections.abc import Callable

import pytest

from watchparty_transcoder.errors import Cancelled, TimedOut, ToolFailed, ToolKilled, ToolMissing
from watchparty_transcoder.ffmpeg.process import Processes, RunningProcess, retry_if_killed

FOR_EVER = [sys.executable, "-c", "import time\nprint('up', flush=True)\nwhile True: time.sleep(60)"]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_is_read_while_it_runs() -> None:
    """Input is written from another thread, so a program that writes while it reads cannot deadlock."""
    echo = python("import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)")
    pieces = [b"x" * 9_999 + b"\n"] * 50
    with Processes().run(echo, timeout_s=60, stdin=pieces) as running:
        assert running.stdout.read() == b"".join(pieces)


def test_failure_has_the_last_lines_of_output() -> None:
    """The error has the end of standard error, not all of it."""
    talk = python("import sys\nfor n in range(1000): print('line', n, file=sys.stderr)\nsys.exit(3)")
    with pytest.raises(ToolFailed, match="line 999") as raised, Processes().run(talk, timeout_s=60) as running:
        running.stdout.read()
    assert "line 5\n" not in raised.value.detail


def test_what_viewers_wait_for_is_not_niced() -> None:
    """Other work has a lower priority, because the server on the same machine goes first."""
    asks, found = python("import os\nprint(os.nice(0), end='')"), []
    for urgent in (False, True):
        with Processes(niceness=3).run(asks, timeout_s=60, urgent=urgent) as running:
            found.append(int(running.stdout.read()))
    assert found[0] - found[1] == 3


def test_time_limit() -> None:
    """A program that hangs is killed."""
    with pytest.raises(TimedOut), Processes().run(FOR_EVER, timeout_s=0.5) as running:
        running.stdout.read()


def test_cancelling_kills_and_refuses() -> None:
    """Running processes end, and no more can be started."""
    processes = Processes()

    def cancelled_while_it_runs() -> None:
        with processes.run(FOR_EVER, timeout_s=60) as running:
            assert running.stdout.readline() == b"up\n"
            threading.Thread(target=processes.cancel).start()
            running.stdout.read()

    with pytest.raises(Cancelled):
        cancelled_while_it_runs()
    with pytest.raises(Cancelled), processes.run(python(""), timeout_s=60):
        pass


def test_error_in_the_reader_ends_the_program() -> None:
    """No process is left writing into a pipe that is not read."""
    started: list[RunningProcess] = []

    def fails_while_it_runs() -> None:
        with Processes().run(FOR_EVER, timeout_s=60) as running:
            started.append(running)
            running.stdout.readline()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_while_it_runs()
    assert started[0].wait() != 0


def test_missing_program() -> None:
    """It has its own error."""
    with pytest.raises(ToolMissing), Processes().run(["/nowhere/ffmpeg"], timeout_s=1):
        pass


def dying(*by: int) -> Callable[[], bytes]:
    """Dies of the first signal in its first run and of the second in its second; 0: succeeds."""
    signals = iter(by)

    def run() -> bytes:
        code = f"import os, signal\nif {(number := next(signals))}: os.kill(os.getpid(), {number})\nprint('made')"
        with Processes().run(python(code), timeout_s=60) as running:
            return running.stdout.read()

    return run


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_process_killed_once_is_tried_again(by: signal.Signals) -> None:
    """A random crash and a moment without memory do no harm."""
    assert retry_if_killed(dying(by, 0)) == b"made\n"


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (signal.SIGSEGV, signal.SIGSEGV, ToolFailed),  # its input makes it crash
        (signal.SIGSEGV, signal.SIGABRT, ToolFailed),
        (signal.SIGKILL, signal.SIGKILL, ToolKilled),  # the machine has no memory for it
        (signal.SIGKILL, signal.SIGSEGV, ToolKilled),
        (signal.SIGSEGV, signal.SIGKILL, ToolKilled),
        (signal.SIGTERM, signal.SIGTERM, ToolKilled),
    ],
)
def test_only_two_crashes_blame_the_file(
    first: signal.Signals, then: signal.Signals, expected: type[Exception]
) -> None:
    """There is no third try; the error names the signal."""
    with pytest.raises(expected, match=then.name):
        retry_if_killed(dying(first, then))


def test_an_error_exit_is_not_tried_again() -> None:
    """The result would be the same."""
    runs = []

    def fail() -> None:
        runs.append(True)
        with Processes().run(python("import sys\nsys.exit(3)"), timeout_s=60) as running:
            running.stdout.read()

    with pytest.raises(ToolFailed, match="exit 3"):
        retry_if_killed(fail)
    assert len(runs) == 1

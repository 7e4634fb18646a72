"""Processes end when they should, however that comes about."""

import sys
import threading

import pytest

from watchparty_transcoder.errors import Cancelled, TookTooLong, ToolFailed, ToolMissing
from watchparty_transcoder.process import Processes, Running

FOR_EVER = [sys.executable, "-c", "import time\nprint('up', flush=True)\nwhile True: time.sleep(60)"]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_is_read_while_it_runs() -> None:
    """Input is fed from another thread, so a program that answers as it reads cannot lock up."""
    echo = python("import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)")
    pieces = [b"x" * 9_999 + b"\n"] * 50
    with Processes().run(echo, timeout_s=60, fed=pieces) as running:
        assert running.stdout.read() == b"".join(pieces)


def test_failure_carries_the_last_words() -> None:
    """The log gets the end of standard error, not all of it."""
    talk = python("import sys\nfor n in range(1000): print('line', n, file=sys.stderr)\nsys.exit(3)")
    with pytest.raises(ToolFailed, match="line 999") as raised, Processes().run(talk, timeout_s=60) as running:
        running.stdout.read()
    assert "line 5\n" not in raised.value.detail


def test_limit_of_time() -> None:
    """A program that hangs is killed."""
    with pytest.raises(TookTooLong), Processes().run(FOR_EVER, timeout_s=0.5) as running:
        running.stdout.read()


def test_cancelling_kills_and_refuses() -> None:
    """What runs ends, and nothing more is started."""
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
    """Nobody is left behind writing into a pipe that nobody reads."""
    started: list[Running] = []

    def fails_while_it_runs() -> None:
        with Processes().run(FOR_EVER, timeout_s=60) as running:
            started.append(running)
            running.stdout.readline()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_while_it_runs()
    assert started[0].wait() != 0


def test_missing_program() -> None:
    """Is told as such."""
    with pytest.raises(ToolMissing), Processes().run(["/nowhere/ffmpeg"], timeout_s=1):
        pass

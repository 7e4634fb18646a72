"""The only place of the standalone server that starts programs: ffmpeg for the sample film, the transcoder's child."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from watchparty.errors import ProgramFailed, ProgramMissing


def find_ffmpeg() -> str:
    """ffmpeg from the PATH, else the one in PyPI's imageio-ffmpeg. Raises ProgramMissing."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise ProgramMissing("ffmpeg") from error
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def run_quietly(command: Sequence[str]) -> None:
    """Runs to the end. Raises ProgramFailed with what it said last."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramFailed(command[0], done.returncode, done.stderr)


class Child:
    """A Python module as a child process of low priority whose lines we read, and whose log goes to a file.

    Its standard input is a pipe that only an order is ever written to: when this process dies, even by kill -9, the
    child reads the end of it and stops, so no encoder outlives its server.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], *, on_line: Callable[[str], None], niceness: int, log: Path
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, in our order
            )
        os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)
        self._on_line = on_line
        self._reader = threading.Thread(target=self._read, name=f"{module} output", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  we asked for the pipe
        for line in self._process.stdout:
            self._on_line(line)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def order(self, arguments: Sequence[str]) -> bool:
        """Tells a child that waits for it what to do. False when it has ended before."""
        assert self._process.stdin is not None  # noqa: S101  we asked for the pipe
        if not self.running:
            return False
        try:
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def wait(self) -> int:
        """Blocks until the child has ended and its last line was handled; gives its exit code."""
        code = self._process.wait()
        self._reader.join()
        return code

    def stop(self, *, patience_s: float = 5.0) -> None:
        """Asks the child to end, and makes it after `patience_s`."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)


class Running:
    """A program that shares our terminal until it is stopped; what `make dev` runs side by side."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def python(cls, arguments: Sequence[str]) -> Self:
        return cls(subprocess.Popen([sys.executable, *arguments]))

    @classmethod
    def program(cls, command: Sequence[str], *, folder: Path) -> Self:
        return cls(subprocess.Popen(command, cwd=folder))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

"""Starts programs, as the only module of this package: ffmpeg for the sample film, the transcoder as a child."""

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
from watchparty_transcoder.sandbox import environment

LOG_BYTES = 10 << 20
"""A child's log is set aside at the next start when it is larger; the one before it goes."""


def find_ffmpeg() -> str:
    """Returns ffmpeg from the PATH, otherwise from PyPI's imageio-ffmpeg. Raises ProgramMissing."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise ProgramMissing("ffmpeg") from error
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def run_quietly(command: Sequence[str]) -> None:
    """Runs a command to its end, without the server's environment. Raises ProgramFailed with its last output."""
    env = environment.clean(os.environ)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramFailed(command[0], done.returncode, done.stderr)


def environment_settings() -> dict[str, str]:
    """The variables with which this process was started."""
    return dict(os.environ)


def output_of(command: Sequence[str], *, within_s: float = 20.0) -> str:
    """Runs a command to its end, without the server's environment; returns what it prints. Raises HomeError."""
    env = environment.clean(os.environ)
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, env=env, capture_output=True, text=True, check=False, timeout=within_s
        )
    except FileNotFoundError as error:
        raise ProgramMissing(command[0]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramFailed(command[0], -1, str(error)) from error
    if done.returncode:
        raise ProgramFailed(command[0], done.returncode, done.stderr)
    return done.stdout


class Child:
    """A Python module in a child process of low priority. Its output is read by line; its log goes to a file.

    Of this process's environment it gets only the variables in `variables`, because it reads files from anyone.

    Its standard input is a pipe for its arguments, if it is prewarmed. When this process dies, even by kill -9, the
    child reads the end of that pipe and stops, so no encoder outlives its server.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        on_line: Callable[[str], None],
        niceness: int,
        log: Path,
        variables: Sequence[str],
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(
                # -P: the current folder may hold the data, and modules are not to be found there
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={
                    **environment.clean(os.environ, variables),
                    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                },
                start_new_session=True,  # we forward Ctrl-C ourselves, in our order
            )
        os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)
        self._on_line = on_line
        self._reader = threading.Thread(target=self._read, name=f"{module} output", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  opened as a pipe
        for line in self._process.stdout:
            self._on_line(line)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def send_arguments(self, arguments: Sequence[str]) -> bool:
        """Sends a prewarmed child its arguments. Returns False if the child has exited."""
        assert self._process.stdin is not None  # noqa: S101  opened as a pipe
        if not self.running:
            return False
        try:
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def wait(self) -> int:
        """Blocks until the child has exited and its last line is handled; returns its exit code."""
        code = self._process.wait()
        self._reader.join()
        return code

    def stop(self, *, within_s: float = 5.0) -> None:
        """Terminates the child, and kills it after `within_s`."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)


class Running:
    """A program that shares our terminal until it is stopped; `make dev` runs several."""

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

"""Runs ffmpeg.

Each process is confined to what its film needs (`sandbox/`), has a clean environment, is niced, dies with this one, can
be stopped from another thread, has a time limit, and keeps its last lines of standard error for the log. The caller
reads its standard output to the end.
"""

import contextlib
import ctypes
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from watchparty_transcoder.errors import Cancelled, TimedOut, ToolFailed, ToolKilled, ToolMissing
from watchparty_transcoder.sandbox import environment
from watchparty_transcoder.sandbox.sandbox import Sandbox, unconfined

log = logging.getLogger(__name__)

KEPT_LINES = 30
LONGEST_LINE = 500
KEPT_COMMANDS = 50
PR_SET_PDEATHSIG = 1

Result = TypeVar("Result")


def _death_with_parent(niceness: int) -> Callable[[], None]:
    """The result runs in the child before ffmpeg: system calls only, because other threads may hold locks."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        os.nice(niceness)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return prepare


def retry_if_killed(make: Callable[[], Result]) -> Result:
    """Calls `make` again if a signal ended the program: by chance, or because memory ran out for a moment.

    Raises ToolFailed if it crashed both times, because then its input is the cause; raises ToolKilled if it was killed.
    """
    try:
        return make()
    except ToolKilled as error:
        log.warning("trying again: %s", error.detail)
        crashed = error.crashed
    try:
        return make()
    except ToolKilled as error:
        if crashed and error.crashed:
            raise ToolFailed(error.detail) from error
        raise


class RunningProcess:
    """A process whose output is being read."""

    def __init__(self, popen: subprocess.Popen[bytes], take_line: Callable[[bytes], bool] | None = None) -> None:
        if popen.stdout is None or popen.stderr is None:
            raise ValueError("the output must be piped")
        self._popen = popen
        self.stdout = popen.stdout
        self._stderr = popen.stderr
        self._take_line = take_line
        self._stderr_tail: deque[str] = deque(maxlen=KEPT_LINES)
        self._reader = threading.Thread(target=self._keep_tail, daemon=True)
        self._reader.start()

    def feed(self, data: Iterable[bytes]) -> None:
        """Writes standard input from another thread, so that the caller can read the output at the same time."""
        if (stdin := self._popen.stdin) is None:
            raise ValueError("the input must be piped")

        def write() -> None:
            try:
                with contextlib.suppress(BrokenPipeError), stdin:  # it may stop reading before the end
                    for part in data:
                        stdin.write(part)
            except Exception:  # killing the process makes the caller, which waits for it, notice
                log.exception("cannot write more input")
                self.kill()

        threading.Thread(target=write, daemon=True).start()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._popen.kill()

    def wait(self) -> int:
        code = self._popen.wait()
        self._reader.join(timeout=5)
        self.stdout.close()
        return code

    @property
    def stderr_tail(self) -> str:
        return "\n".join(self._stderr_tail)

    def _keep_tail(self) -> None:
        with self._stderr:
            for line in self._stderr:
                if self._take_line and self._take_line(line):
                    continue
                self._stderr_tail.append(line[:LONGEST_LINE].decode(errors="replace").rstrip())


class Processes:
    """Starts processes, and can stop all of them at once."""

    def __init__(self, *, niceness: int = 0, sandbox: Sandbox | None = None) -> None:
        self._prepare, self._prepare_urgent = _death_with_parent(niceness), _death_with_parent(0)
        self._sandbox = sandbox or unconfined()
        self._pixels = 0
        self.commands: deque[str] = deque(maxlen=KEPT_COMMANDS)
        """The last command lines, for the report about a run that fails."""
        self._running: set[RunningProcess] = set()
        self._lock = threading.Lock()
        self._cancelled = False  # from outside
        self._stopped = False

    @contextlib.contextmanager
    def run(
        self,
        command: Sequence[str],
        *,
        timeout_s: float,
        stdin: Iterable[bytes] | None = None,
        take_line: Callable[[bytes], bool] | None = None,
        urgent: bool = False,
    ) -> Iterator[RunningProcess]:
        """A running process. Leaving the block waits for its exit, and raises unless it succeeded.

        `take_line` receives each line of standard error, from another thread, and returns whether it keeps it out of
        the log. `urgent`: viewers wait for it, and it is done within a second, so it is not niced.
        """
        line = shlex.join(command)
        log.info("run: %s", line)
        self.commands.append(line)
        prepare = self._prepare_urgent if urgent else self._prepare
        running = self._start(command, prepare, pipe_stdin=stdin is not None, timeout_s=timeout_s, take_line=take_line)
        if stdin is not None:
            running.feed(stdin)
        too_long = threading.Event()

        def kill_late() -> None:
            too_long.set()
            running.kill()

        timer = threading.Timer(timeout_s, kill_late)
        timer.daemon = True
        timer.start()
        try:
            yield running
        except BaseException:
            running.kill()
            raise
        finally:
            timer.cancel()
            code = running.wait()
            with self._lock:
                self._running.discard(running)
        if self._stopped:
            raise Cancelled
        if too_long.is_set():
            raise TimedOut(f"{timeout_s:.0f} s: {shlex.join(command)}")
        if code < 0:
            by = signal.Signals(-code)
            raise ToolKilled(f"{by.name}: {shlex.join(command)}\n{running.stderr_tail}", by=by)
        if code != 0:
            raise ToolFailed(f"exit {code}: {shlex.join(command)}\n{running.stderr_tail}")
        if running.stderr_tail:
            log.warning("ffmpeg wrote:\n%s", running.stderr_tail)

    def expect_frames(self, pixels: int) -> None:
        """The size of the film's frames, on which the memory that a process may take depends."""
        self._pixels = pixels

    def cancel(self) -> None:
        """Permanently kills what runs and refuses to start more. Safe to call from a signal handler."""
        self._cancelled = True
        self.stop()

    def stop(self) -> None:
        """The same until `resume`, when the run over one plan has ended."""
        self._stopped = True
        for running in list(self._running):
            running.kill()

    def resume(self) -> None:
        self._stopped = self._cancelled

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    @property
    def stopped(self) -> bool:
        return self._stopped

    def _start(
        self,
        command: Sequence[str],
        prepare_child: Callable[[], None],
        *,
        pipe_stdin: bool,
        timeout_s: float,
        take_line: Callable[[bytes], bool] | None,
    ) -> RunningProcess:
        if self._stopped:
            raise Cancelled
        program = Path(shutil.which(command[0]) or command[0])
        try:
            with self._sandbox.for_ffmpeg(program, pixels=self._pixels, timeout_s=timeout_s) as confine:

                def prepare() -> None:
                    prepare_child()
                    confine()

                popen = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE if pipe_stdin else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment.clean(os.environ),
                    preexec_fn=prepare,  # noqa: PLW1509 - system calls only, see there
                )
        except FileNotFoundError as error:
            raise ToolMissing(str(error)) from error
        except subprocess.SubprocessError as error:  # the kernel refused a step of `prepare`
            raise ToolFailed(f"{program} could not be confined: {error}") from error
        running = RunningProcess(popen, take_line)
        with self._lock:
            self._running.add(running)
        if self._stopped:  # the signal came after the first check
            running.kill()
        return running

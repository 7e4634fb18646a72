"""Runs ffmpeg: the only place that starts processes.

Each one is niced, dies with us, may be stopped from another thread, has a limit on its time, and keeps the last lines
that it wrote to standard error for the log. Whoever starts one reads its standard output to the end.
"""

import contextlib
import ctypes
import logging
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from watchparty_transcoder.errors import Cancelled, TimedOut, ToolFailed, ToolKilled, ToolMissing

log = logging.getLogger(__name__)

KEPT_LINES = 30
LONGEST_LINE = 500
PR_SET_PDEATHSIG = 1

Made = TypeVar("Made")


def keep_grpc_out_of_forks() -> None:
    """To be called before gRPC is first imported, which reads this then.

    What it prepares for a fork is for children that go on using it. Ours become ffmpeg, and it stopped the parent for
    ever or aborted the child before that, now and then; the film then looked damaged.
    """
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"


def _death_with_parent(niceness: int) -> Callable[[], None]:
    """Run in the child before ffmpeg: kernel calls only, because other threads' locks may be held here."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        os.nice(niceness)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return prepare


def retry_if_killed(make: Callable[[], Made]) -> Made:
    """Makes it once more when a signal ended the program: by chance, or in a moment without memory.

    Raises ToolFailed when it crashed both times: that lies in what it was given. Raises ToolKilled when it was killed.
    """
    try:
        return make()
    except ToolKilled as error:
        log.warning("once more: %s", error.detail)
        crashed = error.crashed
    try:
        return make()
    except ToolKilled as error:
        if crashed and error.crashed:
            raise ToolFailed(error.detail) from error
        raise


class RunningProcess:
    """A process whose output is being read."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        if popen.stdout is None or popen.stderr is None:
            raise ValueError("output has to be piped")
        self._popen = popen
        self.stdout = popen.stdout
        self._stderr = popen.stderr
        self._stderr_tail: deque[str] = deque(maxlen=KEPT_LINES)
        self._reader = threading.Thread(target=self._keep_tail, daemon=True)
        self._reader.start()

    def feed(self, pieces: Iterable[bytes]) -> None:
        """Write all of standard input from another thread, so that output can be read meanwhile."""
        if (stdin := self._popen.stdin) is None:
            raise ValueError("input has to be piped")

        def write() -> None:
            try:
                with contextlib.suppress(BrokenPipeError), stdin:  # it may have had enough before the end
                    for piece in pieces:
                        stdin.write(piece)
            except Exception:  # told by killing the reader, whose end is waited for
                log.exception("nothing more to feed")
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
                self._stderr_tail.append(line[:LONGEST_LINE].decode(errors="replace").rstrip())


class Processes:
    """Starts processes and can stop all of them at once."""

    def __init__(self, *, niceness: int = 0) -> None:
        self._prepare = _death_with_parent(niceness)
        self._running: set[RunningProcess] = set()
        self._lock = threading.Lock()
        self._cancelled = False  # from outside
        self._stopped = False

    @contextlib.contextmanager
    def run(
        self, command: Sequence[str], *, timeout_s: float, fed: Iterable[bytes] | None = None
    ) -> Iterator[RunningProcess]:
        """A running process; leaving the block waits for its end and raises unless it ended well."""
        log.info("run: %s", shlex.join(command))
        running = self._start(command, fed=fed is not None)
        if fed is not None:
            running.feed(fed)
        too_long = threading.Event()

        def end_it() -> None:
            too_long.set()
            running.kill()

        timer = threading.Timer(timeout_s, end_it)
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
            log.warning("ffmpeg said:\n%s", running.stderr_tail)

    def cancel(self) -> None:
        """For good: kill what runs and refuse to start anything more. Safe to call from a signal handler."""
        self._cancelled = True
        self.stop()

    def stop(self) -> None:
        """Until `resume`: the same, when one way through the work has ended."""
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

    def _start(self, command: Sequence[str], *, fed: bool) -> RunningProcess:
        if self._stopped:
            raise Cancelled
        try:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                preexec_fn=self._prepare,  # noqa: PLW1509 - see there: kernel calls only
            )
        except FileNotFoundError as error:
            raise ToolMissing(str(error)) from error
        running = RunningProcess(popen)
        with self._lock:
            self._running.add(running)
        if self._stopped:  # the signal came between the two
            running.kill()
        return running

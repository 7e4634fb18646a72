"""The process that decodes the film: started without credentials, before this one has any in memory."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

from watchparty_transcoder.sandbox import environment

STOP_WITHIN_S = 10.0


class Decoder:
    """A prewarmed transcoder, which gets its arguments once the film can be served."""

    def __init__(self, process: "subprocess.Popen[bytes]", *, stop_within_s: float = STOP_WITHIN_S) -> None:
        self._process = process
        self._stop_within_s = stop_within_s

    def run(self, arguments: Sequence[str]) -> int:
        """Sends the arguments and waits; the exit code, negative if a signal ended it."""
        if self._process.stdin is None:
            raise ValueError("the input must be piped")
        with contextlib.suppress(BrokenPipeError):  # it has exited; its code says why
            self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
            self._process.stdin.flush()
        return self._process.wait()

    def stop(self) -> None:
        """Safe to call from a signal handler: `run` then returns the exit code. Kills a decoder that does not stop."""
        self._process.terminate()
        killing = threading.Timer(self._stop_within_s, self._process.kill)
        killing.daemon = True
        killing.start()

    def kill(self) -> None:
        """Returns once it is gone: `run` then returns too."""
        self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def started(environ: Mapping[str, str]) -> Iterator[Decoder]:
    """Has to be called before this process has credentials in memory. The process ends with the block, or with this
    one, because then its input ends.
    """
    process = subprocess.Popen(
        # -P: the current folder may hold the data, and modules are not to be found there
        [sys.executable, "-P", "-m", "watchparty_transcoder", "--prewarm"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={
            **environment.clean(environ, (*environment.OF_PROGRAMS, *environment.OF_THE_TRANSCODER)),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        },
    )
    try:
        yield Decoder(process)
    finally:
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

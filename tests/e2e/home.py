"""The whole product as users start it: `watchparty serve` in a separate process with its own data folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2

from fakes.google.emulators import free_port
from fakes.waiting import eventually

STARTS_WITHIN_S = 60.0
"""Starting takes two seconds; a busy machine may need longer."""


class Home:
    """A running server, which can be stopped as by Ctrl-C, killed as by a power cut, and started again."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        port: int | None = None,
        python: str = sys.executable,
        ulimit: str | None = None,
        **settings: str,
    ) -> None:
        """`ulimit`: the arguments of the shell's command of this name, which limits the process."""
        self.data = data
        self._python = python
        self._ulimit = ulimit
        self.port = port or free_port()
        self._arguments = arguments
        self._settings = settings
        self._log = data.parent / f"{data.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """Everything that the server has printed."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        limited = ["sh", "-c", f'ulimit {self._ulimit} && exec "$@"', "sh"] if self._ulimit else []
        command = [*limited, self._python, "-m", "watchparty", "serve"]
        listening = ["--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *listening, "--data", str(self.data), "--no-browser", *self._arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self._settings},
            )
        try:
            self._wait_until_ready()
        except AssertionError:
            self.kill()  # the caller never receives this server and cannot stop it
            raise

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        not_yet = (httpx2.TransportError,)
        eventually(f"the server is ready ({self._log})", self._is_ready, within_s=STARTS_WITHIN_S, ignoring=not_yet)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended with {self._process.returncode}:\n{self.output}"
        return httpx2.get(f"{self.url}/ready", timeout=2).status_code == 200

    def stop(self) -> None:
        """Stops the server as Ctrl-C does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kills the server, as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(20)

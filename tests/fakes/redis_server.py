"""A real Redis server for one test session, on a free port and with nothing on disk unless it is given a folder.

Not a fake, but it lives beside them because several suites start it.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

STARTS_WITHIN_S = 20.0


class RedisServer:
    def __init__(self, port: int, folder: Path | None = None) -> None:
        """`folder` is where `save` writes to, and what a start begins with."""
        self.url = f"redis://127.0.0.1:{port}/0"
        self._port = port
        self._folder = ["--dir", str(folder)] if folder else []
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        usual = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        options = [*usual, *self._folder]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                with Redis.from_url(self.url) as client:
                    client.ping()
                return
            except RedisConnectionError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise

    def kill(self) -> None:
        """Everything in it that was not saved is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def save(self) -> None:
        """A start after a kill begins with what is there now."""
        with Redis.from_url(self.url) as client:
            client.save()

    def flush(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()


@contextmanager
def redis_running(folder: Path | None = None) -> Iterator[RedisServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = RedisServer(port, folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()

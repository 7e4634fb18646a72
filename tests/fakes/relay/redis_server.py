"""A real Redis server for one test session, on a free port, which writes to disk only if it is given a folder.

It is not a fake, but several suites start it.
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
        """`save` writes to `folder`, and `start` loads from it."""
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
        """Everything that was not saved is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def save(self) -> None:
        """Writes the current data to disk; a start after a kill loads it."""
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

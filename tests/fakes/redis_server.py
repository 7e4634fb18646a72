"""A real Redis server for one test session, on a free port and with nothing on disk.

Not a fake, but it lives beside them because several suites start it.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

STARTS_WITHIN_S = 20.0


class RedisServer:
    def __init__(self, port: int) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
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
        """Everything in it is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()


@contextmanager
def redis_running() -> Iterator[RedisServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = RedisServer(port)
    server.start()
    try:
        yield server
    finally:
        server.kill()

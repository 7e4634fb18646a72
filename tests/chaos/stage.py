"""The system under test: relays on fixed ports, which are restarted when they die, and one Redis."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import watchparty_relay
from fakes.relay.key_server import key_server
from fakes.relay.redis_server import RedisServer, redis_running
from fakes.relay.tokens import TokenIssuer
from watchparty_relay.room_time import MachineTime

READY_WITHIN_S = 30.0


class Stage:
    """`ports` stay the same when relays are restarted, like addresses behind a load balancer."""

    def __init__(self, redis: RedisServer, issuer: TokenIssuer, keys_url: str, relays: int, log: Path) -> None:
        self.redis = redis
        self.issuer = issuer
        self.ports = [_free_port() for _ in range(relays)]
        self._keys_url = keys_url
        self._log = log
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start_relay(self, port: int) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1]),
            "PORT": str(port),
            "WATCHPARTY_RELAY_JWKS_URL": self._keys_url,
            "WATCHPARTY_RELAY_BUS": "redis",
            "WATCHPARTY_RELAY_NEW_CONNECTIONS": "1000000",  # all clients have one address
            "WATCHPARTY_RELAY_REDIS_URL": self.redis.url,
        }
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "watchparty_relay"]
            self._processes[port] = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)

    def kill_relay(self, port: int) -> None:
        process = self._processes.pop(port, None)
        if process is not None:
            process.kill()
            process.wait()

    def revive(self) -> None:
        """Restarts relays that have exited, as a supervisor would: a relay that starts without Redis exits."""
        for port, process in list(self._processes.items()):
            if process.poll() is not None:
                self.start_relay(port)

    def close(self) -> None:
        for port in self.ports:
            self.kill_relay(port)

    async def until_ready(self, port: int) -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while True:
                if await asyncio.to_thread(_answers, f"http://127.0.0.1:{port}/ready") is not None:
                    return
                await asyncio.sleep(0.1)

    async def metric(self, name: str) -> float:
        """The sum over all running relays."""
        total = 0.0
        for port in self.ports:
            text = await asyncio.to_thread(_answers, f"http://127.0.0.1:{port}/metrics") or ""
            total += sum(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))
        return total


@contextlib.asynccontextmanager
async def stage(relays: int, folder: Path) -> AsyncIterator[Stage]:
    issuer = TokenIssuer(MachineTime())
    with redis_running(folder) as redis, key_server(issuer) as keys_url:
        built = Stage(redis, issuer, keys_url, relays, folder / "relays.log")
        try:
            for port in built.ports:
                built.start_relay(port)
            for port in built.ports:
                await built.until_ready(port)
            yield built
        finally:
            built.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _answers(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return str(answer.read().decode())
    except OSError:
        return None

"""The servers that are measured, each in separate processes on the server's core, started for every measurement."""

import contextlib
import functools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

import watchparty_relay
from bench.relay.build import BUILD, Built
from fakes.relay.compiled import compiled_relay

SERVER_CPU, LOAD_CPU = "0", "1"
STARTS_WITHIN_S = 30.0
LOG = BUILD / "servers.log"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@functools.cache
def realtime() -> bool:
    """Whether this user may give processes real-time priority."""
    return subprocess.run(["chrt", "-r", "1", "true"], check=False, capture_output=True).returncode == 0


def on_cpu(cpu: str, *command: str | Path) -> list[str]:
    """The command, bound to one core and with real-time priority if permitted. It is killed when the benchmark ends,
    however that happens: a server that outlived a killed benchmark would disturb the next.
    """
    priority = ["chrt", "-r", "1"] if realtime() else []
    return ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", cpu, *priority, *map(str, command)]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class Running:
    """The processes that make up one server."""

    ports: list[int]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    redis_url: str = ""

    def cpu_s(self) -> float:
        """User and system time of all processes so far."""
        used = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
            used += int(fields[11]) + int(fields[12])
        return used / TICKS_PER_S

    def rss_kb(self) -> float:
        statuses = [Path(f"/proc/{process.pid}/status").read_text() for process in self.processes]
        return sum(float(status.partition("VmRSS:")[2].split()[0]) for status in statuses)

    async def flush_redis(self) -> None:
        async with Redis.from_url(self.redis_url) as client:
            await client.flushall()


class Servers:
    """Starts a server by name; `keys_url` is where relays fetch the keys of the tokens."""

    def __init__(self, built: Built, keys_url: str) -> None:
        self._built = built
        self._keys_url = keys_url

    @contextlib.contextmanager
    def serving(self, name: str) -> Iterator[Running]:
        """`relay`, `relay+redis`, `N relays+redis`: compiled, as in the image. `home relay`: the sources, as they run
        at home. `c`, `c joined`, `ws`, `socket.io`.
        """
        with contextlib.ExitStack() as stack:
            if "relay" in name:
                count = int(name.split()[0]) if name[0].isdigit() else 1
                redis_port = stack.enter_context(self._redis()) if "redis" in name else None
                environ = self._environ(compiled="home" not in name, redis_port=redis_port)
                running = Running([free_port() for _ in range(count)], redis_url=f"redis://127.0.0.1:{redis_port}/0")
                running.processes = [
                    stack.enter_context(self._process(*self._relay_command(), environ=environ | {"PORT": str(port)}))
                    for port in running.ports
                ]
                for port in running.ports:
                    _until_ready(port)
            else:
                port = free_port()
                running = Running([port], [stack.enter_context(self._process(*self._command(name, port)))])
                _until_listening(port)
            yield running

    def _command(self, name: str, port: int) -> list[str | Path]:
        match name:
            case "c":
                return [self._built.reference, str(port), "naive"]
            case "c joined":
                return [self._built.reference, str(port), "joined"]
            case "ws":
                return [self._built.node, self._built.peers / "ws.mjs", str(port)]
            case "socket.io":
                return [self._built.node, self._built.peers / "socketio.mjs", str(port)]
        raise ValueError(f"unknown server: {name}")

    def _relay_command(self) -> list[str]:
        return [sys.executable, "-m", "watchparty_relay"]

    def _environ(self, *, compiled: bool, redis_port: int | None) -> dict[str, str]:
        redis = {
            "WATCHPARTY_RELAY_BUS": "redis",
            "WATCHPARTY_RELAY_REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        }
        return {
            "PYTHONPATH": str(compiled_relay() if compiled else Path(watchparty_relay.__file__).parents[1]),
            "WATCHPARTY_RELAY_JWKS_URL": self._keys_url,
            # Limits are enforced, but in rooms of ten a fast machine lets each member send more than is permitted.
            "WATCHPARTY_RELAY_LIMITS_TIMES": "3",
            "WATCHPARTY_RELAY_SOCKET_MB": "1024",  # thousands of connections, of which each counts 96 KiB
            "WATCHPARTY_RELAY_NEW_CONNECTIONS": "1000000",  # all clients have one address
            **(redis if redis_port else {}),
        }

    @contextlib.contextmanager
    def _redis(self) -> Iterator[int]:
        port = free_port()
        options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        with self._process("redis-server", *options):
            _until_listening(port)
            yield port

    @contextlib.contextmanager
    def _process(
        self, *command: str | Path, environ: dict[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        with LOG.open("ab") as log:
            process = subprocess.Popen(
                on_cpu(SERVER_CPU, *command),
                env={**os.environ, **(environ or {})},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _until_listening(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _until_ready(port: int) -> None:
    """A relay is ready once it has the keys."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)

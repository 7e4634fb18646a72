"""The relay as a process of its own: health, readiness, metrics, and how it stops."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

import watchparty_relay
from fakes.relay.key_server import key_server
from fakes.relay.redis_server import RedisServer
from fakes.relay.sockets import KeysOf, SocketClient, serving
from fakes.relay.tokens import TokenIssuer
from fakes.waiting import eventually_async
from watchparty_relay.bootstrap import build_relay
from watchparty_relay.config import RelayConfig
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.room_time import MachineTime
from watchparty_relay.server import Pages
from watchparty_relay.server import serving as serving_alone
from watchparty_relay.transport.picows import (
    HANDSHAKE_WITHIN_S,
    RESERVED_DESCRIPTORS,
    PicowsServer,
    listening_socket,
)

pytestmark = pytest.mark.anyio


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def test_health_readiness_and_metrics_are_served_beside_the_socket() -> None:
    """And no other pages."""
    async with serving() as relay, relay.joined("ana") as ana:
        await ana.send(t="react", emoji="🎉", pos_s=0)
        await ana.next("react")
        pages = {
            path: await asyncio.to_thread(page, relay.port, path) for path in ("/health", "/ready", "/metrics", "/x")
        }
        not_a_socket = await asyncio.to_thread(page, relay.port, "/ws")
    assert pages["/health"] == (200, "alive\n")
    assert pages["/ready"] == (200, "ready\n")
    assert pages["/x"][0] == 404
    assert "watchparty_relay_connections 1\n" in pages["/metrics"][1]
    assert 'watchparty_relay_received_total{type="React"} 1\n' in pages["/metrics"][1]
    assert not_a_socket[0] == 426


async def test_a_draining_relay_is_not_ready() -> None:
    """F3: the load balancer sends it no more clients."""
    async with serving() as relay:
        relay.service.drain()
        assert (await asyncio.to_thread(page, relay.port, "/ready"))[0] == 503
        assert (await asyncio.to_thread(page, relay.port, "/health"))[0] == 200


async def test_clients_can_open_the_new_socket_before_the_old_one_closes() -> None:
    """F3: clients that were asked to move are served until they have; the relay waits until the last one has left."""
    async with AsyncExitStack() as people, serving(move_within_s=30.0) as relay:
        ana = await people.enter_async_context(relay.joined("ana"))
        relay.service.relay.ask_all_to_move(within_ms=30_000)
        await ana.next("moved")
        await ana.send(t="ping", c=1.0)
        await ana.next("pong")
        await ana.send(t="bye")
        assert await ana.closed() == 1000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def joined_process(port: int, issuer: TokenIssuer, deadline_s: float = 20.0) -> SocketClient:
    """Connects as soon as the process answers and has the keys."""

    async def join() -> SocketClient:
        connection = await connect(f"ws://127.0.0.1:{port}/ws", subprotocols=[Subprotocol("watchparty.v1")])
        client = SocketClient(connection)
        await client.send(t="hello", v=1, token=issuer.join("ana"))
        await client.next("welcome")
        return client

    async with asyncio.timeout(deadline_s):
        joined: SocketClient = await eventually_async("joined", join, within_s=deadline_s, ignoring=(Exception,))
    return joined


async def test_sigterm_asks_clients_to_move_and_stops_the_process(tmp_path: Path) -> None:
    """F3: `moved`, 4503, and the process exits with 0 within seconds."""
    issuer, port = TokenIssuer(MachineTime()), free_port()
    with key_server(issuer) as url:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1]),
            "PORT": str(port),
            "WATCHPARTY_RELAY_JWKS_URL": url,
            "WATCHPARTY_RELAY_JOURNAL": str(tmp_path / "relay.sqlite"),
        }
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "watchparty_relay", env=environment)
        try:
            client = await joined_process(port, issuer)
            process.send_signal(signal.SIGTERM)
            assert await client.closed() == 4503
            assert [m["t"] for m in client.seen if m["t"] in ("moved", "error")] == ["moved", "error"]
            async with asyncio.timeout(10):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()


def test_an_invalid_setting_stops_the_start_and_is_named() -> None:
    """In a sentence on stderr, without a stack trace."""
    environment = {"PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "watchparty_relay"], env=environment, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert done.stderr.startswith("WATCHPARTY_RELAY_JWKS_URL: expected")
    assert "Traceback" not in done.stderr


def run_relay(**settings: str) -> tuple[int, str]:
    """The exit code of a process with these settings, and its last line."""
    environment = {
        "PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1]),
        "WATCHPARTY_RELAY_JWKS_URL": "http://127.0.0.1:9/jwks.json",
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "-m", "watchparty_relay"], env=environment, capture_output=True, text=True, timeout=30
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()[-1]


async def test_a_relay_waits_for_redis_with_its_port_open() -> None:
    """Until Redis answers it is alive but not started, and asks clients to reconnect; then it serves them."""
    issuer, redis = TokenIssuer(MachineTime()), RedisServer(free_port())
    listening = listening_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    service = build_relay(RelayConfig(bus="redis", redis_url=redis.url), jwks=issuer.jwks, publish=no_events)

    async def status(path: str) -> int:
        async with httpx2.AsyncClient() as client:
            return (await client.get(url + path)).status_code

    async def run(stop: asyncio.Event) -> None:
        async with serving_alone(service, KeysOf(issuer), listening):
            await stop.wait()

    stop = asyncio.Event()
    running = asyncio.create_task(run(stop))
    try:
        await eventually_async("it is alive", lambda: status("/health"), ignoring=(httpx2.TransportError,))
        assert [await status("/started"), await status("/ready")] == [503, 503]
        async with connect(f"ws{url[4:]}/ws", subprotocols=[Subprotocol("watchparty.v1")]) as early:
            assert await SocketClient(early).closed() == 4503
        await asyncio.to_thread(redis.start)

        async def started() -> bool:
            return await status("/started") == 200

        await eventually_async("it has started", started)
        assert await status("/ready") == 200
        async with connect(f"ws{url[4:]}/ws", subprotocols=[Subprotocol("watchparty.v1")]) as socket_:
            client = SocketClient(socket_)
            await client.send(t="hello", v=1, token=issuer.join("ana"))
            await client.next("welcome")
    finally:
        stop.set()
        await running
        redis.kill()


async def test_a_relay_fails_to_start_when_redis_never_answers() -> None:
    """After the time limit, so that a supervisor starts it again."""
    issuer = TokenIssuer(MachineTime())
    unreachable = RelayConfig(bus="redis", redis_url=f"redis://127.0.0.1:{free_port()}/0")
    service = build_relay(unreachable, jwks=issuer.jwks, publish=no_events)
    with pytest.raises(BusUnavailable):
        async with serving_alone(service, KeysOf(issuer), listening_socket("127.0.0.1", 0), start_within_s=0.6):
            pytest.fail("it cannot have started")


async def no_events(_events: list[Any]) -> None:
    """Publishes nothing."""


def test_a_port_in_use_is_a_sentence() -> None:
    """The exit code is 1, so that a supervisor starts the relay again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, line = run_relay(PORT=str(taken.getsockname()[1]))
        assert (code, line.split(":")[0]) == (1, f"cannot listen on 127.0.0.1 port {taken.getsockname()[1]}")


async def test_unfinished_handshakes_are_dropped_in_time() -> None:
    """A request head that stops half-way, or never begins, holds its socket for a bounded time only."""
    async with hostile_server(handshake_within_s=0.1) as (server, port):
        for begun in (b"", b"GET /ws HTTP/1.1\r\nHost: relay\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun)
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
        await eventually_async("no socket is left", lambda: server.sockets == 0)


async def test_the_last_descriptors_are_for_pages() -> None:
    """When sockets are used up, upgrades are refused, health is answered, and beyond that sockets are dropped."""
    async with hostile_server(max_sockets=RESERVED_DESCRIPTORS // 2 + 10) as (server, port), AsyncExitStack() as opened:
        for _ in range(10):
            await opened.enter_async_context(connect(f"ws://127.0.0.1:{port}/ws", compression=None))
        with pytest.raises(InvalidStatus) as refusal:
            await connect(f"ws://127.0.0.1:{port}/ws", compression=None)
        assert refusal.value.response.status_code == 503
        assert await asyncio.to_thread(page, port, "/health") == (200, "alive\n")
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(RESERVED_DESCRIPTORS // 2)]
        await eventually_async("all are accepted", lambda: server.sockets >= RESERVED_DESCRIPTORS // 2 + 10)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        for _, each in (*idle, (reader, writer)):
            each.close()


@contextlib.asynccontextmanager
async def hostile_server(
    *, handshake_within_s: float = HANDSHAKE_WITHIN_S, max_sockets: int | None = None
) -> AsyncIterator[tuple[PicowsServer, int]]:
    """A relay's transport with other limits."""

    async def publish(_: list[dict[str, Any]]) -> None:
        return None

    service = build_relay(RelayConfig(), jwks=TokenIssuer(MachineTime()).jwks, publish=publish)
    await service.start()
    listening = listening_socket("127.0.0.1", 0)
    pages = Pages(service.relay, dict)
    server = PicowsServer(service.relay, pages.answer, handshake_within_s=handshake_within_s, max_sockets=max_sockets)
    await server.start(listening)
    yield server, listening.getsockname()[1]
    await server.stop()
    await service.stop()

"""The relay served alone, as a process: health, readiness, metrics, and how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
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
from watchparty_relay.server import serving as serving_alone
from watchparty_relay.session.keys import RemoteKeys
from watchparty_relay.transport.picows import listening_socket

pytestmark = pytest.mark.anyio


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def test_health_readiness_and_metrics_stand_beside_the_socket() -> None:
    """Alive, ready with keys, counted; and nothing else."""
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


async def test_a_relay_that_drains_is_not_ready() -> None:
    """F3: the load balancer sends nobody more."""
    async with serving() as relay:
        relay.service.drain()
        assert (await asyncio.to_thread(page, relay.port, "/ready"))[0] == 503
        assert (await asyncio.to_thread(page, relay.port, "/health"))[0] == 200


async def test_people_may_open_the_new_socket_before_the_old_one_closes() -> None:
    """F3: asked to move, they are served until they have; the last one who goes ends the wait."""
    async with AsyncExitStack() as people, serving(move_within_s=30.0) as relay:
        ana = await people.enter_async_context(relay.joined("ana"))
        relay.service.relay.ask_all_to_move(within_ms=30_000)
        await ana.next("moved")
        await ana.send(t="ping", c=1.0)
        await ana.next("pong")
        await ana.send(t="bye")
        assert await ana.closed() == 1000


async def test_keys_are_fetched_and_kept_when_a_refresh_fails() -> None:
    """M1: a restart of the functions does not lock anybody out."""
    issuer = TokenIssuer(MachineTime())
    with key_server(issuer) as url:
        keys, wrong = RemoteKeys(url), RemoteKeys(url.replace("jwks.json", "other"))
        await keys.refresh()
        await wrong.refresh()
    assert keys() == issuer.jwks()
    assert wrong() == {"keys": []}
    await keys.refresh()
    assert keys() == issuer.jwks()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def joined_process(port: int, issuer: TokenIssuer, deadline_s: float = 20.0) -> SocketClient:
    """Connects as soon as the process answers and knows the keys."""

    async def join() -> SocketClient:
        connection = await connect(f"ws://127.0.0.1:{port}/ws", subprotocols=[Subprotocol("watchparty.v1")])
        client = SocketClient(connection)
        await client.send(t="hello", v=1, token=issuer.join("ana"))
        await client.next("welcome")
        return client

    async with asyncio.timeout(deadline_s):
        joined: SocketClient = await eventually_async("joined", join, within_s=deadline_s, ignoring=(Exception,))
    return joined


async def test_sigterm_sends_everybody_away_and_ends_well(tmp_path: Path) -> None:
    """F3: `python -m watchparty_relay`: moved, 4503, and the end of the process within seconds."""
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


def test_a_wrong_setting_ends_the_start_with_its_name() -> None:
    """A sentence on stderr, no stack trace."""
    environment = {"PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1])}
    ended = subprocess.run(
        [sys.executable, "-m", "watchparty_relay"], env=environment, capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("WATCHPARTY_RELAY_JWKS_URL: expected")
    assert "Traceback" not in ended.stderr


def ended_with(**settings: str) -> tuple[int, str]:
    """How the process ends with these settings, and its last line."""
    environment = {
        "PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1]),
        "WATCHPARTY_RELAY_JWKS_URL": "http://127.0.0.1:9/jwks.json",
        **settings,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "watchparty_relay"], env=environment, capture_output=True, text=True, timeout=30
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr.splitlines()[-1]


async def test_a_relay_waits_for_redis_with_its_port_open() -> None:
    """Until Redis answers it is alive but not started, and asks clients to come back; then it serves them."""
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


async def test_a_relay_gives_up_when_redis_never_answers() -> None:
    """After the time it has, the start fails, and whoever started the process starts it again."""
    issuer = TokenIssuer(MachineTime())
    unreachable = RelayConfig(bus="redis", redis_url=f"redis://127.0.0.1:{free_port()}/0")
    service = build_relay(unreachable, jwks=issuer.jwks, publish=no_events)
    with pytest.raises(BusUnavailable):
        async with serving_alone(service, KeysOf(issuer), listening_socket("127.0.0.1", 0), start_within_s=0.6):
            pytest.fail("it cannot have started")


async def no_events(_events: list[Any]) -> None:
    """Publishes nothing."""


def test_what_is_not_there_at_the_start_is_a_sentence() -> None:
    """A port that is taken: exit code 1, so that whoever started it starts it again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, line = ended_with(PORT=str(taken.getsockname()[1]))
        assert (code, line.split(":")[0]) == (1, f"cannot listen on 127.0.0.1 port {taken.getsockname()[1]}")

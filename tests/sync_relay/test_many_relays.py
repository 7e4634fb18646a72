"""Two relay processes on one real Redis: their members share one room, and either process can be killed."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

import watchparty_relay
from fakes.relay.key_server import key_server
from fakes.relay.redis_server import RedisServer
from fakes.relay.sockets import Json, SocketClient
from fakes.relay.tokens import TokenIssuer
from fakes.waiting import eventually_async
from watchparty_relay.room_time import MachineTime

pytestmark = [pytest.mark.anyio, pytest.mark.service]

STARTS_WITHIN_S = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def relay_process(port: int, keys_url: str, redis_url: str) -> Process:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1]),
        "PORT": str(port),
        "WATCHPARTY_RELAY_JWKS_URL": keys_url,
        "WATCHPARTY_RELAY_BUS": "redis",
        "WATCHPARTY_RELAY_REDIS_URL": redis_url,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "watchparty_relay", env=environment, stdout=DEVNULL
    )


async def joined(port: int, issuer: TokenIssuer, who: str, **hello: Any) -> tuple[SocketClient, Json]:
    """Connects as soon as the process answers and has the keys."""

    async def join() -> tuple[SocketClient, Json]:
        connection = await connect(f"ws://127.0.0.1:{port}/ws", subprotocols=[Subprotocol("watchparty.v1")])
        client = SocketClient(connection)
        await client.send(t="hello", v=1, token=issuer.join(who, role="host"), **hello)
        return client, await client.next("welcome")

    async with asyncio.timeout(STARTS_WITHIN_S):
        welcomed: tuple[SocketClient, Json] = await eventually_async(
            f"{who} has joined", join, within_s=STARTS_WITHIN_S, ignoring=(Exception,)
        )
    return welcomed


async def test_members_of_two_relays_share_a_room_and_survive_a_killed_relay(redis_server: RedisServer) -> None:
    """Chat both ways, one clock; after kill -9 the other relay sends what was missed, complete and in order."""
    redis_server.flush()
    issuer, ports = TokenIssuer(MachineTime()), (free_port(), free_port())
    with key_server(issuer) as url:
        processes = [await relay_process(port, url, redis_server.url) for port in ports]
        try:
            (ana, _), (bob, welcome) = [
                await joined(port, issuer, who) for port, who in zip(ports, ("ana", "bob"), strict=True)
            ]
            assert (await ana.ask(t="chat", text="one", pos_s=0.0))["seq"] == 1
            assert (await bob.next("chat"))["text"] == "one"
            assert (await bob.ask(t="chat", text="two", pos_s=0.0))["seq"] == 2
            while (await ana.next("chat"))["text"] != "two":
                pass
            played = await ana.ask(t="cmd", op="play", mrev=1)
            assert (await bob.next("state"))["rev"] == played["rev"]
            processes[0].kill()
            assert (await bob.ask(t="chat", text="three", pos_s=0.0))["seq"] == 3
            _, back = await joined(ports[1], issuer, "ana", resume={"epoch": welcome["epoch"], "seq": 2})
            assert (back["complete"], [entry["text"] for entry in back["log"]]) == (True, ["three"])
            assert back["state"]["rev"] == played["rev"]
        finally:
            for process in processes:
                if process.returncode is None:
                    process.kill()
                await process.wait()

"""How far players' positions in the film jump when Redis loses everything.

A hundred players in ten rooms on two relays estimate room time from pongs, as the page does, and follow the newest
state. Redis is flushed; whenever a player receives a state or a new estimate, its position is compared with the one
before.
"""

import asyncio
import contextlib
import json
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from bench.relay.servers import Running
from fakes.relay.tokens import TokenIssuer, settings

ROOMS, PEOPLE_EACH = 10, 10
PINGS = 8
NEW_EPOCH_WITHIN_S = 20.0
RECONNECTED_AFTER_S = 3.0
FILM = {"video_id": "film", "mrev": 1, "duration_s": 1e6, "playable_s": 1e6}


class Player:
    """Its position in the film follows from its newest state and its newest estimate of room time."""

    def __init__(self, ports: list[int], issuer: TokenIssuer, number: int) -> None:
        self._port = ports[number % len(ports)]
        self._issuer = issuer
        self._room, self._name = f"room-{number // PEOPLE_EACH}", f"person-{number}"
        self._state: dict[str, Any] = {}
        self._offset_ms: float | None = None
        self._clock, self._round_trip_ms = "", 0.0
        self.playing = asyncio.Event()
        self.saw_new_epoch = False
        self.jump_ms = 0.0

    async def run(self) -> None:
        """Reconnects forever."""
        while True:
            with contextlib.suppress(OSError, ConnectionClosed):
                await self._connected()
            await asyncio.sleep(0.05)

    def position_s(self, local_ms: float) -> float | None:
        state = self._state
        if not state or self._offset_ms is None or state["mode"] != "playing":
            return None
        passed_ms = max(0.0, local_ms + self._offset_ms - state["t0_ms"])
        return float(state["pos_s"] + state["rate"] * passed_ms / 1000)

    async def _connected(self) -> None:
        url, protocols = f"ws://127.0.0.1:{self._port}/ws", [Subprotocol("watchparty.v1")]
        async with connect(url, subprotocols=protocols, compression=None) as socket:
            everyone = settings(control="everyone", capacity=1000)
            token = self._issuer.join(self._name, room=self._room, role="host", set=everyone, media=FILM)
            await socket.send(json.dumps({"t": "hello", "v": 1, "token": token}))
            pongs: list[tuple[float, float]] = []
            while True:
                message = json.loads(await socket.recv())
                if message["t"] == "welcome":
                    await self._handle_welcome(socket, message)
                elif message["t"] == "state":
                    self._follow(message, self._offset_ms)
                elif message["t"] == "pong":
                    await self._estimate(socket, message, pongs)

    async def _handle_welcome(self, socket: ClientConnection, welcome: dict[str, Any]) -> None:
        self._follow(welcome["state"], self._offset_ms)
        if welcome["state"]["mode"] != "playing":
            await socket.send(json.dumps({"t": "cmd", "cid": f"play-{time.monotonic_ns()}", "op": "play", "mrev": 1}))
        await socket.send(json.dumps({"t": "ping", "c": time.monotonic() * 1000}))

    async def _estimate(self, socket: ClientConnection, pong: dict[str, Any], pongs: list[tuple[float, float]]) -> None:
        received_ms = time.monotonic() * 1000
        pongs.append((received_ms - pong["c"], (pong["r"] + pong["s"]) / 2 - (pong["c"] + received_ms) / 2))
        if len(pongs) < PINGS:
            await socket.send(json.dumps({"t": "ping", "c": time.monotonic() * 1000}))
            return
        round_trip_ms, offset_ms = min(pongs)
        # An estimate is replaced by one that is about as good, or when the clock has another name (rule T1).
        if pong["clk"] != self._clock or round_trip_ms <= 2 * self._round_trip_ms + 1:
            self._clock, self._round_trip_ms = pong["clk"], round_trip_ms
            self._follow(self._state, offset_ms)

    def _follow(self, state: dict[str, Any], offset_ms: float | None) -> None:
        local_ms = time.monotonic() * 1000
        before_s = self.position_s(local_ms)
        self.saw_new_epoch |= state["epoch"] > self._state.get("epoch", state["epoch"])
        self._state, self._offset_ms = state, offset_ms
        after_s = self.position_s(local_ms)
        if before_s is not None and after_s is not None:
            self.jump_ms = max(self.jump_ms, abs(after_s - before_s) * 1000)
        elif before_s is not None:  # it played and no longer does: the worst jump
            self.jump_ms = max(self.jump_ms, before_s * 1000)
        if after_s is not None and after_s > 1:
            self.playing.set()


async def _measure(running: Running, issuer: TokenIssuer, flushes: int) -> list[float]:
    players = [Player(running.ports, issuer, number) for number in range(ROOMS * PEOPLE_EACH)]
    tasks = [asyncio.create_task(player.run()) for player in players]
    jumps = []
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(player.playing.wait() for player in players))
        for _ in range(flushes):
            await asyncio.sleep(1)
            for player in players:
                player.jump_ms, player.saw_new_epoch = 0.0, False
            await running.flush_redis()
            async with asyncio.timeout(NEW_EPOCH_WITHIN_S):
                while True:
                    if all(player.saw_new_epoch for player in players):
                        break
                    await asyncio.sleep(0.1)
            await asyncio.sleep(RECONNECTED_AFTER_S)
            if stopped := sum(1 for player in players if player.position_s(time.monotonic() * 1000) is None):
                raise RuntimeError(f"{stopped} players no longer play")
            jumps.append(max(player.jump_ms for player in players))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return jumps


def worst_jumps_ms(running: Running, issuer: TokenIssuer, *, flushes: int) -> list[float]:
    """For each flush, the worst jump of all players."""
    return asyncio.run(_measure(running, issuer, flushes))

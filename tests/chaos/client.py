"""A client in a chaos run: it reconnects whenever the connection is lost, sends messages and seeks, and repeats each
request with the same `cid` until it is answered. The checker receives everything that arrives.
"""

import asyncio
import contextlib
import itertools
import json
import socket
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from chaos.checker import Checker
from chaos.stage import Stage
from fakes.relay.tokens import settings

Json = dict[str, Any]
EVERYONE = settings(control="everyone", capacity=1000)
ANSWER_WITHIN_S = 8.0
JOIN_WITHIN_S = 20.0
NARROW_BYTES = 4096
REPEAT_AFTER_S = 0.5
SLOW_READER = 4410
LONGEST_SILENCE_S = 4.0
FILLING = " " + "🎬" * 420


class ChaosClient:
    """One client. `acks` counts answered requests, `repeats` repeated ones, and `slow` how often it was disconnected
    because it did not read.
    """

    def __init__(self, number: int, room: str, stage: Stage, checker: Checker, dice: Random, every_s: float) -> None:
        self.name = f"person-{number}"
        self.settled = asyncio.Event()
        self.acks = self.repeats = self.connections = self.slow = 0
        self._room, self._stage, self._checker, self._dice, self._every_s = room, stage, checker, dice, every_s
        self._cids = itertools.count(1)
        self._request: Json | None = None
        self._answer: asyncio.Future[Json] | None = None
        self._connection: ClientConnection | None = None
        self._in_room = asyncio.Event()
        self._stall_s = 0.0
        self._burst = 0
        self._quiet = False
        self._narrow = False

    # --- faults ---

    def cut(self) -> None:
        """Breaks the connection without a close frame."""
        if self._connection is not None:
            self._connection.transport.abort()

    def stall(self, seconds: float) -> None:
        """Reconnects with a small buffer and then reads nothing for a while."""
        self._stall_s, self._narrow = seconds, True
        self.cut()

    def burst(self, lines: int) -> None:
        """Sends many messages at once."""
        self._burst = lines

    def be_quiet(self) -> None:
        """Sends no new requests; `settled` is set when every request has been answered."""
        self._quiet = True

    @property
    def room(self) -> str:
        return self._room

    @property
    def connected(self) -> bool:
        return self._in_room.is_set()

    # --- the conversation ---

    async def run(self) -> None:
        sending = asyncio.create_task(self._send_requests())
        try:
            while True:
                try:
                    await self._connected()
                except ConnectionClosed as error:
                    self.slow += bool(error.rcvd and error.rcvd.code == SLOW_READER)
                except (OSError, WebSocketException, TimeoutError):
                    pass  # it reconnects in any case
                self._in_room.clear()
                await asyncio.sleep(self._dice.uniform(0.05, 0.5))
        finally:
            sending.cancel()

    async def _connected(self) -> None:
        url = f"ws://127.0.0.1:{self._dice.choice(self._stage.ports)}/ws"
        options: Json = {"sock": _narrow_socket(url)} if self._narrow else {}
        async with connect(
            url,
            subprotocols=[Subprotocol("watchparty.v1")],
            compression=None,
            ping_interval=None,
            open_timeout=JOIN_WITHIN_S,
            close_timeout=0.2,
            **options,
        ) as self._connection:
            had = self._checker.hello_of(self.name)
            token = self._stage.issuer.join(self.name, room=self._room, set=EVERYONE)
            await self._send({"t": "hello", "v": 1, "token": token, **had})
            async with asyncio.timeout(JOIN_WITHIN_S):
                while (message := json.loads(await self._connection.recv()))["t"] != "welcome":
                    pass
            for entry in message["log"]:
                _shorten(entry)
            self._checker.welcome(self.name, self._room, message, had.get("resume"))
            self.connections += 1
            self._in_room.set()
            if self._request is not None:
                await self._send(self._request)
            while True:
                self._take(json.loads(await self._connection.recv()))
                if self._stall_s:
                    stall_s, self._stall_s = self._stall_s, 0.0
                    await asyncio.sleep(stall_s)

    def _take(self, message: Json) -> None:
        match message["t"]:
            case "chat":
                _shorten(message)
                self._checker.entry(self.name, message)
            case "state":
                self._checker.state(self.name, message)
            case "ack" | "nack" if self._request and message["cid"] == self._request["cid"]:
                if message["t"] == "ack" and self._request["t"] == "chat":
                    self._checker.acked(self.name, self._request["text"].partition(" ")[0], message["seq"])
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(message)

    async def _send_requests(self) -> None:
        while True:
            if self._burst:
                self._burst -= 1
            else:
                await asyncio.sleep(min(self._dice.expovariate(1 / self._every_s), LONGEST_SILENCE_S))
            if self._quiet:
                self.settled.set()
                return
            await self._in_room.wait()
            await self._send_until_acked(self._next_request())

    def _next_request(self) -> Json:
        cid = f"{self.name}.{next(self._cids)}"
        if self._burst or self._dice.random() < 0.6:
            filling = FILLING if self._burst or self._dice.random() < 0.3 else ""
            return {"t": "chat", "cid": cid, "text": cid + filling, "pos_s": 0.0}
        return {"t": "cmd", "cid": cid, "op": "seek", "mrev": 1, "pos_s": round(self._dice.uniform(0, 600), 3)}

    async def _send_until_acked(self, request: Json) -> None:
        """Sends a request, with the same `cid`, until it is acknowledged."""
        self._request = request
        while True:
            self._answer = asyncio.get_running_loop().create_future()
            with contextlib.suppress(WebSocketException, OSError, TimeoutError):
                if self._in_room.is_set():
                    await self._send(request)
                answer = await asyncio.wait_for(self._answer, ANSWER_WITHIN_S)
                if answer["t"] == "ack":
                    break
            self.repeats += 1
            await asyncio.sleep(REPEAT_AFTER_S)
        self._request = None
        self.acks += 1

    async def _send(self, message: Json) -> None:
        if self._connection is not None:
            await self._connection.send(json.dumps(message))


def _shorten(entry: Json) -> None:
    """Keeps only the `cid` at the start of the text, which is what the checker compares."""
    entry["text"] = entry["text"].partition(" ")[0]


def _narrow_socket(url: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
    connection.connect(("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0])))
    connection.setblocking(False)
    return connection

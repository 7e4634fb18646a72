"""The relay on a real port of this machine, and clients with real sockets."""

import asyncio
import contextlib
import itertools
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal, Self

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from fakes.relay.hostile_frames import TEXT, frame
from fakes.relay.tokens import TokenIssuer
from watchparty.bounded_http import BoundedHttp, ServerConfig
from watchparty.bounded_socket import BoundedSocket
from watchparty.connections import ConnectionBudget
from watchparty_relay.bootstrap import RelayService, build_relay
from watchparty_relay.config import CONNECTIONS_PER_10S, RelayConfig
from watchparty_relay.room_time import MachineTime
from watchparty_relay.server import serving as serving_alone
from watchparty_relay.session.keys import RemoteKeys
from watchparty_relay.transport.picows import listening_socket
from watchparty_relay.transport.port import READ_BYTES, SILENCE_S

Json = dict[str, Any]
PATIENCE_S = 10.0
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class SocketClient:
    """One WebSocket; `next` reads on until a message of that type arrives."""

    _cids = itertools.count(1)

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[Json] = []

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def next(self, kind: str) -> Json:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message: Json = json.loads(await self.connection.recv())
                self.seen.append(message)
                if message["t"] == kind:
                    return message

    async def ask(self, **message: Any) -> Json:
        cid = message.setdefault("cid", f"cid-{next(self._cids)}")
        await self.send(**message)
        while True:
            async with asyncio.timeout(PATIENCE_S):
                answer: Json = json.loads(await self.connection.recv())
            self.seen.append(answer)
            if answer.get("cid") == cid and answer["t"] in ("ack", "nack"):
                return answer

    async def closed(self) -> int:
        """Reads on until the relay closes, and returns the close code."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while True:
                    self.seen.append(json.loads(await self.connection.recv()))
            except ConnectionClosed as error:
                return error.rcvd.code if error.rcvd else 1006


class StalledReader:
    """A socket with a small buffer that is not read before `messages` is called."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._data = b""

    @classmethod
    @contextlib.asynccontextmanager
    async def joined(cls, relay: "RelaySocket") -> AsyncIterator[Self]:
        loop = asyncio.get_running_loop()
        async with cls.upgraded(relay) as reader:
            hello = json.dumps({"t": "hello", "v": 1, "token": relay.issuer.join("sleeper")}).encode()
            await loop.sock_sendall(reader.connection, frame(TEXT, hello))
            yield reader

    @classmethod
    @contextlib.asynccontextmanager
    async def upgraded(cls, relay: "RelaySocket") -> AsyncIterator[Self]:
        """Before its hello."""
        loop = asyncio.get_running_loop()
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.setblocking(False)
            await loop.sock_connect(connection, ("127.0.0.1", relay.port))
            await loop.sock_sendall(connection, UPGRADE)
            response = b""
            while b"\r\n\r\n" not in response:
                response += await loop.sock_recv(connection, 4096)
            yield cls(connection)

    async def flood(self, piece: bytes, *, up_to_bytes: int) -> int:
        """Sends the same again and again, without reading, until the relay drops the connection; returns the bytes."""
        sent = 0
        try:
            while sent < up_to_bytes:
                await asyncio.get_running_loop().sock_sendall(self.connection, piece)
                sent += len(piece)
        except OSError:
            return sent
        return sent

    async def messages(self, *, until_seq: int) -> AsyncIterator[Json]:
        """Reads frame by frame up to the log entry of that number."""
        seq = 0
        while seq < until_seq:
            await self._take(2)
            length = self._data[1]
            extended = {126: 2, 127: 8}.get(length, 0)
            await self._take(2 + extended)
            length = int.from_bytes(self._data[2 : 2 + extended], "big") if extended else length
            await self._take(2 + extended + length)
            message: Json = json.loads(self._data[2 + extended : 2 + extended + length])
            self._data = self._data[2 + extended + length :]
            seq = max(seq, message.get("seq", 0))
            yield message

    async def _take(self, needed: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self._data) < needed:
                received = await asyncio.get_running_loop().sock_recv(self.connection, 65_536)
                if not received:
                    raise ConnectionError("closed while reading")
                self._data += received


class RelaySocket:
    """A running relay as clients see it: an address, and an issuer of tokens."""

    def __init__(self, service: RelayService, issuer: TokenIssuer, port: int, events: list[Json]) -> None:
        self.service = service
        self.issuer = issuer
        self.port = port
        self.events = events
        self.url = f"ws://127.0.0.1:{port}/ws"

    @contextlib.asynccontextmanager
    async def connected(
        self, *, origin: str | None = None, subprotocol: str = "watchparty.v1", **options: Any
    ) -> AsyncIterator[SocketClient]:
        subprotocols = [Subprotocol(subprotocol)] if subprotocol else None
        given = Origin(origin) if origin else None
        async with connect(
            self.url, subprotocols=subprotocols, origin=given, compression=None, **options
        ) as connection:
            yield SocketClient(connection)

    @contextlib.asynccontextmanager
    async def joined(
        self, participant_id: str, *, hello: Json | None = None, **claims: Any
    ) -> AsyncIterator[SocketClient]:
        async with self.connected() as client:
            await client.send(t="hello", v=1, token=self.issuer.join(participant_id, **claims), **(hello or {}))
            await client.next("welcome")
            yield client


class KeysOf(RemoteKeys):
    """The issuer's keys, in place of those that the relay would fetch from the functions."""

    def __init__(self, issuer: TokenIssuer) -> None:
        super().__init__("")
        self._issuer = issuer

    async def refresh(self) -> bool:
        self._known = self._issuer.jwks()
        return True


class Embedding(uvicorn.Server):
    """A server that hosts the relay in its own process, as the standalone server does, and drains it before closing."""

    def __init__(self, service: RelayService, *, silence_s: float) -> None:
        async def app(scope: Json, receive: Any, send: Any) -> None:
            await service.asgi(scope, receive, send)

        super().__init__(
            ServerConfig(
                app,
                budget=ConnectionBudget(10_000),
                http=BoundedHttp,
                lifespan="off",
                log_level="warning",
                ws=BoundedSocket,
                ws_max_size=READ_BYTES,
                ws_per_message_deflate=False,
                ws_ping_interval=silence_s,
                ws_ping_timeout=silence_s,
                timeout_graceful_shutdown=10,
            )
        )
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.drain()
        await asyncio.sleep(0)
        await super().shutdown(sockets)

    @contextlib.asynccontextmanager
    async def running(self, listening: socket.socket) -> AsyncIterator[None]:
        await self._service.start()
        running = asyncio.create_task(self.serve(sockets=[listening]))  # until then connections wait in the backlog
        try:
            yield
        finally:
            self.should_exit = True
            await running
            await self._service.stop()


@contextlib.asynccontextmanager
async def serving(
    transport: Literal["picows", "asgi"] = "picows",
    *,
    journal_path: Path | None = None,
    allowed_origins: tuple[str, ...] = (),
    sndbuf: int | None = None,
    move_within_s: float = 0.0,
    silence_s: float = SILENCE_S,
    socket_mb: int = 256,
    connections_per_10s: int = CONNECTIONS_PER_10S,
    trusted_proxies: tuple[str, ...] = (),
) -> AsyncIterator[RelaySocket]:
    """The relay on a free port, alone or within an ASGI server; stopped as a deployment would stop it."""
    events: list[Json] = []

    async def publish(batch: list[Json]) -> None:
        events.extend(batch)

    issuer = TokenIssuer(MachineTime())
    service = build_relay(
        RelayConfig(socket_mb=socket_mb, connections_per_10s=connections_per_10s, trusted_proxies=trusted_proxies),
        jwks=issuer.jwks,
        publish=publish,
        journal_path=journal_path,
        allowed_origins=allowed_origins,
    )
    listening = listening_socket("127.0.0.1", 0)
    if sndbuf:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sndbuf)
    if transport == "asgi":
        running: contextlib.AbstractAsyncContextManager[object] = Embedding(service, silence_s=silence_s).running(
            listening
        )
    else:
        running = serving_alone(
            service,
            KeysOf(issuer),
            listening,
            allowed_origins=frozenset(allowed_origins),
            move_within_s=move_within_s,
            silence_s=silence_s,
        )
    async with running:
        yield RelaySocket(service, issuer, listening.getsockname()[1], events)

"""HTTP/1.1 between a client and a backend: the wire part that the load balancer and Cloud Run's front share.

What happens to a request is decided by the caller; this module only carries bytes. An upgraded connection becomes a
tunnel until one side closes it or its time is over.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Self

import h11

Headers = list[tuple[str, str]]
_READ_BYTES = 64 * 1024


@dataclass(frozen=True)
class Request:
    """The head of a request; `peer` is the address that the connection came from."""

    method: str
    target: str
    headers: Headers
    peer: str
    peer_port: int = 0

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """All values of a header, joined as HTTP allows, or None."""
        found = [value for each, value in self.headers if each.lower() == name]
        return (";" if name == "cookie" else ", ").join(found) if found else None

    def with_path(self, path: str) -> Self:
        """A copy for another path, with the same query."""
        return replace(self, target=path + self.target.removeprefix(self.path))

    def with_headers(self, **changed: str) -> Self:
        """A copy with headers set; underscores in names stand for hyphens."""
        names = {name.replace("_", "-").lower(): value for name, value in changed.items()}
        kept = [(name, value) for name, value in self.headers if name.lower() not in names]
        return replace(self, headers=[*kept, *names.items()])


@dataclass(frozen=True)
class Answer:
    """A response that the proxy gives itself."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=list)


@dataclass(frozen=True)
class Forward:
    """Where a request goes on to, as `request`."""

    port: int
    request: Request
    host: str = "127.0.0.1"
    source: str | None = None
    """The address that the backend sees the connection come from."""
    most_body_bytes: int | None = None
    socket_life_s: float | None = None
    """How long an upgraded connection may live."""


Decide = Callable[[Request], Awaitable[Answer | Forward]]


class _BodyTooLarge(Exception):
    pass


@contextlib.asynccontextmanager
async def serving(decide: Decide, *, host: str, port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serves until the end of the block; the port that it listens on."""
    clients: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        clients.add(task)
        try:
            await _Client(reader, writer, decide).run()
        except asyncio.CancelledError:
            pass  # the box is closing, and nobody waits for this connection
        except (
            ConnectionError,
            asyncio.IncompleteReadError,
            h11.RemoteProtocolError,
            h11.LocalProtocolError,
            ssl.SSLError,
        ):
            pass  # the peer is gone, or spoke no HTTP
        finally:
            clients.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, host, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        left = list(clients)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class _Client:
    """One connection of a client, from its first request to its close."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, decide: Decide) -> None:
        self._reader, self._writer, self._decide = reader, writer, decide
        self._http = h11.Connection(h11.SERVER)
        self._peer, self._peer_port = writer.get_extra_info("peername")[:2]

    async def run(self) -> None:
        while True:
            event = await self._event()
            if not isinstance(event, h11.Request):
                return
            request = Request(
                event.method.decode(),
                event.target.decode(),
                [(name.decode(), value.decode("latin-1")) for name, value in event.headers.raw_items()],
                self._peer,
                self._peer_port,
            )
            decision = await self._decide(request)
            if isinstance(decision, Answer):
                await self._answer(decision, request)
            elif (request.header("upgrade") or "").lower() == "websocket":
                await self._tunnel(decision)
                return
            elif not await self._forward(decision):
                return
            if self._http.our_state is h11.MUST_CLOSE or self._http.their_state is h11.MUST_CLOSE:
                return
            if self._http.their_state is not h11.DONE and not await self._skip_body():
                return
            self._http.start_next_cycle()

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_READ_BYTES))
        return event

    async def _skip_body(self) -> bool:
        while not isinstance(event := await self._event(), h11.EndOfMessage):
            if isinstance(event, h11.ConnectionClosed):
                return False
        return True

    async def _answer(self, answer: Answer, request: Request) -> None:
        if self._http.they_are_waiting_for_100_continue or self._http.their_state is h11.SEND_BODY:
            with contextlib.suppress(ConnectionError):
                await self._skip_body()
        names = {name.lower() for name, _ in answer.headers}
        length = [] if "content-length" in names else [("content-length", str(len(answer.body)))]
        await self._send(h11.Response(status_code=answer.status, headers=[*answer.headers, *length]))
        if request.method != "HEAD" and answer.body:
            await self._send(h11.Data(answer.body))
        await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    # ---- to a backend

    async def _forward(self, to: Forward) -> bool:
        """False when the connection cannot be used again."""
        try:
            reader, writer = await _connection(to)
        except OSError:
            await self._answer(Answer(502, b"no backend\n"), to.request)
            return True
        backend = h11.Connection(h11.CLIENT)
        try:
            request = to.request.with_headers(connection="close")
            head = h11.Request(method=request.method, target=request.target, headers=list(request.headers))
            writer.write(backend.send(head) or b"")
            sending = asyncio.create_task(self._send_body(backend, writer, to.most_body_bytes))
            try:
                await self._receive_response(backend, reader)
            finally:
                if not sending.done():
                    sending.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await sending
        except _BodyTooLarge:
            await self._answer(Answer(413, b"Request Entity Too Large\n"), to.request)
        finally:
            writer.close()
        return self._http.our_state is h11.DONE

    async def _send_body(self, backend: h11.Connection, writer: asyncio.StreamWriter, most: int | None) -> None:
        sent = 0
        while True:
            if self._http.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            event = await self._event()
            if isinstance(event, h11.Data):
                sent += len(event.data)
                if most is not None and sent > most:
                    writer.close()
                    return
                writer.write(backend.send(event) or b"")
                await writer.drain()
            else:
                if isinstance(event, h11.EndOfMessage):
                    writer.write(backend.send(h11.EndOfMessage()) or b"")
                return

    async def _receive_response(self, backend: h11.Connection, reader: asyncio.StreamReader) -> None:
        while True:
            while (event := backend.next_event()) is h11.NEED_DATA:
                backend.receive_data(await reader.read(_READ_BYTES))
            if isinstance(event, h11.Response):
                dropped = (b"connection", b"keep-alive")
                headers = [(name, value) for name, value in event.headers.raw_items() if name.lower() not in dropped]
                await self._send(h11.Response(status_code=event.status_code, headers=headers, reason=event.reason))
            elif isinstance(event, h11.Data):
                await self._send(event)
            elif isinstance(event, h11.EndOfMessage):
                await self._send(h11.EndOfMessage())
                return
            elif isinstance(event, h11.ConnectionClosed):
                return

    async def _tunnel(self, to: Forward) -> None:
        reader, writer = await _connection(to)
        head = "".join(f"{name}: {value}\r\n" for name, value in to.request.headers)
        writer.write(f"{to.request.method} {to.request.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
        writer.write(self._http.trailing_data[0])
        pumps = [
            asyncio.create_task(pump(self._reader, writer)),
            asyncio.create_task(pump(reader, self._writer)),
        ]
        try:
            await asyncio.wait(pumps, timeout=to.socket_life_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in pumps:
                each.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            writer.close()


async def _connection(to: Forward) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(to.host, to.port, local_addr=(to.source, 0) if to.source else None)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carries bytes in one direction until it ends, then closes the far side."""
    try:
        while data := await reader.read(_READ_BYTES):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()

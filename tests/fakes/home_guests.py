"""Many people of a real server, each with their own address and socket, as cheap as a load generator needs them."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Json = dict[str, Any]


def address_of(number: int) -> str:
    """A loopback address per person: limits are counted per address, as in as many households."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{2 + number % 250}"


class KeptConnection:
    """One HTTP/1.1 connection that stays open between calls, as a browser's does, for answers with a length."""

    def __init__(self, url: str, address: str) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._address = parts.hostname or "", parts.port or 80, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, str, bytes]:
        """Returns status, head and body. Opens a connection if there is none."""
        status, head, length, reader = await self.begin(method, path, headers, body)
        return status, head, await reader.readexactly(length)

    async def begin(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, str, int, asyncio.StreamReader]:
        """Returns status, head, the length of the body, and where to read it before the next call."""
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(self._host, self._port, local_addr=(self._address, 0))
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = int(head.lower().partition("content-length:")[2].partition("\r\n")[0])
        return int(head.split(" ", 2)[1]), head, length, reader

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


class _Answers(WSListener):
    """Receives what the relay sends; resolves who waits for the welcome and for acknowledgements."""

    def __init__(self) -> None:
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.acks: dict[str, tuple[float, asyncio.Future[float]]] = {}

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        received_s = time.perf_counter()
        if frame.msg_type != WSMsgType.TEXT:
            return
        raw = frame.get_payload_as_bytes()
        if raw.startswith((b'{"t":"ack"', b'{"t":"nack"')):
            message = json.loads(raw)
            sent_s, answered = self.acks.pop(message["cid"])
            if message["t"] == "nack":
                answered.set_exception(AssertionError(message))
            else:
                answered.set_result((received_s - sent_s) * 1000)
        elif not self.welcome.done():
            if raw.startswith(b'{"t":"welcome"'):
                self.welcome.set_result(None)
            else:
                self.welcome.set_exception(AssertionError(raw))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        for _, answered in self.acks.values():
            answered.set_exception(ConnectionError("the server has closed the socket"))


class HomeGuest:
    """One person in one room: a guest of the API, then a socket that has said hello."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        self.address = address_of(number)
        self._headers = {"X-Guest-Key": secrets.token_urlsafe(32), "Origin": url, "Content-Type": "application/json"}
        self._connection = KeptConnection(url, self.address)
        self._download = KeptConnection(url, self.address)
        self._socket: WSTransport | None = None
        self._answers: _Answers | None = None
        self.room_id = ""

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call of the API; raises for a refusal."""
        content = b"" if body is None else json.dumps(body).encode()
        status, head, answer = await self._connection.request(method, f"/api/v1{path}", self._headers, content)
        assert status < 400, (method, path, status, answer)
        cookies = re.findall(r"(?im)^set-cookie: *([^;\r]+)", head)
        if cookies:
            self._headers["Cookie"] = "; ".join(cookies)
        found: Json = json.loads(answer)
        return found

    async def download(self, path: str) -> tuple[int, asyncio.StreamReader]:
        """Begins to download a film's file; returns its length, and where to read all of it before the next one."""
        status, _, length, reader = await self._download.begin("GET", path, self._headers)
        assert status == 200, (path, status)
        return length, reader

    async def create_room(self) -> str:
        """Becomes a temporary host; returns the id of a new room."""
        token = (await self.call("POST", "/auth/temporary", {}))["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        return str((await self.call("POST", "/rooms", {}))["id"])

    @asynccontextmanager
    async def present(self, room_id: str) -> AsyncIterator["HomeGuest"]:
        """Joins the room and stays for as long as the block runs."""
        self.room_id = room_id
        joined = await self.call("POST", f"/rooms/{room_id}/join", {})
        self._socket, listener = await ws_connect(
            _Answers,
            joined["connection"]["relay_url"],
            extra_headers={"Origin": self._url, "Sec-WebSocket-Protocol": "watchparty.v1"},
            websocket_handshake_timeout=60,
            local_addr=(self.address, 0),
        )
        assert isinstance(listener, _Answers)
        self._answers = listener
        self._send(t="hello", v=1, token=joined["connection"]["join_token"])
        await asyncio.wait_for(listener.welcome, 60)
        yield self
        self._socket.disconnect()
        self._connection.close()
        self._download.close()

    async def chat_ack_ms(self, text: str) -> float:
        """Says something; returns the time until the relay has acknowledged it."""
        assert self._answers is not None
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        cid = secrets.token_hex(8)
        self._answers.acks[cid] = (time.perf_counter(), answered)
        self._send(t="chat", cid=cid, text=text, pos_s=0.0)
        return await answered

    def _send(self, **message: Any) -> None:
        assert self._socket is not None
        self._socket.send(WSMsgType.TEXT, json.dumps(message).encode())


@asynccontextmanager
async def all_present(url: str, rooms: int, people_per_room: int) -> AsyncIterator[Sequence[Sequence[HomeGuest]]]:
    """The people of each room, all of whom are present. Ten join at a time."""
    hosts = [HomeGuest(url, number) for number in range(rooms)]
    room_ids = [await host.create_room() for host in hosts]
    joining = asyncio.Semaphore(10)
    async with AsyncExitStack() as stack:

        async def join(number: int) -> HomeGuest:
            guest = HomeGuest(url, rooms + number)
            async with joining:
                return await stack.enter_async_context(guest.present(room_ids[number // people_per_room]))

        people = await asyncio.gather(*(join(number) for number in range(rooms * people_per_room)))
        yield [people[first : first + people_per_room] for first in range(0, len(people), people_per_room)]

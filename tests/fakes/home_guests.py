"""Many people of a real server, each with their own address and socket, as cheap as a load generator needs them."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

Json = dict[str, Any]


def address_of(number: int) -> str:
    """A loopback address per person: limits are counted per address, as in as many households."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{2 + number % 250}"


class HomeGuest:
    """One person in one room: a guest of the API, then a socket that has said hello."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        self.address = address_of(number)
        self._headers = {"X-Guest-Key": secrets.token_urlsafe(32), "Origin": url}
        self.socket: ClientConnection | None = None
        self._acks: dict[str, tuple[float, asyncio.Future[float]]] = {}

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call on its own connection; raises for a refusal."""
        transport = httpx2.AsyncHTTPTransport(local_address=self.address, verify=False)
        async with httpx2.AsyncClient(transport=transport, timeout=60) as client:
            answer = await client.request(method, f"{self._url}/api/v1{path}", json=body, headers=self._headers)
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    async def create_room(self) -> str:
        """Becomes a temporary host; returns the id of a new room."""
        token = (await self.call("POST", "/auth/temporary", {}))["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        return str((await self.call("POST", "/rooms", {}))["id"])

    @asynccontextmanager
    async def present(self, room_id: str) -> AsyncIterator["HomeGuest"]:
        """Joins the room and stays for as long as the block runs."""
        joined = await self.call("POST", f"/rooms/{room_id}/join", {})
        address, subprotocols = (self.address, 0), [Subprotocol("watchparty.v1")]
        async with connect(
            joined["connection"]["relay_url"],
            subprotocols=subprotocols,
            origin=Origin(self._url),
            compression=None,
            local_addr=address,
            open_timeout=60,
            max_queue=None,
        ) as self.socket:
            await self._send(t="hello", v=1, token=joined["connection"]["join_token"])
            welcome = json.loads(await self.socket.recv())
            assert welcome["t"] == "welcome", welcome
            listening = asyncio.create_task(self._listen(self.socket))
            yield self
            listening.cancel()

    async def chat_ack_ms(self, text: str) -> float:
        """Says something; returns the time until the relay has acknowledged it."""
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        sent_s = time.perf_counter()
        cid = secrets.token_hex(8)
        self._acks[cid] = (sent_s, answered)
        await self._send(t="chat", cid=cid, text=text, pos_s=0.0)
        return await answered

    async def _send(self, **message: Any) -> None:
        assert self.socket is not None
        await self.socket.send(json.dumps(message))

    async def _listen(self, socket: ClientConnection) -> None:
        async for raw in socket:
            received_s = time.perf_counter()
            if not str(raw).startswith(('{"t":"ack"', '{"t":"nack"')):
                continue
            message = json.loads(raw)
            assert message["t"] != "nack", message
            sent_s, answered = self._acks.pop(message["cid"])
            answered.set_result((received_s - sent_s) * 1000)


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

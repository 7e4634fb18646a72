"""The demo: a room that is already playing the sample film, with two simulated guests who talk about it.

Nothing is faked: a temporary host uploads the film through the API, and the guests join by the room's link and use the
sync protocol on real sockets. They restart the film at its end, so that the room is always playing.
"""

import asyncio
import itertools
import json
import secrets
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

Json = dict[str, Any]

SCRIPT = (
    ("Ada", "These colours are so calm. I could watch them for hours."),
    ("Max", "Look at the number in the corner. Do you have the same one?"),
    ("Ada", "Exactly the same, frame for frame 🙂"),
    ("Max", "Try the pause button. It stops for all of us on the same frame."),
    ("Ada", "Open this page on your phone too. The QR code is in the terminal."),
    ("Max", "Someone said the cells are playing the Game of Life."),
)
CHAT_EVERY_S = 9.0
REPORT_EVERY_S = 2.0


class Api:
    """The few API calls of the demo, as any external program would make them."""

    def __init__(self, site: str, *, guest_key: str | None = None) -> None:
        self._site = site
        self._credentials = {"X-Guest-Key": guest_key} if guest_key else {}

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Makes one JSON call; returns the body of the answer, {} for an empty one."""
        headers = {"Content-Type": "application/json", "Origin": self._site, **self._credentials}
        content, _ = self._send(method, f"{self._site}/api/v1{path}", json.dumps(body or {}), headers)
        answer: Json = json.loads(content or "{}")
        return answer

    def become_temporary_host(self, name: str) -> None:
        token = self.call("POST", "/auth/temporary", {"display_name": name})["access_token"]
        self._credentials = {"Authorization": f"Bearer {token}"}

    def upload(self, film: Path) -> str:
        """Uploads with the resumable protocol in one piece; returns the video's id."""
        size = film.stat().st_size
        created = self.call(
            "POST",
            "/videos",
            {"title": "Dusk", "filename": "sample.mp4", "size_bytes": size, "content_type": "video/mp4"},
        )
        start = created["upload"]
        _, headers = self._send("POST", start["start_url"], "", start["headers"])
        content_range = {"Content-Range": f"bytes 0-{size - 1}/{size}", "Content-Type": "video/mp4"}
        self._send("PUT", headers["Location"], film.read_bytes(), content_range)
        video_id: str = created["video"]["id"]
        return video_id

    def wait_until_playable(self, video_id: str) -> None:
        while not self.call("GET", f"/videos/{video_id}")["playable"]:
            time.sleep(0.2)

    def _send(self, method: str, url: str, body: str | bytes, headers: Mapping[str, str]) -> tuple[bytes, Any]:
        data = body.encode() if isinstance(body, str) else body
        target = url if url.startswith("http") else self._site + url
        request = urllib.request.Request(  # noqa: S310  this server's own address
            target, data=None if method == "GET" else data, method=method, headers=dict(headers)
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.read(), answer.headers


class SimulatedGuest:
    """Joins, reports perfect sync and chats; one guest also restarts the film."""

    def __init__(self, site: str, room_id: str, name: str, *, restarts_film: bool) -> None:
        self._api = Api(site, guest_key=secrets.token_urlsafe(32))
        self._room_id = room_id
        self._name = name
        self._restarts_film = restarts_film
        self._socket: ClientConnection | None = None
        self._state: Json = {}
        self._received_at = 0.0

    async def stay(self) -> None:
        """Stays in the room until cancelled; reconnects with a new token when the connection ends."""
        while True:
            joined = await asyncio.to_thread(self._join)
            connection = joined["connection"]
            async with connect(connection["relay_url"], subprotocols=[Subprotocol("watchparty.v1")]) as socket:
                self._socket = socket
                await self._send(t="hello", v=1, token=connection["join_token"])
                reports = asyncio.create_task(self._report())
                try:
                    await self._listen()
                except ConnectionClosed:
                    self._socket = None
                finally:
                    reports.cancel()
            await asyncio.sleep(1)

    async def post(self, text: str) -> None:
        if self._socket and self._state:
            await self._send(t="chat", cid=secrets.token_hex(8), text=text, pos_s=self._position_s())

    def _join(self) -> Json:
        return self._api.call("POST", f"/rooms/{self._room_id}/join", {"display_name": self._name})

    async def _send(self, **message: Any) -> None:
        if self._socket:
            await self._socket.send(json.dumps(message))

    async def _listen(self) -> None:
        assert self._socket is not None  # noqa: S101  set by stay()
        async for raw in self._socket:
            message = json.loads(raw)
            match message["t"]:
                case "welcome" | "state":
                    self._state, self._received_at = message.get("state", message), time.monotonic()
                    await self._restart_film()
                case "renew":
                    joined = await asyncio.to_thread(self._join)
                    await self._send(t="token", token=joined["connection"]["join_token"])

    async def _restart_film(self) -> None:
        """Starts the film, and restarts it at its end. A pause by a person is respected."""
        unstarted = self._state["mode"] == "paused" and self._state["pos_s"] == 0
        if self._restarts_film and (unstarted or self._state["mode"] == "ended"):
            for op in ({"op": "seek", "pos_s": 0.0}, {"op": "play"}):
                await self._send(t="cmd", cid=secrets.token_hex(8), mrev=self._state["mrev"], **op)

    def _position_s(self) -> float:
        """Returns the position according to the last state; this guest shares the server's clock."""
        moved_ms = (time.monotonic() - self._received_at) * 1000 + self._state["srv_ms"] - self._state["t0_ms"]
        playing = self._state["mode"] == "playing"
        return float(self._state["pos_s"] + (max(0.0, moved_ms) / 1000 * self._state["rate"] if playing else 0.0))

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            if self._state:
                report = {"rev": self._state["rev"], "pos_s": self._position_s(), "err_ms": 0.0}
                line = {"unc_ms": 0.5, "rtt_ms": 1.0, "buf_s": 20.0, "ready": "ok", "rate": 1.0, "visible": True}
                await self._send(t="report", **report, **line)


async def open_demo_room(site: str, film: Path) -> str:
    """Uploads the film, waits until it is playable and creates the room; returns the room's id."""
    api = Api(site)
    await asyncio.to_thread(api.become_temporary_host, "The demo")
    video_id = await asyncio.to_thread(api.upload, film)
    await asyncio.to_thread(api.wait_until_playable, video_id)
    room_settings = {"name": "The demo room", "video_id": video_id, "control": "everyone", "wait": {"policy": "never"}}
    room = await asyncio.to_thread(api.call, "POST", "/rooms", room_settings)
    return str(room["id"])


async def run_guests(site: str, room_id: str) -> None:
    """Runs the guests of the script until cancelled."""
    guests = {
        name: SimulatedGuest(site, room_id, name, restarts_film=name == "Ada")
        for name in dict.fromkeys(name for name, _ in SCRIPT)
    }
    staying = [asyncio.create_task(guest.stay()) for guest in guests.values()]
    try:
        for name, text in itertools.cycle(SCRIPT):
            await asyncio.sleep(CHAT_EVERY_S)
            await guests[name].post(text)
    finally:
        for task in staying:
            task.cancel()

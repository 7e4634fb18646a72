"""Sends an HTTP request to an ASGI application in pieces, to simulate slow clients and broken connections."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def code(self) -> str:
        """The `code` of an error response."""
        return str(json.loads(self.body)["code"])


@dataclass
class Sending:
    """A request in progress: `feed` it body pieces, then `end` it, or `leave` in the middle."""

    pieces: asyncio.Queue[Message]
    answer: asyncio.Task[Answer]

    async def feed(self, piece: bytes) -> None:
        """Sends one piece of the body and waits until the application has received it."""
        await self.pieces.put({"type": "http.request", "body": piece, "more_body": True})
        await self.pieces.join()

    async def end(self) -> Answer:
        await self.pieces.put({"type": "http.request", "body": b"", "more_body": False})
        return await self.answer

    async def leave(self) -> Answer:
        """Breaks the connection."""
        await self.pieces.put({"type": "http.disconnect"})
        return await self.answer


def sending(app: ASGIApp, method: str, url: str, headers: Mapping[str, str] | None = None) -> Sending:
    """Starts a request whose body is sent later. Must be called inside a running event loop."""
    parts = urlsplit(url)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in {"host": parts.netloc, **(headers or {})}.items()
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    pieces: asyncio.Queue[Message] = asyncio.Queue()
    answer = Answer()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message.get("headers", [])}
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    async def receive() -> Message:
        message = await pieces.get()
        pieces.task_done()
        return message

    async def answered() -> Answer:
        await app(scope, receive, send)
        return answer

    return Sending(pieces, asyncio.create_task(answered()))


def request(
    app: ASGIApp,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Iterable[bytes] = (),
    leave: bool = False,
) -> Answer:
    """Sends a whole request; with `leave`, the connection breaks after the last piece."""

    async def run() -> Answer:
        sent = sending(app, method, url, headers)
        for piece in body:
            await sent.pieces.put({"type": "http.request", "body": piece, "more_body": True})
        return await (sent.leave() if leave else sent.end())

    return asyncio.run(run())

"""How the process that decodes a film asks the one that holds the credentials: HTTP over the loopback interface.

It has neither credentials nor another way to reach a bucket. `broker/server.py` serves it.
"""

import http.client
import threading
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from watchparty_transcoder.errors import DiskFull, InternalError, WriteConflict

RUN, ORIGINAL, OBJECTS, SIZE, SIZES, EVENTS = "/run", "/original", "/objects/", "/size/", "/sizes/", "/events"
"""Paths below the address of the film."""
CREATE_ONLY = "*"
"""In `If-None-Match`: an existing object stays."""


class RunDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What the decoding process does; the rest it finds out from the film."""

    video_id: str
    generation: int
    attempt: int
    task: int = 0
    task_count: int | None = None  # None: one process transcodes the whole film
    first_seq: int = 1
    threads: int | None = None  # None: all cores
    size_bytes: int
    original_path: str = ""  # where ffmpeg can read it


class BrokerClient:
    """One connection per thread. Waits as long as the broker, whose own calls have deadlines."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.hostname is None or parts.port is None:
            raise ValueError("the address of the broker must have a host and a port")
        self._host, self.port, self._root = parts.hostname, parts.port, parts.path
        self._connections = threading.local()
        self.run = msgspec.json.decode(self.get(RUN), type=RunDescription)

    @property
    def original_url(self) -> str:
        return f"http://{self._host}:{self.port}{self.run.original_path}"

    def fetch_original(self, first: int, last: int) -> bytes:
        """The bytes of the original, both positions included. Raises InternalError if they cannot be read."""
        headers = {"Range": f"bytes={first}-{last}"}
        return _checked(*self._send("GET", self._root + ORIGINAL, None, headers), HTTPStatus.PARTIAL_CONTENT)

    def get(self, path: str) -> bytes:
        """Raises InternalError, also if there is nothing."""
        return _checked(*self._send("GET", self._root + path), HTTPStatus.OK)

    def get_if_there(self, path: str) -> bytes | None:
        """None if there is nothing. Raises InternalError."""
        status, body = self._send("GET", self._root + path)
        return None if status == HTTPStatus.NOT_FOUND else _checked(status, body, HTTPStatus.OK)

    def change(self, method: str, path: str, body: bytes | None = None) -> None:
        """Raises WriteConflict, DiskFull or InternalError."""
        _checked(*self._send(method, self._root + path, body), HTTPStatus.OK)

    def create(self, path: str, body: bytes) -> bool:
        """False if there is one already. Raises as `change`."""
        status, said = self._send("PUT", self._root + path, body, {"If-None-Match": CREATE_ONLY})
        if status == HTTPStatus.PRECONDITION_FAILED:
            return False
        _checked(status, said, HTTPStatus.OK)
        return True

    def _send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection | None = getattr(self._connections, "mine", None)
        if connection is None:
            connection = self._connections.mine = http.client.HTTPConnection(self._host, self.port)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise InternalError(f"the process that holds the credentials does not answer: {error!r}") from error


def _checked(status: int, body: bytes, expected: HTTPStatus) -> bytes:
    if status == expected:
        return body
    said = body.decode(errors="replace")
    if status == HTTPStatus.CONFLICT:
        raise WriteConflict(said)
    if status == HTTPStatus.INSUFFICIENT_STORAGE:
        raise DiskFull(said)
    raise InternalError(f"the process that holds the credentials answered {status}: {said}")

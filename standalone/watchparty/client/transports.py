"""The two upload protocols: `gcs-resumable` (at home and Google Cloud) and `s3-multipart`.

Both answer how many bytes from the beginning are stored, which decides where to continue; see docs/protocol.md.
"""

import re
from collections.abc import Iterable
from typing import Any, Protocol

from watchparty.client.connection import Answer, Server
from watchparty.client.errors import ClientError, Refused, TryAgain

GRANULE_BYTES = 256 * 1024
"""Except for the last one, a request carries a multiple of this."""
CHUNK_BYTES = 64 * GRANULE_BYTES
_STORED = re.compile(r"bytes=0-(\d{1,16})")


class SessionGone(ClientError):
    """The server no longer knows the upload, so that it has to be started again."""


class Transport(Protocol):
    """How the bytes of one upload reach the storage."""

    chunk_bytes: int

    def stored_bytes(self) -> int:
        """How much is stored; the film's size once it is complete. Raises SessionGone, TryAgain, ClientError."""

    def send(self, first: int, length: int, pieces: Iterable[bytes]) -> int:
        """Sends a chunk; returns how much is stored. Raises like `stored_bytes`."""


class Resumable:
    """`gcs-resumable`. The address of a session is all that a later process needs to continue it."""

    def __init__(self, server: Server, session: str, *, size_bytes: int) -> None:
        self.session = session
        self.chunk_bytes = CHUNK_BYTES
        self._server = server
        self._size_bytes = size_bytes

    @classmethod
    def start(cls, server: Server, upload: dict[str, Any], *, size_bytes: int) -> "Resumable":
        """Opens a session with the signed request that the server has returned."""
        start_url = server.address(upload["start_url"])
        answer = server.send("POST", start_url, upload["headers"])
        location = answer.headers.get("location")
        if answer.status not in (200, 201) or not location:
            raise _upload_error(answer)
        return cls(server, server.address(location), size_bytes=size_bytes)

    def stored_bytes(self) -> int:
        answer = self._server.send("PUT", self.session, {"Content-Range": f"bytes */{self._size_bytes}"})
        return self._progress(answer)

    def send(self, first: int, length: int, pieces: Iterable[bytes]) -> int:
        span = f"bytes {first}-{first + length - 1}/{self._size_bytes}"
        answer = self._server.send("PUT", self.session, {"Content-Range": span}, pieces, size_bytes=length)
        if answer.status == 413 and self.chunk_bytes > GRANULE_BYTES:
            self.chunk_bytes = max(GRANULE_BYTES, self.chunk_bytes // 4)
            return first  # a proxy limits the size of a request
        return self._progress(answer)

    def _progress(self, answer: Answer) -> int:
        if answer.status in (200, 201, 412):  # 412: another session has completed this film
            return self._size_bytes
        if answer.status == 308:
            stored = _STORED.fullmatch(answer.headers.get("range", ""))
            return int(stored[1]) + 1 if stored else 0
        raise _upload_error(answer)


class Multipart:
    """`s3-multipart`: the server returns an address for each part, and says which ones are stored."""

    session = ""

    def __init__(self, server: Server, video_id: str, *, size_bytes: int) -> None:
        self._server = server
        self._path = f"/videos/{video_id}/upload"
        self._size_bytes = size_bytes
        self.chunk_bytes = CHUNK_BYTES

    def stored_bytes(self) -> int:
        try:
            parts = self._server.call("POST", f"{self._path}/parts", {"numbers": []})
        except Refused as error:
            return self._stored_after(error)
        self.chunk_bytes = int(parts["part_size_bytes"])
        stored, whole = set(parts["stored"]), 0
        while whole + 1 in stored:
            whole += 1
        return self._completed(min(whole * self.chunk_bytes, self._size_bytes))

    def send(self, first: int, length: int, pieces: Iterable[bytes]) -> int:
        number = first // self.chunk_bytes + 1
        try:
            parts = self._server.call("POST", f"{self._path}/parts", {"numbers": [number]})
        except Refused as error:
            return self._stored_after(error)
        url = self._server.address(parts["addresses"][0]["url"])
        answer = self._server.send("PUT", url, {}, pieces, size_bytes=length)
        if not 200 <= answer.status < 300:
            raise _upload_error(answer)
        return self._completed(first + length)

    def _completed(self, stored_bytes: int) -> int:
        if stored_bytes == self._size_bytes:
            try:
                self._server.call("POST", f"{self._path}/complete")
            except Refused as error:
                return self._stored_after(error)
        return stored_bytes

    def _stored_after(self, error: Refused) -> int:
        if error.code == "already_uploaded":
            return self._size_bytes
        if error.code == "upload_incomplete":
            raise TryAgain(str(error)) from error
        raise error


def _upload_error(answer: Answer) -> ClientError:
    """The error for an answer of the storage."""
    problem = answer.json() or {}
    detail = str(problem.get("detail") or f"The storage refuses the upload (status {answer.status}).")
    if answer.status in (404, 410, 499):
        return SessionGone(detail)
    if answer.status in (408, 429) or (answer.status >= 500 and answer.status != 507):
        return TryAgain(detail, after_s=answer.retry_after_s)
    if answer.status == 413:
        return Refused("A proxy in front of the server refuses even small parts of a film (status 413).")
    return Refused(detail, code=str(problem.get("code", "")))

"""An upload in a bucket, read by ranges: for our own looks, and through a loopback proxy for libav and ffmpeg.

The proxy answers for exactly one object under a name that nobody can guess, and knows no other; what a file tells
ffmpeg to open besides leads nowhere.
"""

import contextlib
import io
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from watchparty_transcoder.source.source import Source

if TYPE_CHECKING:
    from google.cloud.storage import Blob

FIRST_PIECE, LARGEST_PIECE = 128 << 10, 4 << 20  # whoever reads on gets larger ones; whoever jumps loses little
BUFFER_BYTES = 4096
READERS = 16
CALL_WITHIN_S = 60.0
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class RemoteObject:
    """One version of one object; `fetch` gives its bytes from one place to another, the latter included."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch = fetch
        self.size = size

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from `begin` up to, but without, `end`."""
        if begin >= min(end, self.size):
            return b""
        return self._fetch(begin, min(end, self.size) - 1)

    def open(self) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_RangeFile(self), BUFFER_BYTES))


def from_gcs(blob: "Blob") -> RemoteObject:
    """An object of Google Cloud Storage, its generation chosen."""
    blob.reload()
    return RemoteObject(
        lambda first, last: bytes(blob.download_as_bytes(start=first, end=last, timeout=CALL_WITHIN_S)), blob.size
    )


def from_s3(client: Any, bucket: str, key: str) -> RemoteObject:
    """An object of an S3-compatible service."""
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]

    def fetch(first: int, last: int) -> bytes:
        return bytes(client.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{last}")["Body"].read())

    return RemoteObject(fetch, size)


class _RangeFile(io.RawIOBase):
    """What `open` gives: a place in the object."""

    def __init__(self, original: RemoteObject) -> None:
        self._original = original
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._original.size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names a wider type
        data = self._original.read(self._at, self._at + len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@contextlib.contextmanager
def served_locally(original: RemoteObject) -> Iterator[Source]:
    """The source while the proxy runs."""
    path = f"/{secrets.token_urlsafe(16)}"

    class Handler(_OneObject):
        served_path = path
        served_object = original

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield Source(
            url=f"http://127.0.0.1:{server.server_port}{path}",
            protocols="http,tcp",
            open=original.open,
            size_bytes=lambda: original.size,
            readers=READERS,
        )
    finally:
        server.shutdown()
        server.server_close()


class _OneObject(BaseHTTPRequestHandler):
    served_path: str
    served_object: RemoteObject

    def do_GET(self) -> None:
        if self.path != self.served_path:
            self.send_error(404)
            return
        size = self.served_object.size
        asked = RANGE.fullmatch(self.headers.get("Range", "bytes=0-"))
        begin = int(asked[1]) if asked else 0
        end = min(int(asked[2]) + 1, size) if asked and asked[2] else size
        if begin >= end:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(end - begin))
        if "Range" in self.headers:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # it has jumped elsewhere
            self._send(begin, end)

    def _send(self, begin: int, end: int) -> None:
        length = FIRST_PIECE
        while begin < end:
            piece = self.served_object.read(begin, min(begin + length, end))
            self.wfile.write(piece)
            begin += len(piece)
            length = min(2 * length, LARGEST_PIECE)

    def log_message(self, *args: object) -> None:
        """Nothing: each jump of a decoder is a request."""

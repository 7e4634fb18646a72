"""An upload in a bucket, read by range: directly by this process, and by libav and ffmpeg through a loopback proxy.

The proxy serves exactly one object, under a name that cannot be guessed. Anything else that a file tells ffmpeg to open
is not found.
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

FIRST_READ, LARGEST_READ = 128 << 10, 4 << 20
"""Reads grow for a client that reads on; a client that seeks elsewhere wastes little."""
BUFFER_BYTES = 4096
READERS = 16
CALL_WITHIN_S = 60.0
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class RemoteObject:
    """One version of one object; `fetch(first, last)` returns its bytes, both positions included."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch = fetch
        self.size = size

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from `begin` to `end`, `end` excluded."""
        if begin >= min(end, self.size):
            return b""
        return self._fetch(begin, min(end, self.size) - 1)

    def open(self) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_RangeFile(self), BUFFER_BYTES))


def from_gcs(blob: "Blob") -> RemoteObject:
    """An object of Google Cloud Storage, at the generation of `blob`."""
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
    """A seekable file over the object."""

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
    """Runs the proxy inside the block."""
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
            port=server.server_port,
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
        requested = RANGE.fullmatch(self.headers.get("Range", "bytes=0-"))
        begin = int(requested[1]) if requested else 0
        end = min(int(requested[2]) + 1, size) if requested and requested[2] else size
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
        with contextlib.suppress(ConnectionError):  # the client seeks elsewhere
            self._send(begin, end)

    def _send(self, begin: int, end: int) -> None:
        length = FIRST_READ
        while begin < end:
            data = self.served_object.read(begin, min(begin + length, end))
            self.wfile.write(data)
            begin += len(data)
            length = min(2 * length, LARGEST_READ)

    def log_message(self, *args: object) -> None:
        """Logs nothing, because every seek of a decoder is a request."""

"""Serves one film on the loopback interface: its original by range, its output, and its events.

ffmpeg knows a name under which it can only read the original. The transcoder knows another one, under which it also
writes. Both names cannot be guessed. Nothing here depends on what the film contains, and no request can name an object
outside the film: names are checked before they reach the storage.
"""

import contextlib
import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from watchparty_transcoder.broker.originals import Original
from watchparty_transcoder.broker_client import CREATE_ONLY, EVENTS, OBJECTS, ORIGINAL, RUN, SIZE, SIZES, RunDescription
from watchparty_transcoder.errors import DiskFull, WriteConflict
from watchparty_transcoder.events import transcode_event
from watchparty_transcoder.events.sinks import EventSink
from watchparty_transcoder.storage.port import Storage

log = logging.getLogger(__name__)

FIRST_READ, LARGEST_READ = 128 << 10, 4 << 20
"""Reads grow for a client that reads on; a client that seeks elsewhere wastes little."""
LARGEST_BODY = 1 << 30
"""Of bytes: a segment of the highest bit rate that is copied stays below. Also of all bodies in memory at one time."""
LONGEST_NAME = 200
NAME = re.compile(r"(?:(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+/)*(?!\.{1,2}$)[A-Za-z0-9_.-]+")
"""Of an object, relative to the film: no part is `.` or `..`, and nothing needs to be escaped."""
MOST_DIGITS = 18
RANGE = re.compile(rf"bytes=([0-9]{{1,{MOST_DIGITS}}})-([0-9]{{0,{MOST_DIGITS}}})")
LENGTH = re.compile(r"[0-9]+")
BODY_READ = (HTTPStatus.OK, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.INSUFFICIENT_STORAGE)
"""After other answers to a request with a body, the connection cannot be used again."""
JSON, BYTES, TEXT = "application/json", "application/octet-stream", "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """All that the transcoder of one film can use."""

    original: Original
    storage: Storage
    events: EventSink
    run: RunDescription


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, sentence: str = "") -> None:
        super().__init__(sentence)
        self.status = status


class _Memory:
    """Makes bodies wait until there is room for them."""

    def __init__(self, size_bytes: int) -> None:
        self._free = size_bytes
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def take(self, size_bytes: int) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._free >= size_bytes)
            self._free -= size_bytes
        try:
            yield
        finally:
            with self._changed:
                self._free += size_bytes
                self._changed.notify_all()


@contextlib.contextmanager
def served(film: Film, stop_transcoder: Callable[[], None]) -> Iterator[str]:
    """Runs the server inside the block. Yields the address for the transcoder.

    Calls `stop_transcoder` if the original cannot be read. It returns once the transcoder is gone, because libav takes
    an answer that ends too early for the end of a damaged film.
    """
    reading, working = secrets.token_urlsafe(16), secrets.token_urlsafe(32)

    class Handler(_OneFilm):
        served_film = film
        original_path = f"/{reading}"
        root = f"/{working}"
        memory = _Memory(LARGEST_BODY)
        stop = staticmethod(stop_transcoder)

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{working}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class passes them
        log.exception("a request of the transcoder failed")


class _OneFilm(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer is two writes, and the second would wait for the client's ACK
    served_film: Film
    original_path: str
    root: str
    memory: _Memory
    stop: Callable[[], None]

    # -- requests ------------------------------------------------------------------------------------------------------

    def do_GET(self) -> None:
        if self.path == self.original_path:
            # libav reads on instead of seeking where a connection may stay, and then finds other facts than in a file
            self.close_connection, self.protocol_version = True, "HTTP/1.0"
            self._send_original()
        elif self.path == self.root + ORIGINAL:
            self._send_original()
        elif self.path == self.root + RUN:
            run = msgspec.structs.replace(self.served_film.run, original_path=self.original_path)
            self._answer(lambda: (HTTPStatus.OK, JSON, msgspec.json.encode(run)))
        elif self.path.startswith(self.root + SIZES):
            self._answer(self._sizes)
        elif self.path.startswith(self.root + SIZE):
            self._answer(self._size)
        else:
            self._answer(self._read)

    def do_PUT(self) -> None:
        self._answer(self._write)

    def do_DELETE(self) -> None:
        self._answer(self._clear)

    def do_POST(self) -> None:
        self._answer(self._publish)

    def _sizes(self) -> tuple[HTTPStatus, str, bytes]:
        return HTTPStatus.OK, JSON, msgspec.json.encode(self.served_film.storage.sizes(self._prefix(SIZES)))

    def _read(self) -> tuple[HTTPStatus, str, bytes]:
        data = self.served_film.storage.read(self._name(OBJECTS))
        if data is None:
            raise _Refused(HTTPStatus.NOT_FOUND)
        return HTTPStatus.OK, BYTES, data

    def _size(self) -> tuple[HTTPStatus, str, bytes]:
        return HTTPStatus.OK, JSON, msgspec.json.encode(self.served_film.storage.size(self._name(SIZE)))

    def _write(self) -> tuple[HTTPStatus, str, bytes]:
        name = self._name(OBJECTS)
        with self._body() as data:
            if self.headers.get("If-None-Match") != CREATE_ONLY:
                self.served_film.storage.write(name, data)
            elif not self.served_film.storage.create(name, data):
                raise _Refused(HTTPStatus.PRECONDITION_FAILED)
        return HTTPStatus.OK, TEXT, b""

    def _clear(self) -> tuple[HTTPStatus, str, bytes]:
        self.served_film.storage.clear(self._prefix(OBJECTS))
        return HTTPStatus.OK, TEXT, b""

    def _publish(self) -> tuple[HTTPStatus, str, bytes]:
        if self.path != self.root + EVENTS:
            raise _Refused(HTTPStatus.NOT_FOUND)
        with self._body() as data:
            try:
                event = transcode_event.decode(data)
            except msgspec.DecodeError as error:
                raise _Refused(HTTPStatus.BAD_REQUEST, str(error)) from error
        run = self.served_film.run
        if (event.video_id, event.generation, event.task, event.attempt) != (
            run.video_id, run.generation, run.task, run.attempt,
        ):  # fmt: skip
            raise _Refused(HTTPStatus.FORBIDDEN, "the event belongs to another run")
        self.served_film.events.send(event)
        return HTTPStatus.OK, TEXT, b""

    # -- what they name ------------------------------------------------------------------------------------------------

    def _name(self, kind: str) -> str:
        name = self._below(kind)
        if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
            raise _Refused(HTTPStatus.FORBIDDEN, "this is not the name of an object of the film")
        return name

    def _prefix(self, kind: str) -> str:
        prefix = self._below(kind)
        if len(prefix) > LONGEST_NAME or (prefix and not NAME.fullmatch(prefix.removesuffix("/"))):
            raise _Refused(HTTPStatus.FORBIDDEN, "this is not the beginning of a name in the film")
        return prefix

    def _below(self, kind: str) -> str:
        if not self.path.startswith(self.root + kind):
            raise _Refused(HTTPStatus.NOT_FOUND)
        return self.path.removeprefix(self.root + kind)

    @contextlib.contextmanager
    def _body(self) -> Iterator[bytes]:
        stated = self.headers.get("Content-Length", "")
        if not LENGTH.fullmatch(stated):
            raise _Refused(HTTPStatus.LENGTH_REQUIRED)
        if len(stated) > MOST_DIGITS or (length := int(stated)) > LARGEST_BODY:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        with self.memory.take(length):
            data = self.rfile.read(length)
            if len(data) < length:
                raise ConnectionResetError("the transcoder stopped in the middle of an object")
            yield data

    # -- answers -------------------------------------------------------------------------------------------------------

    def _answer(self, make: Callable[[], tuple[HTTPStatus, str, bytes]]) -> None:
        try:
            status, kind, data = make()
        except _Refused as error:
            status, kind, data = error.status, TEXT, str(error).encode()
        except WriteConflict as error:
            status, kind, data = HTTPStatus.CONFLICT, TEXT, str(error).encode()
        except DiskFull as error:
            status, kind, data = HTTPStatus.INSUFFICIENT_STORAGE, TEXT, str(error).encode()
        except ConnectionError:
            raise
        except Exception as error:
            log.exception("%s of the transcoder failed", self.command)
            status, kind, data = HTTPStatus.BAD_GATEWAY, TEXT, repr(error).encode()
        self.send_response(status)
        if self.command in ("PUT", "POST") and status not in BODY_READ:
            self.send_header("Connection", "close")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _send_original(self) -> None:
        size_bytes = self.served_film.original.size_bytes
        requested = RANGE.fullmatch(self.headers.get("Range", "bytes=0-"))
        begin = int(requested[1]) if requested else 0
        end = min(int(requested[2]) + 1, size_bytes) if requested and requested[2] else size_bytes
        if begin >= end:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size_bytes}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        partial = "Range" in self.headers
        self.send_response(HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", BYTES)
        self.send_header("Content-Length", str(end - begin))
        if partial:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size_bytes}")
        self.end_headers()
        try:
            self._send(begin, end)
        except ConnectionError:  # the client seeks elsewhere
            self.close_connection = True

    def _send(self, begin: int, end: int) -> None:
        length = FIRST_READ
        while begin < end:
            self.wfile.write(self._fetch(begin, min(begin + length, end) - 1))
            begin += length
            length = min(2 * length, LARGEST_READ)

    def _fetch(self, first: int, last: int) -> bytes:
        try:
            data = self.served_film.original.fetch(first, last)
            if len(data) != last + 1 - first:
                raise OSError(f"{len(data)} bytes of the original from {first} to {last}: it has changed")
        except Exception:
            self.stop()
            raise
        return data

    def log_message(self, *args: object) -> None:
        """Logs nothing, because every seek of a decoder is a request."""

"""A small, strict fake of Google Cloud Storage for Google's client and for browsers with signed URLs.

Every part of a signed request is verified (signature, signed headers, method, expiry, exact length, first write only)
before anything is stored. The JSON API, which requires authentication, covers what our adapter uses.
"""

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fakes.local_server import serving
from watchparty_api.errors import ApiError
from watchparty_api.objects import v4_signature
from watchparty_api.objects.v4_signature import SignedRequest

SIGNER = "uploads@demo.iam.gserviceaccount.com"
_GRANULE = 256 * 1024
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)")


@dataclass(frozen=True)
class Held:
    """A finalised object."""

    bucket: str
    name: str
    generation: int
    content: bytes
    content_type: str
    cache_control: str = ""

    def resource(self) -> dict[str, Any]:
        """The object as in the JSON API and in bucket events, where numbers are strings."""
        return {
            "kind": "storage#object",
            "bucket": self.bucket,
            "name": self.name,
            "generation": str(self.generation),
            "size": str(len(self.content)),
            "contentType": self.content_type,
        }


@dataclass
class Session:
    """A resumable upload session."""

    bucket: str
    name: str
    content_type: str
    size: int
    got: bytes = b""


@dataclass
class StrictGcs:
    """The contents of the buckets. `events` lists the finalised resources in order."""

    key: RSAPublicKey
    host: str = ""
    scheme: str = "http"
    signer: str = SIGNER
    on_finalized: Callable[[dict[str, Any]], None] = lambda _resource: None
    anonymous: bool = False  # the client sends no credentials in emulator mode
    objects: dict[tuple[str, str], Held] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    writing: threading.Lock = field(default_factory=threading.Lock)
    uploading: int = 0
    uploading_most: int = 0  # at the same time
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_790_000_000_000_001))

    @contextmanager
    def counted(self, path: str) -> Iterator[None]:
        """Counts concurrent uploads."""
        number = int(path.startswith("/upload/"))
        with self.writing:
            self.uploading += number
            self.uploading_most = max(self.uploading_most, self.uploading)
        try:
            yield
        finally:
            with self.writing:
                self.uploading -= number

    def put(self, bucket: str, name: str, content: bytes, content_type: str, cache_control: str = "") -> Held:
        held = Held(bucket, name, next(self.numbers), content, content_type, cache_control)
        self.objects[bucket, name] = held
        self.events.append(held.resource())
        self.on_finalized(held.resource())
        return held


@dataclass(frozen=True)
class Request:
    """A parsed request."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def parameter(self, name: str) -> str:
        return parse_qs(self.query).get(name, [""])[0]


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _refused(status: int, reason: str) -> Response:
    return _json({"error": {"code": status, "message": reason}}, status)


def answer(gcs: StrictGcs, incoming: Request) -> Response:
    """Dispatches to the three interfaces of the service: signed URLs, upload sessions and the JSON API."""
    if "X-Goog-Signature" in incoming.query:
        return _signed(gcs, incoming)
    if incoming.path.startswith("/session/"):
        return _session(gcs, incoming)
    return _api(gcs, incoming)


def _signed(gcs: StrictGcs, incoming: Request) -> Response:
    required = ("content-type", "x-goog-content-length-range", "x-goog-resumable") if incoming.method == "POST" else ()
    request = SignedRequest(incoming.method, incoming.path, incoming.query, incoming.headers)
    try:
        v4_signature.verify(request, signer=gcs.signer, key=gcs.key, now=datetime.now(UTC), required=required)
    except ApiError as error:
        return _refused(error.status, error.code)
    bucket, _, name = unquote(incoming.path).removeprefix("/").partition("/")
    held = gcs.objects.get((bucket, name))
    if incoming.method == "GET":
        return (
            Response(200, held.content, {"Content-Type": held.content_type})
            if held
            else _refused(404, "no such object")
        )
    if incoming.headers["x-goog-resumable"] != "start":
        return _refused(400, "not a start")
    if held and incoming.headers.get("x-goog-if-generation-match") == "0":
        return _refused(412, "conditionNotMet")
    least, most = incoming.headers["x-goog-content-length-range"].split(",")
    if least != most:
        return _refused(400, "our starts name one length")
    id_ = str(next(gcs.numbers))
    gcs.sessions[id_] = Session(bucket, name, incoming.headers["content-type"], int(most))
    return Response(201, headers={"Location": f"{gcs.scheme}://{gcs.host}/session/{id_}"})


def _session(gcs: StrictGcs, incoming: Request) -> Response:
    id_ = incoming.path.removeprefix("/session/")
    session = gcs.sessions.get(id_)
    if session is None:
        return _refused(404, "no such session")
    if incoming.method == "DELETE":
        del gcs.sessions[id_]
        return Response(499)
    match = _RANGE.fullmatch(incoming.headers.get("content-range", ""))
    if match is None or int(match[3]) != session.size:
        return _refused(400, "another length than was signed")
    if match[1] is not None:
        first, last = int(match[1]), int(match[2])
        whole = last + 1 == session.size or len(incoming.body) % _GRANULE == 0
        if first > len(session.got) or len(incoming.body) != last + 1 - first or not whole:
            return _refused(400, "a range that does not fit")
        session.got = session.got[:first] + incoming.body
    if len(session.got) < session.size:
        return Response(308, headers={"Range": f"bytes=0-{len(session.got) - 1}"} if session.got else {})
    del gcs.sessions[id_]
    if (session.bucket, session.name) in gcs.objects:
        return _refused(412, "conditionNotMet")
    return _json(gcs.put(session.bucket, session.name, session.got, session.content_type).resource())


def _api(gcs: StrictGcs, incoming: Request) -> Response:
    if "authorization" not in incoming.headers and not gcs.anonymous:
        return _refused(401, "no identity")
    if match := re.fullmatch(r"/upload/storage/v1/b/([^/]+)/o", incoming.path):
        return _multipart(gcs, match[1], incoming)
    if match := re.fullmatch(r"/storage/v1/b/([^/]+)/o", incoming.path):
        prefix = incoming.parameter("prefix")
        found = [held.resource() for (b, n), held in gcs.objects.items() if b == match[1] and n.startswith(prefix)]
        return _json({"kind": "storage#objects", "items": found})
    match = re.fullmatch(r"(?:/download)?/storage/v1/b/([^/]+)/o/([^/]+)", incoming.path)
    where = (match[1], unquote(match[2])) if match else ("", "")
    held = gcs.objects.get(where)
    if held is None or incoming.parameter("generation") not in ("", str(held.generation)):
        return _refused(404, "no such object")
    if not _condition_holds(incoming, held):
        return _refused(412, "conditionNotMet")
    if incoming.method == "DELETE":
        del gcs.objects[where]
        return Response(204)
    if incoming.parameter("alt") == "media":
        return _content(held, incoming.headers.get("range"))
    return _json(held.resource())


def _condition_holds(incoming: Request, held: Held | None) -> bool:
    return incoming.parameter("ifGenerationMatch") in ("", str(held.generation if held else 0))


def _content(held: Held, wanted: str | None) -> Response:
    """The whole object, or the requested range of it."""
    headers = {"Content-Type": held.content_type}
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if match is None:
        return Response(200, held.content, headers)
    first, size = int(match[1]), len(held.content)
    last = min(int(match[2] or size), size - 1)
    if first > last:
        return _refused(416, "requestedRangeNotSatisfiable")
    return Response(206, held.content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{size}"})


def _multipart(gcs: StrictGcs, bucket: str, incoming: Request) -> Response:
    head = f"Content-Type: {incoming.headers['content-type']}\r\n\r\n".encode()
    facts, content = message_from_bytes(head + incoming.body, policy=policy.HTTP).iter_parts()
    described = json.loads(facts.get_content())
    payload = content.get_payload(decode=True)
    assert isinstance(payload, bytes)
    # conditional writes of one object are serialised
    with gcs.writing:
        if not _condition_holds(incoming, gcs.objects.get((bucket, described["name"]))):
            return _refused(412, "conditionNotMet")
        kept = described.get("cacheControl", "")
        held = gcs.put(bucket, described["name"], payload, content.get_content_type(), kept)
    return _json(held.resource())


@contextmanager
def strict_gcs(key: RSAPublicKey) -> Iterator[StrictGcs]:
    """Runs the service, which verifies signatures with the public key of the signer."""
    gcs = StrictGcs(key)

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            with gcs.counted(parts.path):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = answer(gcs, Request(self.command, parts.path, parts.query, headers, body))
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815  the names that http.server calls

        def log_message(self, *args: object) -> None:
            return

    with serving(Handler) as host:
        gcs.host = host
        yield gcs

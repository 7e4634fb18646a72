"""A small Google Cloud Storage that believes nothing: for Google's own client, and for browsers with signed URLs.

Signed requests are verified whole (signature, signed headers, method, expiry, exact length, first write only) before
anything is stored; the JSON API, to which the client brings an identity, is as large as our adapter needs it.
"""

import itertools
import json
import re
import threading
from collections.abc import Iterator
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
        """As the JSON API and bucket events show it: numbers are strings."""
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
    """A resumable upload that was started."""

    bucket: str
    name: str
    content_type: str
    size: int
    got: bytes = b""


@dataclass
class StrictGcs:
    """What lies in the buckets, and `events`: one finalised resource after the other."""

    key: RSAPublicKey
    host: str = ""
    anonymous: bool = False  # the client's emulator mode brings no identity
    objects: dict[tuple[str, str], Held] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    writing: threading.Lock = field(default_factory=threading.Lock)
    uploading: int = 0
    uploading_most: int = 0  # at one time
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_790_000_000_000_001))

    @contextmanager
    def counted(self, path: str) -> Iterator[None]:
        """Counts uploads while they are being taken."""
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
        return held


@dataclass(frozen=True)
class Asked:
    """One request, taken apart."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def parameter(self, name: str) -> str:
        return parse_qs(self.query).get(name, [""])[0]


@dataclass(frozen=True)
class Said:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def _json(content: dict[str, Any], status: int = 200) -> Said:
    return Said(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _refused(status: int, reason: str) -> Said:
    return _json({"error": {"code": status, "message": reason}}, status)


def answer(gcs: StrictGcs, asked: Asked) -> Said:
    """The three faces of the service: signed URLs, upload sessions, the JSON API."""
    if "X-Goog-Signature" in asked.query:
        return _signed(gcs, asked)
    if asked.path.startswith("/session/"):
        return _session(gcs, asked)
    return _api(gcs, asked)


def _signed(gcs: StrictGcs, asked: Asked) -> Said:
    required = ("content-type", "x-goog-content-length-range", "x-goog-resumable") if asked.method == "POST" else ()
    request = SignedRequest(asked.method, asked.path, asked.query, asked.headers)
    try:
        v4_signature.verify(request, signer=SIGNER, key=gcs.key, now=datetime.now(UTC), required=required)
    except ApiError as error:
        return _refused(error.status, error.code)
    bucket, _, name = unquote(asked.path).removeprefix("/").partition("/")
    held = gcs.objects.get((bucket, name))
    if asked.method == "GET":
        return Said(200, held.content, {"Content-Type": held.content_type}) if held else _refused(404, "no such object")
    if asked.headers["x-goog-resumable"] != "start":
        return _refused(400, "not a start")
    if held and asked.headers.get("x-goog-if-generation-match") == "0":
        return _refused(412, "conditionNotMet")
    least, most = asked.headers["x-goog-content-length-range"].split(",")
    if least != most:
        return _refused(400, "our starts name one length")
    id_ = str(next(gcs.numbers))
    gcs.sessions[id_] = Session(bucket, name, asked.headers["content-type"], int(most))
    return Said(201, headers={"Location": f"http://{gcs.host}/session/{id_}"})


def _session(gcs: StrictGcs, asked: Asked) -> Said:
    id_ = asked.path.removeprefix("/session/")
    session = gcs.sessions.get(id_)
    if session is None:
        return _refused(404, "no such session")
    if asked.method == "DELETE":
        del gcs.sessions[id_]
        return Said(499)
    match = _RANGE.fullmatch(asked.headers.get("content-range", ""))
    if match is None or int(match[3]) != session.size:
        return _refused(400, "another length than was signed")
    if match[1] is not None:
        first, last = int(match[1]), int(match[2])
        whole = last + 1 == session.size or len(asked.body) % _GRANULE == 0
        if first > len(session.got) or len(asked.body) != last + 1 - first or not whole:
            return _refused(400, "a range that does not fit")
        session.got = session.got[:first] + asked.body
    if len(session.got) < session.size:
        return Said(308, headers={"Range": f"bytes=0-{len(session.got) - 1}"} if session.got else {})
    del gcs.sessions[id_]
    if (session.bucket, session.name) in gcs.objects:
        return _refused(412, "conditionNotMet")
    return _json(gcs.put(session.bucket, session.name, session.got, session.content_type).resource())


def _api(gcs: StrictGcs, asked: Asked) -> Said:
    if "authorization" not in asked.headers and not gcs.anonymous:
        return _refused(401, "no identity")
    if match := re.fullmatch(r"/upload/storage/v1/b/([^/]+)/o", asked.path):
        return _multipart(gcs, match[1], asked)
    if match := re.fullmatch(r"/storage/v1/b/([^/]+)/o", asked.path):
        prefix = asked.parameter("prefix")
        found = [held.resource() for (b, n), held in gcs.objects.items() if b == match[1] and n.startswith(prefix)]
        return _json({"kind": "storage#objects", "items": found})
    match = re.fullmatch(r"(?:/download)?/storage/v1/b/([^/]+)/o/([^/]+)", asked.path)
    where = (match[1], unquote(match[2])) if match else ("", "")
    held = gcs.objects.get(where)
    if held is None or asked.parameter("generation") not in ("", str(held.generation)):
        return _refused(404, "no such object")
    if not _condition_holds(asked, held):
        return _refused(412, "conditionNotMet")
    if asked.method == "DELETE":
        del gcs.objects[where]
        return Said(204)
    if asked.parameter("alt") == "media":
        return _content(held, asked.headers.get("range"))
    return _json(held.resource())


def _condition_holds(asked: Asked, held: Held | None) -> bool:
    return asked.parameter("ifGenerationMatch") in ("", str(held.generation if held else 0))


def _content(held: Held, wanted: str | None) -> Said:
    """The whole object, or the range of it that was asked for."""
    headers = {"Content-Type": held.content_type}
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if match is None:
        return Said(200, held.content, headers)
    first, size = int(match[1]), len(held.content)
    last = min(int(match[2] or size), size - 1)
    if first > last:
        return _refused(416, "requestedRangeNotSatisfiable")
    return Said(206, held.content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{size}"})


def _multipart(gcs: StrictGcs, bucket: str, asked: Asked) -> Said:
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    facts, content = message_from_bytes(head + asked.body, policy=policy.HTTP).iter_parts()
    described = json.loads(facts.get_content())
    payload = content.get_payload(decode=True)
    assert isinstance(payload, bytes)
    # two conditions on one object are checked one after the other
    with gcs.writing:
        if not _condition_holds(asked, gcs.objects.get((bucket, described["name"]))):
            return _refused(412, "conditionNotMet")
        kept = described.get("cacheControl", "")
        held = gcs.put(bucket, described["name"], payload, content.get_content_type(), kept)
    return _json(held.resource())


@contextmanager
def strict_gcs(key: RSAPublicKey) -> Iterator[StrictGcs]:
    """The service while it runs; it knows the signer's public key."""
    gcs = StrictGcs(key)

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            with gcs.counted(parts.path):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = answer(gcs, Asked(self.command, parts.path, parts.query, headers, body))
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815  the names that http.server calls

        def log_message(self, *args: object) -> None:
            return

    with serving(Handler) as host:
        gcs.host = host
        yield gcs

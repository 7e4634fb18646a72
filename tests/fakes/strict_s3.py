"""A gateway in front of the S3 endpoint that accepts only correctly signed requests, as Amazon S3 and MinIO do.

It checks Signature Version 4 in the query, written from Amazon's specification and tested with its example: method,
path, query, host, every signed header as received, and the expiry. Accepted requests are forwarded to moto's server.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, quote, urlsplit

import httpx2

from fakes.local_server import serving
from fakes.s3_service import CREDENTIALS

PASSED_ON = ("access-control-", "content-range", "content-type", "etag", "last-modified", "accept-ranges")


def signature_of(method: str, url: str, headers: Mapping[str, str], secret: str) -> str:
    """The expected signature of a request."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    signed = query["X-Amz-SignedHeaders"].split(";")
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in query.items())
    canonical = "\n".join(
        [
            method,
            parts.path,
            "&".join(f"{name}={value}" for name, value in pairs if name != "X-Amz-Signature"),
            *(f"{name}:{headers.get(name, '').strip()}" for name in signed),
            "",
            ";".join(signed),
            "UNSIGNED-PAYLOAD",
        ]
    )
    _, day, region, service, _ = query["X-Amz-Credential"].split("/")
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for step in (day, region, service, "aws4_request", text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key.hex()


def refusal(method: str, url: str, headers: Mapping[str, str], now: datetime) -> str | None:
    """The reason why a request is refused, or None if it is accepted."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if "X-Amz-Signature" not in query:
        return "AccessDenied"
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if now > signed_at + timedelta(seconds=int(query["X-Amz-Expires"])):
        return "ExpiredRequest"
    if signature_of(method, url, headers, CREDENTIALS["AWS_SECRET_ACCESS_KEY"]) != query["X-Amz-Signature"]:
        return "SignatureDoesNotMatch"
    return None


@dataclass
class StrictS3:
    """The gateway; its clock is ahead of ours by `late`."""

    endpoint: str = ""
    late: timedelta = timedelta()
    refused: list[str] = field(default_factory=list)


@contextmanager
def strict_s3(behind: str) -> Iterator[StrictS3]:
    """Runs a gateway in front of the service at `behind`."""
    gateway = StrictS3()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            why = None
            if self.command != "OPTIONS":  # browsers send preflight requests without credentials
                why = refusal(self.command, self.path, headers, datetime.now(UTC) + gateway.late)
            if why is not None:
                gateway.refused.append(why)
                self._answer(403, {"Access-Control-Allow-Origin": "*"}, why.encode())
                return
            kept = {name: value for name, value in headers.items() if name not in ("host", "connection")}
            answer = httpx2.request(self.command, behind + self.path, headers=kept, content=body, timeout=30)
            told = {name: value for name, value in answer.headers.items() if name.startswith(PASSED_ON)}
            self._answer(answer.status_code, told, answer.content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = _forward  # noqa: N815  the server's names

        def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Logs nothing, because the URLs are secret."""

    with serving(Handler) as address:
        gateway.endpoint = f"http://{address}"
        yield gateway

"""HTTP calls to a WatchParty server and to the storage that it names, with errors as sentences.

Redirects are not followed, so the token is only ever sent to WATCHPARTY_URL.
"""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from watchparty.client.config import ClientConfig
from watchparty.client.errors import ClientError, MissingItem, Refused, ServerUnreachable, TokenRefused, TryAgain
from watchparty_api.identity.scopes import scope_for

STALLED_AFTER_S = 60.0
"""A connection on which nothing moves for this long is given up, as on the page."""
REUSED_WITHIN_S = 3.0
"""Servers close a connection that is idle for longer; a home server does after five seconds."""
_BUSY = (408, 429, 500, 502, 503, 504)
_OURS = "x-request-id"
"""A header that every answer of the API has."""
_LARGEST_ANSWER_BYTES = 64 * 1024 * 1024

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float:
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdecimal() else 0.0

    def json(self) -> Json | None:
        """The JSON object of the body; None if it is something else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Server:
    """A server and the token for it. Keeps one connection per origin."""

    def __init__(self, config: ClientConfig) -> None:
        self.url = config.url
        self._token = config.token
        self._idle: dict[tuple[str, str], tuple[http.client.HTTPConnection, float]] = {}

    def close(self) -> None:
        for connection, _ in self._idle.values():
            connection.close()
        self._idle.clear()

    def address(self, url: str) -> str:
        """The absolute URL of an address that the server has sent."""
        return urljoin(f"{self.url}/", url)

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Calls the API; `path` follows /api/v1. Returns the answer, {} if it is empty. Raises ClientError."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        content = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        answer = self.send(method, f"{self.url}/api/v1{path}", headers, [content], size_bytes=len(content))
        found = answer.json()
        if 200 <= answer.status < 300 and _OURS in answer.headers and (found is not None or answer.status == 204):
            return found or {}
        raise _refusal(self.url, method, path, answer, found or {})

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: Iterable[bytes] = (), *, size_bytes: int = 0
    ) -> Answer:
        """Sends one request without the token unless `headers` has it. Raises ServerUnreachable, TryAgain."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._connection(url)
        try:
            answer = _exchange(connection, method, target, {**headers, "Content-Length": str(size_bytes)}, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise _unreachable(url, error) from error
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            self._idle[_origin(url)] = connection, time.monotonic()
        return answer

    def _connection(self, url: str) -> http.client.HTTPConnection:
        connection, since_s = self._idle.pop(_origin(url), (None, 0.0))
        if connection is not None and time.monotonic() - since_s < REUSED_WITHIN_S:
            return connection
        if connection is not None:
            connection.close()
        return new_connection(url)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def new_connection(url: str) -> http.client.HTTPConnection:
    """A connection to the host of the URL, which opens with the first request."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # without a port, http.client would look for one in the host, and find the end of an IPv6 address
    port = parts.port or (http.client.HTTPS_PORT if parts.scheme == "https" else http.client.HTTP_PORT)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=STALLED_AFTER_S, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=STALLED_AFTER_S)


def _exchange(
    connection: http.client.HTTPConnection, method: str, target: str, headers: dict[str, str], body: Iterable[bytes]
) -> Answer:
    try:
        connection.request(method, target, body=body, headers=headers)
    except (BrokenPipeError, ConnectionResetError):
        # the server has stopped reading the body, perhaps because it has already answered
        if connection.sock is None:
            raise
    response = connection.getresponse()
    content = response.read(_LARGEST_ANSWER_BYTES)
    if response.length and len(content) < _LARGEST_ANSWER_BYTES:  # http.client returns what has arrived
        raise http.client.IncompleteRead(content, response.length)
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, content)


def _unreachable(url: str, error: Exception) -> ClientError:
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return ServerUnreachable(
            f"The certificate of {site} is not trusted: {reason}. If it comes from your own certificate authority, set "
            "SSL_CERT_FILE to that authority’s certificate."
        )
    if isinstance(error, ssl.SSLError):
        return ServerUnreachable(f"{site} does not speak HTTPS. Check WATCHPARTY_URL: perhaps it begins with http://.")
    if isinstance(error, socket.gaierror):
        return TryAgain(f"{parts.hostname} was not found. Check WATCHPARTY_URL and the network.")
    if isinstance(error, ConnectionRefusedError):
        return TryAgain(f"Nothing answers at {site}. Is the server running?")
    if isinstance(error, TimeoutError):
        return TryAgain(f"{site} did not answer in time.")
    if isinstance(error, ValueError | http.client.InvalidURL):
        return ServerUnreachable(f"{site} can’t be used as an address.")
    return TryAgain(f"The connection to {site} was lost.")


def _refusal(site: str, method: str, path: str, answer: Answer, problem: Json) -> ClientError:
    """The error for an answer that is none of success."""
    code, detail = str(problem.get("code", "")), str(problem.get("detail", ""))
    if 300 <= answer.status < 400:
        return ServerUnreachable(
            f"{site} redirects to another address, {answer.headers.get('location', '')}. Set WATCHPARTY_URL to that."
        )
    if not code or not detail:
        if answer.status in _BUSY:
            return TryAgain(f"{site} is not available now (status {answer.status}).", after_s=answer.retry_after_s)
        return ServerUnreachable(
            f"{site} does not answer like a WatchParty server (status {answer.status}). Check WATCHPARTY_URL."
        )
    if answer.status in _BUSY:
        return TryAgain(detail, after_s=answer.retry_after_s)
    if answer.status == 401:
        return TokenRefused(f"The server does not accept WATCHPARTY_TOKEN: {detail}")
    if code == "missing_scope":
        needed = scope_for(method, path.lstrip("/").partition("?")[0])
        return TokenRefused(
            f"WATCHPARTY_TOKEN lacks the scope {needed}. Create a token that has it on the page: Account → API tokens."
        )
    if answer.status in (404, 410):
        return MissingItem(detail)
    fields = problem.get("errors")
    first = fields[0] if isinstance(fields, list) and fields and isinstance(fields[0], dict) else {}
    if first.get("detail"):
        detail = f"{detail} {first.get('pointer', '')}: {first['detail']}"
    return Refused(detail, code=code)

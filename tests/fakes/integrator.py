"""A webhook receiver: records the calls, verifies their signatures and answers with a given status."""

import hmac
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any

from fakes.local_server import serving


@dataclass
class Integrator:
    """Answers with `status`, when `may_answer` is set. `calls` holds the headers and body of each call."""

    url: str = ""
    status: int = 204
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.calls]

    def verifies(self, secret: str) -> bool:
        """Whether the last call was signed with `secret` according to Standard Webhooks."""
        headers, body = self.calls[-1]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = b64decode(secret.split("_", 1)[1])
        expected = b64encode(hmac.new(key, signed, sha256).digest()).decode()
        return headers["webhook-signature"] == f"v1,{expected}"


@contextmanager
def integrator() -> Iterator[Integrator]:
    """Serves the receiver on a free port."""
    it = Integrator()
    it.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            it.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            it.may_answer.wait(60)
            self.send_response(it.status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Logs nothing."""

    with serving(Handler) as address:
        it.url = f"http://{address}/hook?via=watchparty"
        yield it
        it.may_answer.set()

"""A fake of the one call of Secret Manager's REST API that we use, and the real client for it."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from fakes.local_server import serving
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports.rest import (
    SecretManagerServiceRestTransport,
)


@dataclass
class SecretManagerApi:
    """`secrets` maps full names to values. If `refuses_with` is set, every call is answered with that status."""

    host: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    refuses_with: int | None = None

    def client(self) -> SecretManagerServiceClient:
        transport = SecretManagerServiceRestTransport(
            host=self.host, url_scheme="http", credentials=AnonymousCredentials()
        )
        return SecretManagerServiceClient(transport=transport)


@contextmanager
def secret_manager_api() -> Iterator[SecretManagerApi]:
    api = SecretManagerApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/v1/").partition("/versions/latest:access")[0]
            found = api.secrets.get(name)
            status = api.refuses_with or (200 if found is not None else 404)
            answer: dict[str, Any] = {"error": {"code": status, "message": "refused"}}
            if status == 200:
                answer = {"name": name, "payload": {"data": b64encode((found or "").encode()).decode()}}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_arguments: Any) -> None:
            """Logs nothing."""

    with serving(Handler) as host:
        api.host = host
        yield api

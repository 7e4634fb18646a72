"""A plain HTTP server on loopback, answered by a function; `tls.py` puts one of Google's names in front of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from cloud.apis import Api
from fakes.google.strict_gcs import Request
from fakes.local_server import serving


@contextmanager
def http_server(api: Api) -> Iterator[int]:
    """The port that it listens on."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = (
                self._chunked()
                if headers.get("transfer-encoding") == "chunked"
                else self.rfile.read(int(headers.get("content-length") or 0))
            )
            said = api(Request(self.command, parts.path, parts.query, headers, body))
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = respond  # noqa: N815  the names that http.server calls

        def _chunked(self) -> bytes:
            parts = []
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *_arguments: object) -> None:
            return

    with serving(Handler) as host:
        yield int(host.rpartition(":")[2])

"""Serves the public keys that the functions would publish."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fakes.relay.tokens import TokenIssuer


@contextmanager
def key_server(issuer: TokenIssuer) -> Iterator[str]:
    """Serves the keys on a free port and yields their URL."""

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(issuer.jwks() if self.path == "/jwks.json" else []).encode())

        def log_message(self, *args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

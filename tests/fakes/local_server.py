"""Small HTTP servers of a test's own, on a free port, in a thread."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """HOST:PORT while it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving_app(app: ASGIApp) -> Iterator[str]:
    """HOST:PORT of an ASGI application while it runs, under the server that the product uses."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", http="httptools", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def talking(words: Iterable[bytes], *, every_s: float, at_most: int) -> Iterator[str]:
    """HOST:PORT of a server that says `words` to its one caller, one at a time and `at_most` so many, then hangs up."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def talk() -> None:
        with suppress(OSError):  # the caller, or the test, has gone
            caller, _ = listening.accept()
            with caller:
                for word in islice(words, at_most):
                    caller.sendall(word)
                    if over.wait(every_s):
                        break

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        listening.close()

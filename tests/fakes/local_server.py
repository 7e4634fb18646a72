"""Small HTTP servers for tests, each on a free port in its own thread."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], *, at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[str]:
    """Serves `handler` and yields HOST:PORT."""
    server = ThreadingHTTPServer(at, handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{at[0]}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving_app(app: ASGIApp) -> Iterator[str]:
    """Serves an ASGI application with the product's own server and yields HOST:PORT."""
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
    """A server that sends at most `at_most` of `words` to its only client, one per `every_s`, and then hangs up."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def talk() -> None:
        with suppress(OSError):  # the client has disconnected, or the test has ended
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

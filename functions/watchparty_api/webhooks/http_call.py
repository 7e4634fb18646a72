"""One signed POST to a URL that an integrator provided: bounded in time, never redirected, the answer's body not read.

In the cloud the host must be public: its name is resolved once, refused if any address is private, and the connection
goes to the address that was checked, so that the name cannot point elsewhere a moment later.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast
from urllib.parse import urlsplit

from watchparty_api.addresses import canonical_address, is_metadata, is_public

WITHIN_S = 8.0
"""The limit for the whole call, from connecting to the status: a socket's timeout restarts with every byte."""


class CallFailed(Exception):
    """There was no answer; the message gives the reason."""


def call(url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool, within_s: float = WITHIN_S) -> int:
    """Sends the call and returns the status of the answer. Raises CallFailed."""
    ends_at_s = time.monotonic() + within_s
    parts = urlsplit(url)
    if public_only and parts.scheme != "https":
        raise CallFailed("only https URLs are called")
    host = cast("str", parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        address = _addresses(host, port, public_only=public_only)
        with _connected(host, port, address, tls=parts.scheme == "https", ends_at_s=ends_at_s) as connection:
            connection.request("POST", path, body=body, headers={"User-Agent": "WatchParty-Webhook", **headers})
            return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallFailed(type(error).__name__) from error


def _addresses(host: str, port: int, *, public_only: bool) -> str:
    """Resolves the host to its first address. Raises CallFailed when any address is not public and all have to be."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    addresses = [canonical_address(each) for each in found]
    if public_only and not all(each is not None and is_public(each) for each in addresses):
        raise CallFailed("the address is not public")
    if any(each is None or is_metadata(each) for each in addresses):  # also at home, which may be a machine in a cloud
        raise CallFailed("the address is a machine's metadata service")
    return found[0]


@contextmanager
def _connected(
    host: str, port: int, address: str, *, tls: bool, ends_at_s: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection to `address` that names, and for https verifies, `host`; closed at the deadline."""
    connection = http.client.HTTPConnection(host, port)
    sock = socket.create_connection((address, port), timeout=max(0.001, ends_at_s - time.monotonic()))
    if tls:
        # The handshake is postponed, so that the deadline covers it, too.
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    connection.sock = sock
    over = threading.Event()

    def cut_off() -> None:
        over.set()
        with suppress(OSError):  # already closed
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # TLS's closing handshake would wait for the other side

    timer = threading.Timer(ends_at_s - time.monotonic(), cut_off)
    timer.daemon = True
    timer.start()
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        yield connection
        if over.is_set():  # the library takes the end of the connection for the end of the headers
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        connection.close()

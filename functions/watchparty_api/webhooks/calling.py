"""One signed POST to an address that somebody else gave us: bounded in time, never redirected, its answer not read.

In the cloud an address has to be public: it is looked up once, refused if any of its addresses is private, and the call
goes to the very address that was checked, so that a name cannot point elsewhere a moment later.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from typing import cast
from urllib.parse import urlsplit

_WITHIN_S = 8.0


class NotCalled(Exception):
    """Nothing was answered; the message says why, in words for the delivery log's reader."""


def call(url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool) -> int:
    """The status that the address answers. Raises NotCalled."""
    parts = urlsplit(url)
    if public_only and parts.scheme != "https":
        raise NotCalled("only https addresses are called from here")
    host = cast("str", parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        connection = _connected(
            host, port, _addresses(host, port, public_only=public_only), tls=parts.scheme == "https"
        )
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body=body, headers={"User-Agent": "WatchParty-Webhook", **headers})
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotCalled(type(error).__name__) from error


def _addresses(host: str, port: int, *, public_only: bool) -> str:
    """The first address of the host. Raises NotCalled when one of them is not public and all have to be."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if public_only and not all(ip_address(each.partition("%")[0]).is_global for each in found):
        raise NotCalled("the address is not a public one")
    return found[0]


def _connected(host: str, port: int, address: str, *, tls: bool) -> http.client.HTTPConnection:
    """A connection to `address` that speaks to, and for https verifies, `host`."""
    connection = http.client.HTTPConnection(host, port, timeout=_WITHIN_S)
    connection.sock = socket.create_connection((address, port), timeout=_WITHIN_S)
    if tls:
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    return connection

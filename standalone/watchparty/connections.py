"""Counts the open connections of the server, in all and per client, and measures whether a transfer progresses.

Decides only; `bounded_http.py` and `bounded_socket.py` report connections and act on the answers.
"""

import socket
import struct
from asyncio import BaseTransport
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from watchparty_api.addresses import address_key
from watchparty_api.web.site import forwarded_client, is_trusted_proxy

MAX_DESCRIPTORS = 16_384
"""For connections, whatever the system permits: 8,192 idle HTTP connections use about 150 MB of memory."""
RESERVED_DESCRIPTORS = 128
"""Kept for the database, the threads that read and write files, and the pipes of child processes."""
HTTP_DESCRIPTORS = 2
"""The socket of an HTTP connection, and the film that it may be sending."""
SOCKET_DESCRIPTORS = 1
HEALTH_DESCRIPTORS = 128
"""At the watermark this many are left, for /health and /ready only."""
CLIENT_HEALTH_DESCRIPTORS = 16
"""The same for a client that has reached its own limit."""
_BYTES_ACKNOWLEDGED = 120
"""The offset of `tcpi_bytes_acked`, 8 bytes, in Linux's struct tcp_info (include/uapi/linux/tcp.h)."""


class Admission(Enum):
    """What the server does with a connection or a request."""

    ADMITTED = "any request is answered"
    HEALTH_ONLY = "only health checks are answered, everything else with 503"
    REFUSED = "the connection is aborted"


@dataclass
class _Connection:
    peer: str
    client: str | None
    """None: it belongs to a trusted proxy that has named no client."""
    descriptors: int = HTTP_DESCRIPTORS


@dataclass
class ConnectionBudget:
    """Shares `descriptors` among all connections. One client may use half, so that no address can lock out the others.

    A client is an IPv4 address or an IPv6 network of 64 bits. Behind a trusted proxy it is the one that the proxy names
    in X-Forwarded-For, per request; the proxy itself has no limit.
    """

    descriptors: int
    proxies: tuple[str, ...] = ()
    _open: dict[BaseTransport, _Connection] = field(default_factory=dict)
    _used: Counter[str] = field(default_factory=Counter)
    """By client, and under "" in all."""

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, transport: BaseTransport, peer: str) -> Admission:
        """A connection was accepted. It counts until `closed`, whatever the answer."""
        client = None if is_trusted_proxy(peer, self.proxies) else address_key(peer)
        connection = self._open[transport] = _Connection(peer, client)
        self._count(connection, connection.descriptors)
        return self._admission(connection)

    def requested(self, transport: BaseTransport, forwarded_for: Sequence[str]) -> Admission:
        """A request's head is complete; `forwarded_for` are its lines of X-Forwarded-For."""
        connection = self._open[transport]
        if is_trusted_proxy(connection.peer, self.proxies):
            client = forwarded_client(connection.peer, forwarded_for, self.proxies)
            self._assign(connection, None if is_trusted_proxy(client, self.proxies) else address_key(client))
        return self._admission(connection)

    def answered(self, transport: BaseTransport) -> None:
        """The answer is complete: the next request on a proxy's connection may be another client's."""
        connection = self._open.get(transport)
        if connection and is_trusted_proxy(connection.peer, self.proxies):
            self._assign(connection, None)

    def upgraded(self, transport: BaseTransport) -> None:
        """The connection is a WebSocket from now on, which opens no files."""
        connection = self._open[transport]
        self._count(connection, SOCKET_DESCRIPTORS - connection.descriptors)
        connection.descriptors = SOCKET_DESCRIPTORS

    def closed(self, transport: BaseTransport) -> None:
        """May be called more than once."""
        connection = self._open.pop(transport, None)
        if connection:
            self._count(connection, -connection.descriptors)

    def _admission(self, connection: _Connection) -> Admission:
        used, used_by_client = self._used[""], self._used[connection.client] if connection.client else 0
        full, client_limit = used > self.descriptors - HEALTH_DESCRIPTORS, self.descriptors // 2
        # When the server is full, the rest is not for those who have filled it.
        most = CLIENT_HEALTH_DESCRIPTORS if full else client_limit + CLIENT_HEALTH_DESCRIPTORS
        if used > self.descriptors or used_by_client > most:
            return Admission.REFUSED
        if full or used_by_client > client_limit:
            return Admission.HEALTH_ONLY
        return Admission.ADMITTED

    def _assign(self, connection: _Connection, client: str | None) -> None:
        self._count(connection, -connection.descriptors)
        connection.client = client
        self._count(connection, connection.descriptors)

    def _count(self, connection: _Connection, descriptors: int) -> None:
        for key in ("",) if connection.client is None else ("", connection.client):
            self._used[key] += descriptors
            if not self._used[key]:
                del self._used[key]


def connection_descriptors(limit: int) -> int:
    """How many of the process's `limit` of descriptors connections may use."""
    return min(MAX_DESCRIPTORS, limit - RESERVED_DESCRIPTORS)


@dataclass
class Progress:
    """Whether a transfer moves at least `least_bytes` in each window of `within_s`. `restart` begins a window."""

    within_s: float
    least_bytes: int = 4_096
    _since_s: float | None = None
    _bytes_then: int = 0

    def restart(self) -> None:
        self._since_s = None

    def stalled(self, moved_bytes: int, *, now_s: float) -> bool:
        """`moved_bytes`: all that the connection has moved in this direction so far."""
        if self._since_s is None:
            self._since_s, self._bytes_then = now_s, moved_bytes
        if now_s - self._since_s < self.within_s:
            return False
        if moved_bytes - self._bytes_then < self.least_bytes:
            return True
        self._since_s, self._bytes_then = now_s, moved_bytes
        return False


def acknowledged_bytes(transport: BaseTransport) -> int | None:
    """How much the peer has acknowledged since the connection began; None on systems other than Linux.

    The size of our own buffer does not show it: the kernel takes more only when a third of its own is free, which can
    take minutes on a slow line.
    """
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_INFO", None)
    if connection is None or option is None:
        return None
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, option, _BYTES_ACKNOWLEDGED + 8)
    except OSError:
        return None
    return struct.unpack_from("Q", info, _BYTES_ACKNOWLEDGED)[0] if len(info) >= _BYTES_ACKNOWLEDGED + 8 else None

"""How fast one address may open connections. Pure: `now_ms` is passed in.

A client is an IPv4 address or an IPv6 network of 64 bits. Behind a trusted proxy it is the one that the proxy names in
X-Forwarded-For, as in the functions.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from watchparty_relay.rules.rate_limit import WINDOW_MS, TokenBucket

HOUSEHOLD_BITS = 64


class ConnectionRate:
    """`proxies`: the networks of the trusted proxies."""

    def __init__(self, per_10s: int, *, proxies: Iterable[str] = ()) -> None:
        self._per_10s = per_10s
        self._proxies = tuple(ip_network(each, strict=False) for each in proxies)
        self._recent: dict[str, TokenBucket] = {}
        self._earlier: dict[str, TokenBucket] = {}
        self._since_ms = 0.0

    def take(self, peer: str, forwarded_for: Sequence[str], *, now_ms: float) -> bool:
        """Counts a connection of `peer`; False if its client has opened too many. `forwarded_for`: lines of the header.

        A trusted proxy that names no client has no limit.
        """
        client = self._client(peer, forwarded_for)
        return client is None or self._bucket(client, now_ms).take(now_ms=now_ms)

    def _client(self, peer: str, forwarded_for: Sequence[str]) -> str | None:
        address = peer
        if self._trusted(peer):
            hops = [hop.strip() for line in forwarded_for for hop in line.split(",") if hop.strip()]
            for hop in reversed(hops):
                address = hop
                if not self._trusted(hop):
                    break
        return None if self._trusted(address) else address_key(address)

    def _trusted(self, text: str) -> bool:
        address = _canonical(text)
        return address is not None and any(address in network for network in self._proxies)

    def _bucket(self, client: str, now_ms: float) -> TokenBucket:
        """A bucket that was not used for a whole window is full again, so it can be forgotten."""
        if now_ms - self._since_ms >= WINDOW_MS:
            self._earlier = self._recent if now_ms - self._since_ms < 2 * WINDOW_MS else {}
            self._recent, self._since_ms = {}, now_ms
        bucket = self._recent.get(client) or self._earlier.pop(client, None) or TokenBucket(self._per_10s)
        self._recent[client] = bucket
        return bucket


def address_key(text: str) -> str:
    """The key of a client. Text that is no address stands for itself."""
    address = _canonical(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, HOUSEHOLD_BITS), strict=False))
    return text if address is None else str(address)


def _canonical(text: str) -> IPv4Address | IPv6Address | None:
    """Without brackets, port and zone, as IPv4 if it is mapped from it."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address

"""What a request reveals about the site and the client: base URL, client address, same-origin check.

Headers that proxies add are trusted only when they come from a trusted proxy (`Config.trusted_proxies`).
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from fastapi import Request

from watchparty_api.addresses import canonical_address
from watchparty_api.errors import Forbidden, UnsupportedType
from watchparty_api.web.dependencies import services_of


def base_url(request: Request) -> str:
    """The site's URL without a trailing slash: the configured one, or the one that the request used."""
    services = services_of(request)
    if services.config.public_url:
        return services.config.public_url
    scheme, host = request.url.scheme, request.headers.get("host", "localhost")
    if _from_trusted_proxy(request):
        scheme = (_forwarded(request, "proto") or [scheme])[-1]
        host = (_forwarded(request, "host") or [host])[-1]
    return f"{scheme}://{host}"


def share_url(request: Request) -> str:
    """The site's URL for other people: `base_url`, or this machine's address in its network where `base_url` is a
    loopback address. Only for a browser on this machine: one behind a container's port is in another network.
    """
    site, config = base_url(request), services_of(request).config
    is_here = request.client is not None and _is_loopback(request.client.host)
    return config.network_url if config.network_url and is_here and _is_loopback(urlsplit(site).hostname) else site


def is_https(request: Request) -> bool:
    """Whether the browser uses https, so that a cookie can be Secure."""
    return base_url(request).startswith("https://")


def client_address(request: Request) -> str:
    """The client's address in its canonical form: behind trusted proxies the last one that is not a trusted proxy."""
    address = request.client.host if request.client else "unknown"
    if _from_trusted_proxy(request):
        lines = request.headers.getlist("x-forwarded-for")
        address = forwarded_client(address, lines, services_of(request).config.trusted_proxies)
    return str(canonical_address(address) or address)


def forwarded_client(proxy: str, lines: Iterable[str], proxies: tuple[str, ...]) -> str:
    """The client's address according to the trusted proxy at `proxy`; `lines` are those of X-Forwarded-For."""
    address = proxy
    for hop in reversed(_listed(lines)):
        address = hop
        if not is_trusted_proxy(address, proxies):
            break
    return address


def require_origin(request: Request) -> None:
    """Dependency of the calls that cookies authorize: requires the site's `Origin` and a JSON body.

    A form on another site can send neither, so it cannot sign people in or out or make them join.
    """
    origin = request.headers.get("origin", "")
    if not origin or _origin(origin) != _origin(base_url(request)):
        raise Forbidden("bad_origin", "This request is only allowed from the site itself.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedType("not_json", "The body must be JSON (Content-Type: application/json).")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # an invalid address matches nothing
        return "", None, -1
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_loopback(host: str | None) -> bool:
    address = canonical_address(host or "")
    return host == "localhost" or (address is not None and address.is_loopback)


def _forwarded(request: Request, what: str) -> list[str]:
    """The values of X-Forwarded-…, the nearest proxy's last. A proxy may add its own line below the client's, and
    several lines are one list (RFC 9110, 5.3); the first line alone could be forged by the client.
    """
    return _listed(request.headers.getlist(f"x-forwarded-{what}"))


def _listed(lines: Iterable[str]) -> list[str]:
    return [value.strip() for line in lines for value in line.split(",") if value.strip()]


def _from_trusted_proxy(request: Request) -> bool:
    proxies = services_of(request).config.trusted_proxies
    return request.client is not None and is_trusted_proxy(request.client.host, proxies)


def is_trusted_proxy(address: str, proxies: tuple[str, ...]) -> bool:
    """Whether the headers that this peer adds are trusted."""
    known = canonical_address(address)  # None: a test client or a Unix socket
    return known is not None and any(known in network for network in _networks(proxies))


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each, strict=False) for each in proxies)

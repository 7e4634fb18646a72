"""Refuses requests whose `Host` is not a name of this server.

Otherwise a page of another site could let its own name point to this machine (DNS rebinding), and would then have this
server's origin in the browser. Only names that anyone can register are dangerous: IP addresses, names without a dot
and the names of local networks cannot be pointed here from outside.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from watchparty_api.errors import ApiError, Malformed, Misdirected
from watchparty_api.web.http import new_request_id, problem
from watchparty_api.web.site import is_trusted_proxy

LOCAL_DOMAINS = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""RFC 6761, RFC 6762, RFC 8375, and what ICANN has reserved; `.lan` is what many routers use."""
ANY_HOST = ("/health", "/ready")
"""Health checks use whatever name their environment has."""
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]*)?")


class KnownHosts:
    """The ASGI application around another one.

    `names` are the server's own, besides those of local networks; one that begins with a dot stands for all names below
    it. What a trusted proxy names in X-Forwarded-Host has to be one of them, too.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], proxies: tuple[str, ...]) -> None:
        self._app = app
        listed = [name.lower() for name in names]
        self._names = frozenset(name for name in listed if not name.startswith("."))
        self._domains = tuple(name for name in listed if name.startswith("."))
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None if scope["type"] == "lifespan" or scope["path"] in ANY_HOST else self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await receive()  # websocket.connect
        await _response(refusal, scope["path"])(scope, receive, send)

    def _refusal(self, scope: Scope) -> ApiError | None:
        for given in self._named(scope):
            match = _HOST.fullmatch(given)
            if match is None:
                return Malformed("bad_host", "The Host header must be a name or an address.")
            name = match[1].lower().rstrip(".")
            if not self._known(name):
                return Misdirected(
                    "unknown_host",
                    f"This server isn’t known as {name[:253]}. If it is yours, add the name to WATCHPARTY_HOSTS.",
                )
        return None

    def _named(self, scope: Scope) -> Sequence[str]:
        """The names that the request uses for this server. HTTP/1.1 requires exactly one `Host` (RFC 9112, 3.2)."""
        hosts = _values(scope, b"host")
        if len(hosts) > 1 or (not hosts and scope.get("http_version") != "1.0"):
            return [""]
        client = scope.get("client")
        if client is not None and is_trusted_proxy(client[0], self._proxies):
            listed = ",".join(_values(scope, b"x-forwarded-host"))
            return [*hosts, *(name.strip() for name in listed.split(",") if name.strip())]
        return hosts

    def _known(self, name: str) -> bool:
        return is_local(name) or name in self._names or name.endswith(self._domains)


def is_local(name: str) -> bool:
    """Whether no one can register this name on the internet."""
    if "." not in name or name.endswith(LOCAL_DOMAINS):
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _values(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _response(refusal: ApiError, path: str) -> Response:
    """A problem for programs, and the sentence alone where a person sees the answer."""
    if path.startswith("/api/"):
        return problem(refusal, new_request_id())
    return PlainTextResponse(f"{refusal.detail}\n", status_code=refusal.status)

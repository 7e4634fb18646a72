"""Compresses answers of the API above 1 kB with gzip, for clients that accept it, and only where that reveals nothing.

The length of a compressed answer reveals a secret in it to someone who can put text beside it and watch the line
(BREACH, https://www.breachattack.com). So only answers to GET are compressed, because secrets are shown once, in the
answer to the request that created them; and of these none with a grant, a link or the id of a room, which lets people
in. What admins read has such ids, and text of everyone. The bundle about a failed film is compressed already.
"""

import contextlib
import re

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

MIN_BYTES = 1_000
_LEVEL = 5
"""Level 9 takes twice the time for two per cent less."""
_UNCOMPRESSED = re.compile(
    r".*/(admin|auth|invitations|playback|webhooks|hls)(/.*)?|.*/rooms(/[^/]+)?/?|.*/failure-bundle"
)


class CompressedAnswers:
    """The ASGI application around another one. `Vary` is set on every answer that another client gets compressed."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._gzip = GZipMiddleware(app, minimum_size=MIN_BYTES, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or _UNCOMPRESSED.fullmatch(scope["path"]):
            await self._plain(scope, receive, send)
            return
        if not accepts(Headers(scope=scope).get("accept-encoding", ""), "gzip"):
            others = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = {**scope, "headers": others}  # Starlette looks for the name alone, and not for its weight
        await self._gzip(scope, receive, send)


def accepts(header: str, encoding: str) -> bool:
    """Whether the header Accept-Encoding allows this one: RFC 9110, section 12.5.3. Unreadable weights count as no."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=")
        with contextlib.suppress(ValueError):
            weights[name.strip()] = float(weight) if parameter else 1.0
    return weights.get(encoding, weights.get("*", 0.0)) > 0

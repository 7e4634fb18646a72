"""The guest key: 256 random bits that make a browser the same guest every time, without an account.

It lives in a cookie that no script can read; clients without cookies show it as `X-Guest-Key`. We keep its hash only.
"""

from __future__ import annotations

import re
import secrets

from fastapi import Request, Response

from watchparty_api.web.caller import hash_secret
from watchparty_api.web.site import is_https

COOKIE = "wp_guest"
HEADER = "x-guest-key"
_LIFE_S = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def shown_guest_hash(request: Request) -> str | None:
    """The hash of the key that the request shows, by header or cookie; None for none or what cannot be one."""
    key = request.headers.get(HEADER) or request.cookies.get(COOKIE, "")
    return hash_secret(key) if _SHAPE.fullmatch(key) else None


def new_guest_key() -> str:
    """A key for a new guest."""
    return secrets.token_urlsafe(32)


def hand_over(key: str, request: Request, response: Response) -> None:
    """Puts the key into the browser."""
    response.set_cookie(
        COOKIE, key, max_age=_LIFE_S, path="/api/v1/rooms", httponly=True, samesite="lax", secure=is_https(request)
    )

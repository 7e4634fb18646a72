"""Grants in front of a bucket: Cloud CDN's own signed cookie, so that no request for a segment reaches a function.

Nobody can be asked again while such a cookie lives; that is why a grant lives for minutes only. Players without
cookies get the text of `home.py`, which the API checks itself. Pure.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha1

from watchparty_api.ports.grants.home import HomeGrants
from watchparty_api.ports.grants.port import Grant, GrantCookie

COOKIE = "Cloud-CDN-Cookie"


class CdnCookies:
    """`port.PlaybackSigner` with the key that the load balancer knows as `key_name`."""

    def __init__(self, site: str, *, key_name: str, key: bytes, texts: HomeGrants) -> None:
        self._site, self._key_name, self._key, self._texts = site, key_name, key, texts

    def cookie(self, grant: Grant) -> GrantCookie:
        prefix = f"{self._site}/media/{grant.video_id}/"
        value = signed_prefix(prefix, int(grant.expires_at.timestamp()), key_name=self._key_name, key=self._key)
        return GrantCookie(COOKIE, value)

    def text(self, grant: Grant) -> str:
        return self._texts.text(grant)

    def read(self, text: str, *, now: datetime) -> Grant | None:
        return self._texts.read(text, now=now)


def signed_prefix(prefix: str, expires_s: int, *, key_name: str, key: bytes) -> str:
    """The cookie's value: lets its bearer read whatever begins with `prefix`, until then."""
    policy = f"URLPrefix={urlsafe_b64encode(prefix.encode()).decode()}:Expires={expires_s}:KeyName={key_name}"
    # SHA-1 is what Cloud CDN verifies; as an HMAC it is not broken.
    signature = urlsafe_b64encode(hmac.new(key, policy.encode(), sha1).digest()).decode()
    return f"{policy}:Signature={signature}"

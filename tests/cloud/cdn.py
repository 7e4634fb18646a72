"""Cloud CDN before a backend bucket: signed cookies, caching and its limits, as documented.

- A `Cloud-CDN-Cookie` is verified byte by byte, and a malformed or wrong one is a 403. A request without a cookie is
  forwarded unsigned. https://cloud.google.com/cdn/docs/using-signed-cookies
- Responses to signed requests are fresh for `signed_url_cache_max_age_sec`, whatever their Cache-Control says, and are
  cached apart from unsigned ones. https://cloud.google.com/compute/docs/reference/rest/v1/backendBuckets
- Each edge has a cache of its own.
Read 2026-11.
"""

import binascii
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha1

from cloud.reverse_proxy import Headers

COOKIE = "Cloud-CDN-Cookie"
_VALUE = re.compile(
    r"URLPrefix=([A-Za-z0-9_-]+=*):Expires=(\d+):KeyName=([A-Za-z0-9_-]{1,63}):Signature=([A-Za-z0-9_-]+=*)"
)
_MAX_AGE = re.compile(r"max-age=(\d+)")


class BadSignature(Exception):
    """A cookie that Cloud CDN refuses with 403."""


@dataclass(frozen=True)
class Stored:
    """A response of the origin."""

    status: int
    headers: Headers
    body: bytes


@dataclass
class Cdn:
    """One backend bucket's policy and keys at one edge; `now` is in seconds since the epoch."""

    keys: Mapping[str, bytes]
    signed_max_age_s: float
    now: Callable[[], float]
    _cache: dict[tuple[str, bool], tuple[float, Stored]] = field(default_factory=dict)

    def is_signed(self, url: str, cookies: str | None) -> bool:
        """Whether a valid cookie covers `url`. Raises BadSignature for an invalid one."""
        value = _cookie(cookies)
        if value is None:
            return False
        match = _VALUE.fullmatch(value)
        if match is None:
            raise BadSignature("malformed")
        prefix64, expires, key_name, signature = match.groups()
        key = self.keys.get(key_name)
        if key is None:
            raise BadSignature("unknown key")
        policy = value.rpartition(":Signature=")[0]
        wanted = urlsafe_b64encode(hmac.new(key, policy.encode(), sha1).digest()).decode()
        if not hmac.compare_digest(wanted, signature):
            raise BadSignature("wrong signature")
        if int(expires) <= self.now():
            raise BadSignature("expired")
        try:
            prefix = urlsafe_b64decode(prefix64).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadSignature("malformed") from error
        if not url.startswith(prefix):
            raise BadSignature("another URL")
        return True

    def get(self, url: str, *, signed: bool, origin: Callable[[], Stored]) -> Stored:
        """From the cache while fresh, else from the origin."""
        kept = self._cache.get((url, signed))
        if kept is not None and self.now() < kept[0]:
            return kept[1]
        found = origin()
        age_s = self._fresh_s(found, signed=signed)
        if age_s > 0:
            self._cache[url, signed] = (self.now() + age_s, found)
        return found

    def _fresh_s(self, found: Stored, *, signed: bool) -> float:
        if found.status != 200:
            return 0.0  # negative caching is off in the plan, which a test of the edge holds
        if signed:
            return self.signed_max_age_s
        control = next((value for name, value in found.headers if name.lower() == "cache-control"), "")
        if any(word in control for word in ("no-store", "no-cache", "private")):
            return 0.0
        match = _MAX_AGE.search(control)
        return float(match[1]) if match else 0.0


def _cookie(cookies: str | None) -> str | None:
    """The value as it was sent: quotes are part of it."""
    for pair in (cookies or "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return value
    return None

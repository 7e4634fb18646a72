"""Playback grants: proof, valid for minutes, that someone may fetch the files of one film. Pure.

Without a CDN (at home, and in the cloud with profile hobby) a grant is an HMAC of its fields, the same text in a cookie
and in a path, and the store is read again for each file. With a CDN it is Cloud CDN's signed cookie, so that no request
for a segment reaches a function; such a cookie cannot be revoked, which is why a grant lives for minutes only.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1, sha256
from typing import Protocol

from watchparty_api.identity.keys import KeyedHash


@dataclass(frozen=True)
class Grant:
    """Names the film and its viewer: a participant of a room, or (`room_id` None) the account that owns the film."""

    video_id: str
    person_id: str
    room_id: str | None
    expires_at: datetime


@dataclass(frozen=True)
class GrantCookie:
    """The cookie that the browser sends with each file; its path is the film's folder."""

    name: str
    value: str


class PlaybackSigner(Protocol):
    """Adapters: `HmacGrants`, our own HMAC; `CdnCookies`, the CDN's signed cookie in front of a bucket."""

    def cookie(self, grant: Grant) -> GrantCookie:
        """The grant as a cookie for `/media/{video_id}/`."""

    def text(self, grant: Grant) -> str:
        """The grant as a segment of a path, for players without cookies."""

    def read(self, text: str, *, now: datetime) -> Grant | None:
        """The grant in `text`; None when it is not ours or has expired."""


_PURPOSE = "playback"


class HmacGrants:
    """`PlaybackSigner` with a key of this installation."""

    def __init__(self, keyed_hash: KeyedHash) -> None:
        self._keyed_hash = keyed_hash

    def cookie(self, grant: Grant) -> GrantCookie:
        # One name per room and person, so that two rooms with the same film do not overwrite each other's cookie.
        viewer = sha256(f"{grant.room_id}.{grant.person_id}".encode()).hexdigest()[:12]
        return GrantCookie(f"wp_play_{viewer}", self.text(grant))

    def text(self, grant: Grant) -> str:
        # Ids never contain a dot, so the fields are unambiguous.
        expires_s = int(grant.expires_at.timestamp())
        fields = f"{grant.video_id}.{grant.person_id}.{grant.room_id or ''}.{expires_s}"
        return f"{fields}.{self._keyed_hash.of(_PURPOSE, fields)}"

    def read(self, text: str, *, now: datetime) -> Grant | None:
        if not text.isascii():
            return None
        fields, _, signature = text.rpartition(".")
        if not hmac.compare_digest(self._keyed_hash.of(_PURPOSE, fields).encode(), signature.encode()):
            return None
        video_id, person_id, room_id, expires_s = fields.split(".")
        grant = Grant(video_id, person_id, room_id or None, datetime.fromtimestamp(int(expires_s), UTC))
        return grant if now < grant.expires_at else None


COOKIE = "Cloud-CDN-Cookie"


class CdnCookies:
    """`PlaybackSigner` with the key that the load balancer knows as `key_name`."""

    def __init__(self, site: str, *, key_name: str, key: bytes, texts: HmacGrants) -> None:
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
    """The cookie's value, which allows its bearer to read every URL that starts with `prefix` until it expires."""
    policy = f"URLPrefix={urlsafe_b64encode(prefix.encode()).decode()}:Expires={expires_s}:KeyName={key_name}"
    # Cloud CDN verifies SHA-1; as an HMAC it is not broken.
    signature = urlsafe_b64encode(hmac.new(key, policy.encode(), sha1).digest()).decode()
    return f"{policy}:Signature={signature}"

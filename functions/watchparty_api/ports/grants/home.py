"""Grants at home: fields and an HMAC of them, the same in a cookie and in a path. Pure.

A grant is no promise to go on: whoever serves a file asks the store whether the person is still in.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from hashlib import sha256

from watchparty_api.identity.keys import KeyedHash
from watchparty_api.ports.grants.port import Grant, GrantCookie

_PURPOSE = "playback"


class HomeGrants:
    """`port.PlaybackSigner` with a key of this installation."""

    def __init__(self, keyed_hash: KeyedHash) -> None:
        self._keyed_hash = keyed_hash

    def cookie(self, grant: Grant) -> GrantCookie:
        # A name for each room and person: two rooms that show one film must not take each other's cookie away.
        whom = sha256(f"{grant.room_id}.{grant.person_id}".encode()).hexdigest()[:12]
        return GrantCookie(f"wp_play_{whom}", self.text(grant))

    def text(self, grant: Grant) -> str:
        # Ids never hold a dot, so the fields cannot run into each other.
        expires_s = int(grant.expires_at.timestamp())
        fields = f"{grant.video_id}.{grant.person_id}.{grant.room_id or ''}.{expires_s}"
        return f"{fields}.{self._keyed_hash.of(_PURPOSE, fields)}"

    def read(self, text: str, *, now: datetime) -> Grant | None:
        fields, _, signature = text.rpartition(".")
        if not hmac.compare_digest(self._keyed_hash.of(_PURPOSE, fields).encode(), signature.encode()):
            return None
        video_id, person_id, room_id, expires_s = fields.split(".")
        grant = Grant(video_id, person_id, room_id or None, datetime.fromtimestamp(int(expires_s), UTC))
        return grant if now < grant.expires_at else None

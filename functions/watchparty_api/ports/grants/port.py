"""The playback port: proof, for minutes, that somebody may fetch the files of one film."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

GRANT_LIFE = timedelta(minutes=5)
"""The longest; the settings may make it shorter."""


@dataclass(frozen=True)
class Grant:
    """Names the film and the person: a participant of a room, or (`room_id` None) the account that owns the film."""

    video_id: str
    person_id: str
    room_id: str | None
    expires_at: datetime


@dataclass(frozen=True)
class GrantCookie:
    """What the browser has to send with each file; its path is the film's folder."""

    name: str
    value: str


class PlaybackSigner(Protocol):
    """Adapters: an HMAC of ours at home (`home.py`); the CDN's own signed cookie in front of a bucket."""

    def cookie(self, grant: Grant) -> GrantCookie:
        """The grant as a cookie for `/media/{video_id}/`."""

    def text(self, grant: Grant) -> str:
        """The grant as one part of a path, for players without cookies."""

    def read(self, text: str, *, now: datetime) -> Grant | None:
        """The grant in `text`; None when it is not ours or over."""

"""Who somebody is by the word of an identity provider: the port that signing in with a foreign token goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Outsider:
    """What the provider vouches for. `signed_in_at` is when the person last proved who they are."""

    uid: str
    email: str | None
    email_verified: bool
    name: str | None
    signed_in_at: datetime


class OutsideIdentity(Protocol):
    """Adapter: `platform.py`, Google's Identity Platform."""

    def verify(self, id_token: str) -> Outsider:
        """Whose token it is. Raises Unauthenticated for one that is not good, Unavailable when it cannot be told."""

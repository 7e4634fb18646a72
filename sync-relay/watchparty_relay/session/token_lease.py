"""For how long a join token keeps its connection open: when to ask for a new one, when to close. Pure."""

from msgspec import Struct

from watchparty_relay.room_time import to_room_time
from watchparty_relay.session.join_token import GRACE_S, JoinClaims

RENEW_AT_LIFE_LEFT = 0.2
"""Clients renew on their own at half to three quarters of the token's life; after that they are asked to."""


class TokenLease(Struct, frozen=True):
    """A verified join token; times are room time."""

    claims: JoinClaims
    renew_ms: float
    until_ms: float
    ctl_ms: float | None
    """Until when control is delegated."""
    renewal_requested: bool = False

    def expired(self, *, now_ms: float) -> bool:
        return now_ms > self.until_ms

    def renewal_due(self, *, now_ms: float) -> bool:
        return now_ms > self.renew_ms and not self.renewal_requested

    @property
    def request(self) -> str:
        """The id of the join request that a waiting participant's token belongs to."""
        return self.claims.req or self.claims.sub


def token_lease(claims: JoinClaims, *, now_ms: float, wall_s: float) -> TokenLease:
    """Converts the token's times from the time of day to room time."""
    expires_ms = now_ms + (claims.exp - wall_s) * 1000
    life_ms = (claims.exp - claims.iat) * 1000
    return TokenLease(
        claims,
        renew_ms=expires_ms - RENEW_AT_LIFE_LEFT * life_ms,
        until_ms=expires_ms + GRACE_S * 1000,
        ctl_ms=to_room_time(claims.ctl, now_ms=now_ms, wall_ms=wall_s * 1000),
    )

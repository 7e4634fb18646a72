"""How long a join token carries its connection: renewed in time, reminded late, given up after the grace. Pure."""

from msgspec import Struct

from watchparty_relay.join_token import GRACE_S, JoinClaims

# Clients renew by themselves at half to three quarters of the life; later than that they are asked.
RENEW_AT_LIFE_LEFT = 0.2


class Ticket(Struct, frozen=True):
    """A verified join token; instants are room time."""

    claims: JoinClaims
    renew_ms: float
    until_ms: float
    renewal_told: bool = False

    def over(self, *, now_ms: float) -> bool:
        return now_ms > self.until_ms

    def renewal_due(self, *, now_ms: float) -> bool:
        return now_ms > self.renew_ms and not self.renewal_told

    @property
    def request(self) -> str:
        """The knock that belongs to a waiting person's token."""
        return self.claims.req or self.claims.sub


def ticket(claims: JoinClaims, *, now_ms: float, wall_s: float) -> Ticket:
    """Tokens expire by the time of day; a connection lives by room time."""
    expires_ms = now_ms + (claims.exp - wall_s) * 1000
    life_ms = (claims.exp - claims.iat) * 1000
    return Ticket(claims, renew_ms=expires_ms - RENEW_AT_LIFE_LEFT * life_ms, until_ms=expires_ms + GRACE_S * 1000)

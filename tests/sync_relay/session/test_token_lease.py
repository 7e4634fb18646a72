"""For how long a token keeps its connection open."""

from msgspec.structs import replace

from fakes.relay.tokens import ManualTime, TokenIssuer
from watchparty_relay.session.join_token import TokenVerifier
from watchparty_relay.session.token_lease import token_lease

ROOM_MS = 5_000_000.0


def test_a_tokens_expiry_is_converted_to_room_time() -> None:
    """M4: renewal is due at a fifth of its life; it ends five minutes after it expired, whatever the time of day."""
    time = ManualTime()
    issuer = TokenIssuer(time)
    wall_s = time.wall_ms() / 1000
    claims = TokenVerifier(issuer.jwks).join(issuer.join("ana"), now_s=wall_s)
    lease = token_lease(claims, now_ms=ROOM_MS, wall_s=wall_s + 100)
    assert not lease.renewal_due(now_ms=ROOM_MS + 380_000)
    assert lease.renewal_due(now_ms=ROOM_MS + 380_001)
    assert not replace(lease, renewal_requested=True).renewal_due(now_ms=ROOM_MS + 380_001)
    assert not lease.expired(now_ms=ROOM_MS + 800_000)
    assert lease.expired(now_ms=ROOM_MS + 800_001)


def test_a_knock_has_the_id_of_its_request_or_participant() -> None:
    """A3: every knock has an id by which it is decided."""
    time = ManualTime()
    issuer = TokenIssuer(time)
    wall_s = time.wall_ms() / 1000
    verifier = TokenVerifier(issuer.jwks)
    named = verifier.join(issuer.join("ana", req="r1"), now_s=wall_s)
    unnamed = verifier.join(issuer.join("ana"), now_s=wall_s)
    assert [token_lease(claims, now_ms=ROOM_MS, wall_s=wall_s).request for claims in (named, unnamed)] == ["r1", "ana"]

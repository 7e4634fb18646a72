"""How long a token carries its connection."""

from msgspec.structs import replace

from fakes.relay.tokens import Mint, StillTime
from watchparty_relay.session.join_token import TokenVerifier
from watchparty_relay.session.token_lease import token_lease

ROOM_MS = 5_000_000.0


def test_a_token_is_translated_to_room_time() -> None:
    """M4: reminded at a fifth of its life left, over five minutes after it, whatever the wall clock says."""
    time = StillTime()
    mint = Mint(time)
    wall_s = time.wall_ms() / 1000
    claims = TokenVerifier(mint.jwks).join(mint.join("ana"), now_s=wall_s)
    held = token_lease(claims, now_ms=ROOM_MS, wall_s=wall_s + 100)
    assert not held.renewal_due(now_ms=ROOM_MS + 380_000)
    assert held.renewal_due(now_ms=ROOM_MS + 380_001)
    assert not replace(held, renewal_requested=True).renewal_due(now_ms=ROOM_MS + 380_001)
    assert not held.expired(now_ms=ROOM_MS + 800_000)
    assert held.expired(now_ms=ROOM_MS + 800_001)


def test_a_knock_is_named_by_its_request_or_its_person() -> None:
    """A3: every knock has a name under which it is decided."""
    time = StillTime()
    mint = Mint(time)
    wall_s = time.wall_ms() / 1000
    verifier = TokenVerifier(mint.jwks)
    named = verifier.join(mint.join("ana", req="r1"), now_s=wall_s)
    unnamed = verifier.join(mint.join("ana"), now_s=wall_s)
    assert [token_lease(claims, now_ms=ROOM_MS, wall_s=wall_s).request for claims in (named, unnamed)] == ["r1", "ana"]

"""Which tokens open the door: only ours, of the right kind, for the relay, in their time."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fakes.relay.tokens import Mint, StillTime
from watchparty_relay.errors import TokenRefused
from watchparty_relay.protocol.values import ErrorCode, Role
from watchparty_relay.session.join_token import TokenVerifier, enter_change

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1


class Door:
    def __init__(self) -> None:
        self.time = StillTime()
        self.mint = Mint(self.time)
        self.verifier = TokenVerifier(self.mint.jwks)

    def refusal(self, token: str) -> ErrorCode:
        with pytest.raises(TokenRefused) as refused:
            self.verifier.join(token, now_s=self.time.wall_ms() / 1000)
        return refused.value.code


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_join_token_says_who_comes_into_which_room(door: Door) -> None:
    """M1: everything the relay needs is in it."""
    token = door.mint.join("ana", role="moderator", acct="acc-1", ctl=5.0, muted=True, mver=7)
    asked = enter_change(door.verifier.join(token, now_s=door.time.wall_ms() / 1000))
    assert (asked.participant_id, asked.role, asked.mver, asked.acct) == ("ana", Role.MODERATOR, 7, True)
    assert (asked.ctl, asked.muted) == (5.0, True)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["room"]},
        {"aud": "relay-notice"},
        {"v": 2},
        {"role": "admin"},
        {"sub": ""},
        {"mver": "1"},
        {"set": {}},
        {"exp": None},
        {"exp": "never"},
    ],
)
def test_what_it_must_say_it_must_say(door: Door, claims: dict[str, Any]) -> None:
    """M1: another audience or version, an unknown role, a missing or wrong field."""
    assert door.refusal(door.mint.join("ana", **claims)) is ErrorCode.BAD_TOKEN


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "at+jwt"}, {"typ": "notice+jwt"}, {"kid": "other"}, {"kid": ""}]
)
def test_another_kind_of_token_of_ours_is_not_a_join_token(door: Door, header: dict[str, str]) -> None:
    """M1: an access token, a notice token, or one without a listed key."""
    assert door.refusal(door.mint.join("ana", header=header)) is ErrorCode.BAD_TOKEN


def test_an_extension_that_must_be_understood_is_refused(door: Door) -> None:
    """M1: `crit` names what a verifier has to know (RFC 7515, 4.1.11), and the relay knows no extension."""
    assert door.refusal(door.mint.join("ana", header={"crit": ["b64"]})) is ErrorCode.BAD_TOKEN


def test_somebody_elses_signature_is_refused(door: Door) -> None:
    """M1: the right `kid` on another key."""
    stranger = Mint(door.time)
    assert door.refusal(stranger.join("ana")) is ErrorCode.BAD_TOKEN


def test_the_token_does_not_choose_its_algorithm(door: Door) -> None:
    """M1: neither `none`, nor the public key as an HMAC secret, nor RSA."""
    claims = jwt.decode(door.mint.join("ana"), options={"verify_signature": False})
    headers = {"typ": "join+jwt", "kid": door.mint.kid}
    public_x = door.mint.jwks()["keys"][0]["x"]
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({**headers, "alg": "none"}, claims)
    )
    forged = [
        unsigned + ".",
        jwt.encode(claims, public_x, algorithm="HS256", headers=headers),
        jwt.encode(claims, rsa_key, algorithm="RS256", headers=headers),
    ]
    assert [door.refusal(token) for token in forged] == [ErrorCode.BAD_TOKEN] * 3


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "." * 100, "eyJhbGciOiJFZERTQSJ9.e30.AAAA"])
def test_what_is_no_token_is_refused(door: Door, text: str) -> None:
    """M1: and never an exception of the library."""
    assert door.refusal(text) is ErrorCode.BAD_TOKEN


def test_a_changed_claim_breaks_the_signature(door: Door) -> None:
    """M1: the role cannot be rewritten on the way."""
    head, _, signature = door.mint.join("ana").split(".")
    _, payload, _ = door.mint.join("ana", role="host").split(".")
    assert door.refusal(f"{head}.{payload}.{signature}") is ErrorCode.BAD_TOKEN


def test_a_signature_has_one_form(door: Door) -> None:
    """M1: RFC 8032, 5.1.7: S plus the order of the group fits the same equation and is refused; so are a length that is
    none, and a point R of small order. The signer's own library agrees.
    """
    signed, _, signature = door.mint.join("ana").rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other_s = raw[:32] + (int.from_bytes(raw[32:], "little") + GROUP_ORDER).to_bytes(32, "little")
    small_r = (1).to_bytes(32, "little") + raw[32:]
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(door.mint.jwks()["keys"][0]["x"] + "="))
    key.verify(raw, signed.encode())
    for forged in (other_s, small_r, raw[:63], raw + b"\0", b""):
        with pytest.raises(InvalidSignature):
            key.verify(forged, signed.encode())
        text = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
        assert door.refusal(f"{signed}.{text}") is ErrorCode.BAD_TOKEN


@pytest.mark.parametrize("x", [(1).to_bytes(32, "little"), bytes(32), bytes(31), b"", b"\xff" * 32])
def test_a_key_that_signs_for_everybody_signs_for_nobody(door: Door, x: bytes) -> None:
    """M1: for a public key of small order (R = 1, S = 0) would fit any message; a key of another length is none."""
    entry = {**door.mint.jwks()["keys"][0], "x": base64.urlsafe_b64encode(x).rstrip(b"=").decode()}
    verifier = TokenVerifier(lambda: {"keys": [entry]})
    signed = door.mint.join("ana").rpartition(".")[0]
    text = base64.urlsafe_b64encode((1).to_bytes(32, "little") + bytes(32)).rstrip(b"=").decode()
    with pytest.raises(TokenRefused):
        verifier.join(f"{signed}.{text}", now_s=door.time.wall_ms() / 1000)


def test_expiry_has_five_minutes_of_grace(door: Door) -> None:
    """M4: a phone that slept may still come back, an old token may not."""
    token = door.mint.join("ana")
    door.time.advance(600 + 299)
    door.verifier.join(token, now_s=door.time.wall_ms() / 1000)
    door.time.advance(2)
    assert door.refusal(token) is ErrorCode.EXPIRED_TOKEN


def test_a_token_that_would_live_longer_than_ten_minutes_is_refused(door: Door) -> None:
    """M1: whoever signs one has made a mistake; nor may it begin in the future."""
    assert door.refusal(door.mint.join("ana", life_s=700)) is ErrorCode.BAD_TOKEN
    later = door.time.wall_ms() / 1000 + 3600
    assert door.refusal(door.mint.join("ana", iat=later, exp=later + 600)) is ErrorCode.BAD_TOKEN


def test_keys_rotate_without_a_restart(door: Door) -> None:
    """M1: what the key set says now counts, also for a `kid` that was known."""
    old = door.mint.join("ana")
    door.mint.rotate("key-2")
    door.verifier.join(door.mint.join("ana"), now_s=door.time.wall_ms() / 1000)
    assert door.refusal(old) is ErrorCode.BAD_TOKEN
    before = door.mint.join("ana")
    door.mint.rotate("key-2")
    door.verifier.join(door.mint.join("ana"), now_s=door.time.wall_ms() / 1000)
    assert door.refusal(before) is ErrorCode.BAD_TOKEN


def test_a_key_of_another_kind_in_the_set_is_not_used(door: Door) -> None:
    """M1: only Ed25519 keys verify."""
    entry = {**door.mint.jwks()["keys"][0], "kty": "oct"}
    verifier = TokenVerifier(lambda: {"keys": [entry]})
    with pytest.raises(TokenRefused):
        verifier.join(door.mint.join("ana"), now_s=door.time.wall_ms() / 1000)


def test_notice_tokens_are_verified_apart(door: Door) -> None:
    """M5: one room, one notice, a minute, its own type and audience."""
    now_s = door.time.wall_ms() / 1000
    claims = door.verifier.notice(door.mint.notice("n1"), now_s=now_s)
    assert (claims.room, claims.notice) == ("room", "n1")
    wrong = [
        door.mint.join("ana"),
        door.mint.notice("n1", aud="relay"),
        door.mint.notice("n1", life_s=120),
        door.mint.notice("n1", iat=now_s - 90, exp=now_s - 30),
    ]
    for token in wrong:
        with pytest.raises(TokenRefused):
            door.verifier.notice(token, now_s=now_s)

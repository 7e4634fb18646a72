"""Which tokens are accepted: only ours, of the right type, for the relay, while they are valid."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fakes.relay.tokens import ManualTime, TokenIssuer
from watchparty_relay.errors import TokenRefused
from watchparty_relay.protocol.values import ErrorCode, Role
from watchparty_relay.session.join_token import TokenVerifier, enter_change

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1


class Checker:
    def __init__(self) -> None:
        self.time = ManualTime()
        self.issuer = TokenIssuer(self.time)
        self.verifier = TokenVerifier(self.issuer.jwks)

    def refusal(self, token: str) -> ErrorCode:
        with pytest.raises(TokenRefused) as refused:
            self.verifier.join(token, now_s=self.time.wall_ms() / 1000)
        return refused.value.code


@pytest.fixture
def checker() -> Checker:
    return Checker()


def test_a_join_token_contains_what_the_relay_needs(checker: Checker) -> None:
    """M1: who enters which room, and with which rights."""
    token = checker.issuer.join("ana", role="moderator", acct="acc-1", ctl=5.0, muted=True, mver=7)
    claims = checker.verifier.join(token, now_s=checker.time.wall_ms() / 1000)
    change = enter_change(claims, ctl_ms=claims.ctl)
    assert (change.participant_id, change.role, change.mver, change.acct) == ("ana", Role.MODERATOR, 7, True)
    assert (change.ctl, change.muted) == (5.0, True)


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
def test_a_token_with_wrong_claims_is_refused(checker: Checker, claims: dict[str, Any]) -> None:
    """M1: another audience or version, an unknown role, a missing or wrong field."""
    assert checker.refusal(checker.issuer.join("ana", **claims)) is ErrorCode.BAD_TOKEN


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "at+jwt"}, {"typ": "notice+jwt"}, {"kid": "other"}, {"kid": ""}]
)
def test_another_type_of_token_of_ours_is_not_a_join_token(checker: Checker, header: dict[str, str]) -> None:
    """M1: an access token, a notice token, or one without a listed key."""
    assert checker.refusal(checker.issuer.join("ana", header=header)) is ErrorCode.BAD_TOKEN


def test_an_extension_that_must_be_understood_is_refused(checker: Checker) -> None:
    """M1: `crit` names extensions that a verifier must support (RFC 7515, 4.1.11), and the relay supports none."""
    assert checker.refusal(checker.issuer.join("ana", header={"crit": ["b64"]})) is ErrorCode.BAD_TOKEN


def test_another_issuers_signature_is_refused(checker: Checker) -> None:
    """M1: the right `kid`, but another key."""
    other = TokenIssuer(checker.time)
    assert checker.refusal(other.join("ana")) is ErrorCode.BAD_TOKEN


def test_the_token_does_not_choose_its_algorithm(checker: Checker) -> None:
    """M1: neither `none`, nor the public key as an HMAC secret, nor RSA."""
    claims = jwt.decode(checker.issuer.join("ana"), options={"verify_signature": False})
    headers = {"typ": "join+jwt", "kid": checker.issuer.kid}
    public_x = checker.issuer.jwks()["keys"][0]["x"]
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
    assert [checker.refusal(token) for token in forged] == [ErrorCode.BAD_TOKEN] * 3


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "." * 100, "eyJhbGciOiJFZERTQSJ9.e30.AAAA"])
def test_what_is_not_a_token_is_refused(checker: Checker, text: str) -> None:
    """M1: and never raises an exception of the library."""
    assert checker.refusal(text) is ErrorCode.BAD_TOKEN


def test_a_changed_claim_breaks_the_signature(checker: Checker) -> None:
    """M1: no one can change the role in a token."""
    head, _, signature = checker.issuer.join("ana").split(".")
    _, payload, _ = checker.issuer.join("ana", role="host").split(".")
    assert checker.refusal(f"{head}.{payload}.{signature}") is ErrorCode.BAD_TOKEN


def test_a_signature_has_one_form(checker: Checker) -> None:
    """M1: RFC 8032, 5.1.7: S plus the order of the group satisfies the same equation and is refused, as are a wrong
    length and a point R of small order. The issuer's own library agrees.
    """
    signed, _, signature = checker.issuer.join("ana").rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other_s = raw[:32] + (int.from_bytes(raw[32:], "little") + GROUP_ORDER).to_bytes(32, "little")
    small_r = (1).to_bytes(32, "little") + raw[32:]
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(checker.issuer.jwks()["keys"][0]["x"] + "="))
    key.verify(raw, signed.encode())
    for forged in (other_s, small_r, raw[:63], raw + b"\0", b""):
        with pytest.raises(InvalidSignature):
            key.verify(forged, signed.encode())
        text = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
        assert checker.refusal(f"{signed}.{text}") is ErrorCode.BAD_TOKEN


@pytest.mark.parametrize("x", [(1).to_bytes(32, "little"), bytes(32), bytes(31), b"", b"\xff" * 32])
def test_weak_and_malformed_public_keys_verify_nothing(checker: Checker, x: bytes) -> None:
    """M1: with a public key of small order, (R = 1, S = 0) would be a valid signature of any message."""
    entry = {**checker.issuer.jwks()["keys"][0], "x": base64.urlsafe_b64encode(x).rstrip(b"=").decode()}
    verifier = TokenVerifier(lambda: {"keys": [entry]})
    signed = checker.issuer.join("ana").rpartition(".")[0]
    text = base64.urlsafe_b64encode((1).to_bytes(32, "little") + bytes(32)).rstrip(b"=").decode()
    with pytest.raises(TokenRefused):
        verifier.join(f"{signed}.{text}", now_s=checker.time.wall_ms() / 1000)


def test_expiry_has_five_minutes_of_grace(checker: Checker) -> None:
    """M4: a phone that was asleep can still return, but not with an old token."""
    token = checker.issuer.join("ana")
    checker.time.advance(600 + 299)
    checker.verifier.join(token, now_s=checker.time.wall_ms() / 1000)
    checker.time.advance(2)
    assert checker.refusal(token) is ErrorCode.EXPIRED_TOKEN


def test_a_token_valid_for_more_than_ten_minutes_is_refused(checker: Checker) -> None:
    """M1: as is one that begins in the future, because its issuer has made a mistake."""
    assert checker.refusal(checker.issuer.join("ana", life_s=700)) is ErrorCode.BAD_TOKEN
    later = checker.time.wall_ms() / 1000 + 3600
    assert checker.refusal(checker.issuer.join("ana", iat=later, exp=later + 600)) is ErrorCode.BAD_TOKEN


def test_keys_rotate_without_a_restart(checker: Checker) -> None:
    """M1: the current key set counts, even for a `kid` that was known."""
    old = checker.issuer.join("ana")
    checker.issuer.rotate("key-2")
    checker.verifier.join(checker.issuer.join("ana"), now_s=checker.time.wall_ms() / 1000)
    assert checker.refusal(old) is ErrorCode.BAD_TOKEN
    before = checker.issuer.join("ana")
    checker.issuer.rotate("key-2")
    checker.verifier.join(checker.issuer.join("ana"), now_s=checker.time.wall_ms() / 1000)
    assert checker.refusal(before) is ErrorCode.BAD_TOKEN


def test_a_key_of_another_type_is_not_used(checker: Checker) -> None:
    """M1: only Ed25519 keys verify."""
    entry = {**checker.issuer.jwks()["keys"][0], "kty": "oct"}
    verifier = TokenVerifier(lambda: {"keys": [entry]})
    with pytest.raises(TokenRefused):
        verifier.join(checker.issuer.join("ana"), now_s=checker.time.wall_ms() / 1000)


def test_notice_tokens_are_verified_separately(checker: Checker) -> None:
    """M5: for one room and one notice, one minute, with a type and audience of their own."""
    now_s = checker.time.wall_ms() / 1000
    claims = checker.verifier.notice(checker.issuer.notice("n1"), now_s=now_s)
    assert (claims.room, claims.notice) == ("room", "n1")
    wrong = [
        checker.issuer.join("ana"),
        checker.issuer.notice("n1", aud="relay"),
        checker.issuer.notice("n1", life_s=120),
        checker.issuer.notice("n1", iat=now_s - 90, exp=now_s - 30),
    ]
    for token in wrong:
        with pytest.raises(TokenRefused):
            checker.verifier.notice(token, now_s=now_s)

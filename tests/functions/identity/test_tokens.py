"""Tokens: none passes for another purpose, and none with a foreign key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchparty_api.errors import Unauthenticated
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import KeyFamily, Keys, PublicKeys, read_keys
from watchparty_api.identity.tokens import TokenSigner, token_type
from watchparty_api.records import Account

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
ANA = Account(workspace_id="main", id="ana", created_at=NOW, email="ana@example.org", display_name="Ana", role="admin")
CLAIMS = {"sub": "p1", "room": "r1", "role": "viewer", "mver": 1, "name": "Ana"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return read_keys(KeyFolder(Path(tmp_path_factory.mktemp("keys")), may_create=True))


@pytest.fixture(scope="module")
def signer(keys: Keys) -> TokenSigner:
    return TokenSigner(keys)


def held(family: KeyFamily | PublicKeys) -> KeyFamily:
    assert isinstance(family, KeyFamily)
    return family


def test_an_access_token_names_account_and_session_and_no_role(signer: TokenSigner) -> None:
    """An access token contains account and session, but no role, which could be outdated."""
    token = signer.access_token(ANA, "s1", NOW)
    claims = signer.verify_access(token, NOW)
    assert (claims.account_id, claims.session_id, claims.issued_at_s) == ("ana", "s1", NOW.timestamp())
    content = jwt.decode(token, options={"verify_signature": False})
    assert set(content) == {"aud", "sub", "sid", "iat", "exp", "jti"}
    assert content["exp"] - content["iat"] <= 15 * 60
    assert token_type(token) == "at+jwt"


def test_a_join_token_is_what_the_contract_says(signer: TokenSigner) -> None:
    """Version 1, both audiences, at most ten minutes, a unique id, verifiable with the published key."""
    token = signer.join_token(CLAIMS, NOW)
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == ("EdDSA", "join+jwt")
    key = next(each for each in signer.jwks()["keys"] if each["kid"] == header["kid"])
    content = jwt.decode(
        token,
        jwt.PyJWK(key),
        algorithms=["EdDSA"],
        audience="relay",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert content["aud"] == ["relay", "room"]
    assert content["v"] == 1
    assert content["exp"] - content["iat"] == 600
    assert content["jti"] != jwt.decode(signer.join_token(CLAIMS, NOW), options={"verify_signature": False})["jti"]
    assert {name: content[name] for name in CLAIMS} == CLAIMS


def test_a_notice_token_is_for_one_notice_of_one_room(signer: TokenSigner) -> None:
    """Audience relay-notice, with room and notice, valid for at most a minute."""
    token = signer.notice_token("r1", "n1", NOW)
    content = jwt.decode(token, options={"verify_signature": False})
    assert (content["aud"], content["room"], content["notice"]) == ("relay-notice", "r1", "n1")
    assert content["exp"] - content["iat"] <= 60
    assert token_type(token) == "notice+jwt"


def test_no_purpose_passes_for_another_s7(signer: TokenSigner) -> None:
    """S7: access, join and notice tokens are refused for any other purpose."""
    access, join = signer.access_token(ANA, "s1", NOW), signer.join_token(CLAIMS, NOW)
    notice = signer.notice_token("r1", "n1", NOW)
    for token in (join, notice, "", "x", "a.b.c"):
        with pytest.raises(Unauthenticated):
            signer.verify_access(token, NOW)
    for token in (access, notice, "", "x", "a.b.c"):
        with pytest.raises(Unauthenticated):
            signer.verify_join(token, NOW)


def test_tokens_expire(signer: TokenSigner) -> None:
    """A token is valid until, but not at, its expiry."""
    token = signer.join_token(CLAIMS, NOW)
    assert signer.verify_join(token, NOW + timedelta(seconds=599))["sub"] == "p1"
    with pytest.raises(Unauthenticated, match="token_expired"):
        signer.verify_join(token, NOW + timedelta(seconds=600))


def _forged(keys: Keys, header: dict[str, Any], key: Any, algorithm: str, **changes: Any) -> str:
    content = {"sub": "ana", "aud": "api", "iat": NOW.timestamp(), "exp": NOW.timestamp() + 60, "sid": "s1", **changes}
    content = {name: value for name, value in content.items() if value is not None}
    return jwt.encode(
        content, key, algorithm=algorithm, headers={"typ": "at+jwt", "kid": held(keys.access).active, **header}
    )


def test_forgeries_are_refused(keys: Keys, signer: TokenSigner) -> None:
    """Tokens with another key, another algorithm or none, an unknown kid or missing claims are refused."""
    ours, theirs = held(keys.access).signing_key, Ed25519PrivateKey.generate()
    public_bytes = str(signer.jwks()["keys"][0]["x"]).ljust(32, "=")
    forgeries = [
        _forged(keys, {}, theirs, "EdDSA"),
        _forged(keys, {"kid": "unknown"}, ours, "EdDSA"),
        _forged(keys, {"kid": held(keys.join).active}, ours, "EdDSA"),
        _forged(keys, {"typ": "JWT"}, ours, "EdDSA"),
        _forged(keys, {}, public_bytes, "HS256"),
        _forged(keys, {}, None, "none"),
        _forged(keys, {}, ours, "EdDSA", aud="relay"),
        _forged(keys, {}, ours, "EdDSA", exp=None),
        _forged(keys, {}, ours, "EdDSA", sub=None),
        _forged(keys, {}, ours, "EdDSA", exp="tomorrow"),
    ]
    assert signer.verify_access(_forged(keys, {}, ours, "EdDSA"), NOW).account_id == "ana"
    for token in forgeries:
        with pytest.raises(Unauthenticated):
            signer.verify_access(token, NOW)


def test_a_token_of_the_previous_key_still_verifies(keys: Keys, signer: TokenSigner) -> None:
    """After a rotation old tokens are valid until they expire, or until their key is removed."""
    token = signer.join_token(CLAIMS, NOW)
    new_key = Ed25519PrivateKey.generate()
    both = replace(keys, join=KeyFamily("join-new", {"join-new": new_key, **held(keys.join).keys}))
    assert TokenSigner(both).verify_join(token, NOW)["sub"] == "p1"
    assert jwt.get_unverified_header(TokenSigner(both).join_token(CLAIMS, NOW))["kid"] == "join-new"
    only_new = replace(keys, join=KeyFamily("join-new", {"join-new": new_key}))
    with pytest.raises(Unauthenticated):
        TokenSigner(only_new).verify_join(token, NOW)

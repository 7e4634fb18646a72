"""Signs and verifies our JSON Web Tokens: access (for this API), join and notice (for the relay).

Each purpose has its own keys, `typ` and audience, so that no token passes for another; the algorithm is fixed and the
`kid` must be one of ours. `now` is a parameter. Tokens do not contain an account's role: it is read from the store.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from watchparty_api.config import ConfigError
from watchparty_api.errors import Unauthenticated
from watchparty_api.identity.keys import KeyFamily, Keys, PublicKeys
from watchparty_api.records import Account

ACCESS_LIFE = timedelta(minutes=15)
JOIN_LIFE = timedelta(minutes=10)
NOTICE_LIFE = timedelta(seconds=60)

_ACCESS_TYPE, _JOIN_TYPE, _NOTICE_TYPE = "at+jwt", "join+jwt", "notice+jwt"
_UNREADABLE = (jwt.PyJWTError, UnicodeError, RecursionError)
"""The library passes on what lone surrogates and deep nesting raise."""


@dataclass(frozen=True)
class AccessClaims:
    """The claims of an access token: account, session, and when it was issued."""

    account_id: str
    session_id: str
    issued_at_s: float


class TokenSigner:
    """Holds the keys; the relay reads `jwks()` and can only verify. A method that signs raises ConfigError in a process
    that does not hold the private key."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def access_token(self, account: Account, session_id: str, now: datetime) -> str:
        """A token for this API, valid for 15 minutes."""
        claims = {"aud": "api", "sub": account.id, "sid": session_id}
        return _sign(self._keys.access, _ACCESS_TYPE, claims, now, ACCESS_LIFE)

    def verify_access(self, token: str, now: datetime) -> AccessClaims:
        """Returns the claims of a valid access token. Raises Unauthenticated."""
        claims = _verify(self._keys.access, _ACCESS_TYPE, "api", token, now)
        return AccessClaims(account_id=claims["sub"], session_id=str(claims.get("sid")), issued_at_s=claims["iat"])

    def join_token(self, claims: Mapping[str, Any], now: datetime) -> str:
        """A join token of `claims` (rooms/joining/join_token.py), valid for 10 minutes; adds v, aud, iat, exp, jti."""
        return _sign(self._keys.join, _JOIN_TYPE, {**claims, "v": 1, "aud": ["relay", "room"]}, now, JOIN_LIFE)

    def verify_join(self, token: str, now: datetime) -> dict[str, Any]:
        """Returns the claims of a valid join token. Raises Unauthenticated."""
        return _verify(self._keys.join, _JOIN_TYPE, "room", token, now)

    def notice_token(self, room_id: str, notice_id: str, now: datetime) -> str:
        """A token that allows its bearer to deliver one notice to one room, for a minute."""
        claims = {"aud": "relay-notice", "room": room_id, "notice": notice_id}
        return _sign(self._keys.notice, _NOTICE_TYPE, claims, now, NOTICE_LIFE)

    def jwks(self) -> dict[str, Any]:
        """The public keys of join and notice tokens, as a JSON Web Key Set."""
        return {"keys": [*self._keys.join.public.entries(), *self._keys.notice.public.entries()]}


def token_type(token: str) -> str:
    """The token's unverified `typ`, "" for anything that is not a token. Used only to choose the verifier."""
    try:
        return str(jwt.get_unverified_header(token).get("typ", ""))
    except _UNREADABLE:
        return ""


def _sign(family: KeyFamily | PublicKeys, typ: str, claims: Mapping[str, Any], now: datetime, life: timedelta) -> str:
    if isinstance(family, PublicKeys):
        raise ConfigError(f"WATCHPARTY_KEYS: expected the key that signs {typ} among the keys of this function")
    issued_at_s = now.timestamp()
    payload = {
        "jti": secrets.token_urlsafe(12),
        **claims,
        "iat": issued_at_s,
        "exp": issued_at_s + life.total_seconds(),
    }
    headers = {"typ": typ, "kid": family.active}
    return jwt.encode(payload, family.signing_key, algorithm="EdDSA", headers=headers)


def _verify(family: KeyFamily | PublicKeys, typ: str, audience: str, token: str, now: datetime) -> dict[str, Any]:
    refusal = Unauthenticated("bad_token", "You’ve been signed out. Sign in again.")
    try:
        header = jwt.get_unverified_header(token)
        key = family.public.verifying_key(header.get("kid"))
        if header.get("typ") != typ or key is None:
            raise refusal
        claims = jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],
            audience=audience,
            # The library would compare with its own clock instead of `now`.
            options={"require": ["exp", "iat", "aud", "sub"], "verify_exp": False, "verify_iat": False},
        )
    except _UNREADABLE as error:
        raise refusal from error
    if not isinstance(claims["exp"], (int, float)) or now.timestamp() >= claims["exp"]:
        raise Unauthenticated("token_expired", "Your sign-in has expired. Sign in again.")
    return claims

"""Verifies what the functions sign: join tokens of people, notice tokens of the functions themselves.

Only EdDSA and only the expected `typ` and audience are accepted, whatever the token's header says of itself. The
relay holds public keys alone, so it can verify and never mint. The time of day is passed in.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import jwt
import msgspec
from jwt.exceptions import PyJWTError
from msgspec import Struct

from watchparty_relay.changes import Enter
from watchparty_relay.errors import TokenRefused
from watchparty_relay.playback import Seed
from watchparty_relay.vocabulary import ErrorCode, Id, Media, Role, Settings

Jwks = Callable[[], Mapping[str, Any]]

GRACE_S = 300.0
MAX_LIFE_S = 600.0
MAX_NOTICE_LIFE_S = 60.0
CLOCK_TOLERANCE_S = 60.0
ROUNDING_S = 1.0


class JoinClaims(Struct, frozen=True):
    """A participant's ticket for one room, as the functions fill it in."""

    v: Literal[1]
    aud: list[str] | str
    sub: Id
    room: Id
    role: Role
    mver: int
    name: str
    set: Settings
    iat: float
    exp: float
    jti: str
    acct: str | bool | None = None
    ctl: float | None = None
    muted: bool = False
    req: Id | None = None
    media: Media | None = None
    seed: Seed | None = None


class NoticeClaims(Struct, frozen=True):
    """Permission to hand in one notice for one room."""

    aud: list[str] | str
    room: Id
    notice: Id
    iat: float
    exp: float


def entering(claims: JoinClaims) -> Enter:
    """The change that showing this ticket asks of the room."""
    return Enter(
        participant_id=claims.sub,
        mver=claims.mver,
        role=claims.role,
        name=claims.name,
        acct=bool(claims.acct),
        ctl=claims.ctl,
        muted=claims.muted,
        settings=claims.set,
        media=claims.media,
        seed=claims.seed,
    )


_Claims = TypeVar("_Claims", JoinClaims, NoticeClaims)


class TokenVerifier:
    """Keys are looked up by `kid` in what `jwks` returns now, so a rotation needs no restart."""

    def __init__(self, jwks: Jwks, *, grace_s: float = GRACE_S) -> None:
        self._jwks = jwks
        self._grace_s = grace_s
        self._jws = jwt.PyJWS(algorithms=["EdDSA"])
        self._keys: dict[str, tuple[Mapping[str, Any], Any]] = {}

    def join(self, token: str, *, now_s: float) -> JoinClaims:
        claims = self._verified(token, "join+jwt", JoinClaims, "relay")
        self._check_time(claims, now_s, MAX_LIFE_S, self._grace_s)
        return claims

    def notice(self, token: str, *, now_s: float) -> NoticeClaims:
        claims = self._verified(token, "notice+jwt", NoticeClaims, "relay-notice")
        self._check_time(claims, now_s, MAX_NOTICE_LIFE_S, 0.0)
        return claims

    def typ(self, token: str) -> str | None:
        """What the token says it is; `join` and `notice` check that it is true."""
        try:
            return str(jwt.get_unverified_header(token).get("typ"))
        except PyJWTError:
            return None

    def _verified(self, token: str, typ: str, claims_type: type[_Claims], audience: str) -> _Claims:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != typ or header.get("alg") != "EdDSA":
                raise TokenRefused(ErrorCode.BAD_TOKEN, f"expected {typ} signed by EdDSA")
            payload = self._jws.decode_complete(token, key=self._key(header.get("kid")), algorithms=["EdDSA"])[
                "payload"
            ]
            claims = msgspec.json.decode(payload, type=claims_type)
        except (PyJWTError, msgspec.MsgspecError, ValueError) as wrong:
            raise TokenRefused(ErrorCode.BAD_TOKEN, str(wrong)) from wrong
        if audience not in ([claims.aud] if isinstance(claims.aud, str) else claims.aud):
            raise TokenRefused(ErrorCode.BAD_TOKEN, f"expected audience {audience}")
        return claims

    def _check_time(self, claims: JoinClaims | NoticeClaims, now_s: float, max_life_s: float, grace_s: float) -> None:
        if claims.exp - claims.iat > max_life_s + ROUNDING_S or claims.iat > now_s + CLOCK_TOLERANCE_S:
            raise TokenRefused(ErrorCode.BAD_TOKEN, "lives too long or begins in the future")
        if now_s > claims.exp + grace_s:
            raise TokenRefused(ErrorCode.EXPIRED_TOKEN, "expired")

    def _key(self, kid: object) -> Any:
        """The public key object, built once for as long as the JWKS says the same of it."""
        entry = next((key for key in self._jwks().get("keys", ()) if kid and key.get("kid") == kid), None)
        if entry is None or entry.get("kty") != "OKP" or entry.get("crv") != "Ed25519":
            raise TokenRefused(ErrorCode.BAD_TOKEN, "signed by a key that is not listed")
        known = self._keys.get(str(kid))
        if known is None or known[0] != entry:
            public = {name: entry[name] for name in ("kty", "crv", "x", "kid")}
            known = self._keys[str(kid)] = (dict(entry), jwt.PyJWK(public, algorithm="EdDSA").key)
        return known[1]

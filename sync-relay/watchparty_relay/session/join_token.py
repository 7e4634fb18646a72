"""Verifies what the functions sign: join tokens of participants, and notice tokens of the functions themselves.

Only EdDSA (RFC 8037) and only the expected `typ` and audience are accepted, whatever the token's header claims. The
relay has public keys alone, so it can verify tokens but not issue them. The time of day is passed in.

When a thousand clients reconnect at once, a thousand tokens arrive; so each is parsed once, here, because general
libraries read the header three times, which costs more than the signature. For the same reason libsodium verifies the
signature, in half of OpenSSL's time and by the strictest reading of RFC 8032.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from watchparty_relay.errors import TokenRefused
from watchparty_relay.protocol.values import Count, ErrorCode, Id, Instant, Media, Name, Role, Seconds, Settings
from watchparty_relay.rules.changes import Enter
from watchparty_relay.rules.playback import Seed

Jwks = Callable[[], Mapping[str, Any]]

JOIN_TYP = "join+jwt"
NOTICE_TYP = "notice+jwt"
GRACE_S = 300.0
MAX_LIFE_S = 600.0
MAX_NOTICE_LIFE_S = 60.0
CLOCK_TOLERANCE_S = 60.0
ROUNDING_S = 1.0

_ServiceName = Annotated[str, Meta(min_length=1, max_length=64)]
ForServices = Annotated[list[_ServiceName], Meta(max_length=8)] | _ServiceName


class JoinClaims(Struct, frozen=True):
    """A participant's admission to one room, issued by the functions."""

    v: Literal[1]
    aud: ForServices
    sub: Id
    room: Id
    role: Role
    mver: Count
    name: Name
    set: Settings
    iat: Seconds
    exp: Seconds
    jti: Id
    acct: Id | bool | None = None
    ctl: Instant | None = None
    muted: bool = False
    req: Id | None = None
    media: Media | None = None
    seed: Seed | None = None


class NoticeClaims(Struct, frozen=True):
    """Permission to deliver one notice to one room."""

    aud: ForServices
    room: Id
    notice: Id
    iat: Seconds
    exp: Seconds


class _Header(Struct, frozen=True):
    alg: str
    typ: str
    kid: str
    crit: object = None


def enter_change(claims: JoinClaims, *, ctl_ms: float | None) -> Enter:
    """The change that presenting this token requests of the room; `ctl_ms` is `ctl` in room time."""
    return Enter(
        participant_id=claims.sub,
        mver=claims.mver,
        role=claims.role,
        name=claims.name,
        acct=bool(claims.acct),
        ctl=ctl_ms,
        muted=claims.muted,
        settings=claims.set,
        media=claims.media,
        seed=claims.seed,
    )


_Claims = TypeVar("_Claims", JoinClaims, NoticeClaims)


class TokenVerifier:
    """Looks keys up by `kid` in what `jwks` currently returns, so a key rotation needs no restart.

    `unknown_key` is called for each token that names a key that is not listed.
    """

    def __init__(self, jwks: Jwks, *, grace_s: float = GRACE_S, unknown_key: Callable[[], None] = lambda: None) -> None:
        self._jwks = jwks
        self._unknown_key = unknown_key
        self._grace_s = grace_s
        self._keys: dict[str, tuple[Mapping[str, Any], VerifyKey]] = {}

    def join(self, token: str, *, now_s: float) -> JoinClaims:
        claims = self._verified(token, JOIN_TYP, JoinClaims, "relay")
        self._check_time(claims, now_s, MAX_LIFE_S, self._grace_s)
        return claims

    def notice(self, token: str, *, now_s: float) -> NoticeClaims:
        claims = self._verified(token, NOTICE_TYP, NoticeClaims, "relay-notice")
        self._check_time(claims, now_s, MAX_NOTICE_LIFE_S, 0.0)
        return claims

    def is_notice(self, token: str) -> bool:
        """Whether the token claims to be a notice token; `notice` verifies it."""
        try:
            return _header(token.partition(".")[0]).typ == NOTICE_TYP
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return False

    def _verified(self, token: str, typ: str, claims_type: type[_Claims], audience: str) -> _Claims:
        signed, _, signature = token.rpartition(".")
        head, _, payload = signed.partition(".")
        try:
            header = _header(head)
            if header.typ != typ or header.alg != "EdDSA" or header.crit is not None:
                raise TokenRefused(ErrorCode.BAD_TOKEN, f"expected {typ} signed by EdDSA")
            self._key(header.kid).verify(signed.encode("ascii"), _decoded(signature))
            claims = msgspec.json.decode(_decoded(payload), type=claims_type)
        except (BadSignatureError, msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise TokenRefused(ErrorCode.BAD_TOKEN, str(error) or "not signed by us") from error
        if audience not in ([claims.aud] if isinstance(claims.aud, str) else claims.aud):
            raise TokenRefused(ErrorCode.BAD_TOKEN, f"expected audience {audience}")
        return claims

    def _check_time(self, claims: JoinClaims | NoticeClaims, now_s: float, max_life_s: float, grace_s: float) -> None:
        if claims.exp - claims.iat > max_life_s + ROUNDING_S or claims.iat > now_s + CLOCK_TOLERANCE_S:
            raise TokenRefused(ErrorCode.BAD_TOKEN, "lives too long or begins in the future")
        if now_s > claims.exp + grace_s:
            raise TokenRefused(ErrorCode.EXPIRED_TOKEN, "expired")

    def _key(self, kid: str) -> VerifyKey:
        """The public key object, built again only when its entry in the JWKS changes."""
        entry = next((key for key in self._jwks().get("keys", ()) if kid and key.get("kid") == kid), None)
        if entry is None:
            self._unknown_key()
        if entry is None or entry.get("kty") != "OKP" or entry.get("crv") != "Ed25519":
            raise TokenRefused(ErrorCode.BAD_TOKEN, "signed by a key that is not listed")
        known = self._keys.get(kid)
        if known is None or known[0] != entry:
            public = VerifyKey(_decoded(str(entry.get("x", ""))))
            known = self._keys[kid] = (dict(entry), public)
        return known[1]


def _header(encoded: str) -> _Header:
    return msgspec.json.decode(_decoded(encoded), type=_Header)


def _decoded(encoded: str) -> bytes:
    """Base64url without padding (RFC 7515, 2). Raises ValueError."""
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars="-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error

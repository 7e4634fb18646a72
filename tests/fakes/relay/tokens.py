"""What the relay trusts, in tests: a clock that is advanced by hand, and an issuer of join and notice tokens."""

import base64
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from watchparty_relay.room_time import TimeSource

START_MS = 1_800_000_000_000.0
FILM = {"video_id": "film", "mrev": 1, "duration_s": 600.0, "playable_s": 600.0}


class ManualTime:
    """The date and the monotonic clock of a machine on which time passes only through `advance`."""

    def __init__(self, wall_ms: float = START_MS) -> None:
        self._wall_ms = wall_ms
        self._monotonic_ms = 5_000.0

    def advance(self, seconds: float) -> None:
        self._wall_ms += seconds * 1000
        self._monotonic_ms += seconds * 1000

    def set_wall(self, seconds: float) -> None:
        """Corrects the machine's date by `seconds`, without any time passing."""
        self._wall_ms += seconds * 1000

    def wall_ms(self) -> float:
        return self._wall_ms

    def monotonic_ms(self) -> float:
        return self._monotonic_ms

    def boot_ms(self) -> float:
        return self._monotonic_ms


def settings(**changes: Any) -> dict[str, Any]:
    wait = {"policy": "never", "max_s": 8.0}
    usual = {"rev": 1, "control": "moderators", "chat": True, "wait": wait, "slow_s": 0, "capacity": 50}
    return {**usual, **changes}


class TokenIssuer:
    """Signs tokens as the functions do, with a key that exists only for the test."""

    def __init__(self, time: TimeSource) -> None:
        self._time = time
        self._key = Ed25519PrivateKey.generate()
        self.kid = "key-1"

    def jwks(self) -> dict[str, Any]:
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "use": "sig", "alg": "EdDSA"}]}

    def join(
        self, participant_id: str, *, life_s: float = 600.0, header: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        now_s = self._time.wall_ms() / 1000
        usual = {
            "v": 1,
            "aud": ["relay", "room"],
            "sub": participant_id,
            "room": "room",
            "role": "viewer",
            "mver": 1,
            "name": participant_id.title(),
            "set": settings(),
            "media": FILM,
            "iat": now_s,
            "exp": now_s + life_s,
            "jti": "jti",
        }
        present = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return self._sign(present, {"typ": "join+jwt", **(header or {})})

    def notice(self, notice_id: str, room: str = "room", *, life_s: float = 60.0, **claims: Any) -> str:
        now_s = self._time.wall_ms() / 1000
        usual = {"aud": "relay-notice", "room": room, "notice": notice_id, "iat": now_s, "exp": now_s + life_s}
        return self._sign({**usual, **claims}, {"typ": "notice+jwt"})

    def rotate(self, kid: str) -> None:
        self._key, self.kid = Ed25519PrivateKey.generate(), kid

    def _sign(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.kid, **header})

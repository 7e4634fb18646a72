"""An identity provider with a key of its own: signs ID tokens as Google does, and shows its certificate."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from firebase_admin import auth, credentials
from google.auth.credentials import AnonymousCredentials

from watchparty_api.identity.platform import IdentityPlatform

PROJECT = "demo-watchparty"


class NoCredential(credentials.Base):
    """Verifying needs no identity of one's own; the library asks for one all the same."""

    def get_credential(self) -> Any:
        return AnonymousCredentials()


class IdentityProvider:
    """`platform` believes this provider's tokens; `token` signs one."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.platform = IdentityPlatform(PROJECT, NoCredential())
        # The library's one seam for certificates; the rest of the way is its own.
        auth._get_client(self.platform.app)._token_verifier.request = self._certificates

    def token(self, *, key: rsa.RSAPrivateKey | None = None, algorithm: str = "RS256", **claims: Any) -> str:
        now = datetime.now(UTC).timestamp()
        usual = {
            "iss": f"https://securetoken.google.com/{PROJECT}",
            "aud": PROJECT,
            "sub": "uid-1",
            "email": "Ana@example.org",
            "email_verified": True,
            "name": "Ana",
            "auth_time": int(now) - 10,
            "iat": int(now) - 10,
            "exp": int(now) + 3600,
        }
        secret = "" if algorithm == "none" else key or self._key
        return jwt.encode({**usual, **claims}, secret, algorithm=algorithm, headers={"kid": "k1"})

    def _certificates(self, _url: str, **_options: Any) -> Any:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self._key, hashes.SHA256())
        )
        shown = json.dumps({"k1": certificate.public_bytes(Encoding.PEM).decode()}).encode()
        return type("Answer", (), {"status": 200, "data": shown, "headers": {}})()

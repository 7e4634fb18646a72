"""An identity provider that signs ID tokens as Google does, and serves its own certificate and accounts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from firebase_admin import auth, credentials

from fakes.local_server import serving
from google.auth.credentials import AnonymousCredentials
from watchparty_api.identity.identity_provider import IdentityPlatform

PROJECT = "demo-watchparty"


class NoCredential(credentials.Base):  # type: ignore[misc]  # firebase_admin ships no types
    """Verification needs no credential, but the library requires one."""

    def get_credential(self) -> Any:
        return AnonymousCredentials()


class IdentityProvider:
    """`platform` accepts this provider's tokens; `token` signs one with any claims.

    `people` overrides account records by uid; None means that there is no such account. While `refuses`, lookups of
    accounts and deletions are denied. `deleted` lists the uids in the order of their deletion.
    """

    def __init__(self, host: str) -> None:
        self.people: dict[str, dict[str, Any] | None] = {}
        self.refuses = False
        self.deleted: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.platform = IdentityPlatform(PROJECT, NoCredential())
        # The only place where the library lets certificates be replaced; everything else is its own code.
        client = auth._get_client(self.platform.app)
        client._token_verifier.request = self._certificates
        client._user_manager.base_url = f"http://{host}/v1/projects/{PROJECT}"

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

    def look_up(self, uid: str) -> tuple[int, dict[str, Any]]:
        """Answers accounts:lookup; returns status and body."""
        if self.refuses:
            return 403, {"error": {"status": "PERMISSION_DENIED", "message": "firebaseauth.users.get"}}
        person = self.people.get(uid, {})
        return 200, {} if person is None else {"users": [{"localId": uid, "validSince": "0"} | person]}

    def delete(self, uid: str) -> tuple[int, dict[str, Any]]:
        """Answers accounts:delete.

        cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts/delete
        """
        if self.refuses:
            return 403, {"error": {"status": "PERMISSION_DENIED", "message": "firebaseauth.users.delete"}}
        if self.people.get(uid, {}) is None:
            return 400, {"error": {"code": 400, "message": "USER_NOT_FOUND"}}
        self.people[uid] = None
        self.deleted.append(uid)
        return 200, {"kind": "identitytoolkit#DeleteAccountResponse"}

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


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Serves the provider on a free port."""
    provider: IdentityProvider

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            call = self.path.removeprefix(f"/v1/projects/{PROJECT}/accounts:")
            assert set(body) == {"localId"}
            if call == "lookup":
                (uid,) = body["localId"]
                status, body = provider.look_up(uid)
            else:
                assert call == "delete"
                status, body = provider.delete(body["localId"])
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with serving(Handler) as host:
        provider = IdentityProvider(host)
        yield provider

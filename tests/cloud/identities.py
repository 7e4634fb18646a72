"""Google's identities in the box: a metadata server per workload, access tokens, and signed identity tokens.

A client library finds its metadata server by `GCE_METADATA_HOST` and gets tokens that name the workload's own service
account, so every API of the box knows its caller. https://cloud.google.com/compute/docs/metadata/overview (2026-11)
"""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from cloud.plan import NUMBER, PROJECT
from fakes.local_server import serving

ISSUER = "https://accounts.google.com"
_LIFE_S = 3600


class BadToken(Exception):
    """A token that Google did not issue, or not for this purpose."""


class Identities:
    """Issues tokens and reads them back; also holds each account's signing key, as IAM does for signBlob."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._emails: dict[str, str] = {}
        self.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        """Signs blobs in the name of every account; which account may, is IAM's decision."""

    def access_token(self, email: str) -> str:
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._emails[token] = email
        return token

    def caller(self, authorization: str | None) -> str:
        """The IAM member behind an `Authorization` header. Raises BadToken for one that is not ours."""
        if not authorization:
            return "allUsers"
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or token not in self._emails:
            raise BadToken("no access token of this project")
        return f"serviceAccount:{self._emails[token]}"

    def identity_token(self, email: str, audience: str) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + _LIFE_S,
        }
        return jwt.encode(claims, self._key, algorithm="RS256")

    def invoker(self, authorization: str | None, audience: str) -> str:
        """The member that calls a Cloud Run service. Raises BadToken, also for a token made for another service."""
        if not authorization:
            return "allUsers"
        token = authorization.partition(" ")[2]
        try:
            claims = jwt.decode(token, self._key.public_key(), algorithms=["RS256"], audience=audience, issuer=ISSUER)
        except jwt.InvalidTokenError:
            # An Authorization header of the application's own: for a public service Cloud Run passes it on.
            return "allUsers"
        return f"serviceAccount:{claims['email']}"

    def signature(self, blob: bytes) -> bytes:
        return self.signing_key.sign(blob, padding.PKCS1v15(), SHA256())


@contextmanager
def metadata_server(identities: Identities, email: str, *, at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[str]:
    """HOST:PORT of the metadata server of a workload that runs as `email`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Metadata-Flavor") != "Google":
                self._say(403, b"Missing Metadata-Flavor:Google header.")
                return
            parts = urlsplit(self.path)
            answers = {
                "/": "",
                "/computeMetadata/v1/": "instance/\nproject/\n",
                "/computeMetadata/v1/project/project-id": PROJECT,
                "/computeMetadata/v1/project/numeric-project-id": NUMBER,
                "/computeMetadata/v1/universe/universe-domain": "googleapis.com",
                "/computeMetadata/v1/universe/universe_domain": "googleapis.com",
            }
            account = f"/computeMetadata/v1/instance/service-accounts/{'default'}/"
            own = parts.path.replace(f"/service-accounts/{email}/", "/service-accounts/default/")
            if own == account:
                self._say_json(
                    {
                        "email": email,
                        "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
                        "aliases": ["default"],
                    }
                )
            elif own == f"{account}email":
                self._say(200, email.encode())
            elif own == f"{account}token":
                token = identities.access_token(email)
                self._say_json({"access_token": token, "expires_in": _LIFE_S, "token_type": "Bearer"})
            elif own == f"{account}identity":
                audience = parse_qs(parts.query)["audience"][0]
                self._say(200, identities.identity_token(email, audience).encode())
            elif parts.path in answers:
                self._say(200, answers[parts.path].encode())
            else:
                self._say(404, b"not found")

        def _say_json(self, content: object) -> None:
            self._say(200, json.dumps(content).encode(), "application/json")

        def _say(self, status: int, body: bytes, kind: str = "application/text") -> None:
            self.send_response(status)
            self.send_header("Metadata-Flavor", "Google")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            return

    with serving(Handler, at=at) as host:
        yield host

"""The identity provider: who a person is according to an ID token, with an adapter for Google's Identity Platform.

The adapter verifies tokens with firebase-admin: signature, audience, issuer, expiry and revocation.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from watchparty_api.errors import Unauthenticated, Unavailable


@dataclass(frozen=True)
class ExternalUser:
    """What the provider vouches for. `signed_in_at` is when the person last proved who they are."""

    uid: str
    email: str | None
    email_verified: bool
    name: str | None
    signed_in_at: datetime


class IdentityProvider(Protocol):
    """Adapter: `platform.py`, Google's Identity Platform."""

    def verify(self, id_token: str) -> ExternalUser:
        """Whose token it is. Raises Unauthenticated for one that is not good, Unavailable when it cannot be told."""


@dataclass(frozen=True)
class IdentityPlatform:
    """`outside.IdentityProvider` for the tokens of one project. `credential` None: the function's own."""

    project: str
    credential: Any = None

    def verify(self, id_token: str) -> ExternalUser:
        from firebase_admin import auth
        from firebase_admin.exceptions import FirebaseError

        try:
            # Asked of the provider each time, one call a sign-in: a session of ours that begins on a token outlives it.
            claims = auth.verify_id_token(id_token, app=self.app, check_revoked=True)
            return ExternalUser(
                uid=claims["uid"],
                email=str(claims["email"]).lower() if claims.get("email") else None,
                email_verified=claims.get("email_verified") is True,
                name=claims.get("name"),
                signed_in_at=datetime.fromtimestamp(claims["auth_time"], UTC),
            )
        except (
            *(auth.InvalidIdTokenError, auth.UserDisabledError, auth.UserNotFoundError),
            *(ValueError, KeyError, TypeError),
        ) as error:  # an expired and a revoked one are invalid, too
            raise Unauthenticated("bad_token", "You’ve been signed out. Sign in again.") from error
        except FirebaseError as error:
            raise Unavailable("identity_unavailable", "Sign-in is unavailable. Try again in a moment.") from error

    @cached_property
    def app(self) -> Any:
        """The library's own state for this project."""
        import firebase_admin

        name = f"watchparty-{id(self)}"  # its registry is global, and knows each name once
        return firebase_admin.initialize_app(self.credential, {"projectId": self.project}, name=name)

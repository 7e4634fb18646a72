"""Identity Platform: ID tokens verified by firebase-admin (signature, audience, issuer, expiry, revocation)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from watchparty_api.errors import Unauthenticated, Unavailable
from watchparty_api.identity.provider import Outsider


@dataclass(frozen=True)
class IdentityPlatform:
    """`outside.OutsideIdentity` for the tokens of one project. `credential` None: the function's own."""

    project: str
    credential: Any = None

    def verify(self, id_token: str) -> Outsider:
        from firebase_admin import auth
        from firebase_admin.exceptions import FirebaseError

        try:
            # Asked of the provider each time, one call a sign-in: a session of ours that begins on a token outlives it.
            claims = auth.verify_id_token(id_token, app=self.app, check_revoked=True)
            return Outsider(
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

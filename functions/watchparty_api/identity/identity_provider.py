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
    """The claims that the provider vouches for. `signed_in_at` is the time of the person's last sign-in."""

    uid: str
    email: str | None
    email_verified: bool
    name: str | None
    signed_in_at: datetime


class IdentityProvider(Protocol):
    """Adapter: `IdentityPlatform`."""

    def verify(self, id_token: str) -> ExternalUser:
        """Returns the token's owner. Raises Unauthenticated for an invalid token, Unavailable without an answer."""

    def delete(self, uid: str) -> None:
        """Deletes the user; one that is gone is no error. Raises Unavailable if the user may still be there."""


@dataclass(frozen=True)
class IdentityPlatform:
    """`IdentityProvider` for the tokens of one project. `credential` None: the function's own."""

    project: str
    credential: Any = None

    def verify(self, id_token: str) -> ExternalUser:
        from firebase_admin import auth
        from firebase_admin.exceptions import FirebaseError

        try:
            # Asks the provider about revocation at each sign-in, because our session outlives the token.
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
        ) as error:  # InvalidIdTokenError covers expired and revoked ones
            raise Unauthenticated("bad_token", "You’ve been signed out. Sign in again.") from error
        except FirebaseError as error:
            raise Unavailable("identity_unavailable", "Sign-in is unavailable. Try again in a moment.") from error

    def delete(self, uid: str) -> None:
        from firebase_admin import auth
        from firebase_admin.exceptions import FirebaseError

        try:
            auth.delete_user(uid, app=self.app)
        except auth.UserNotFoundError:
            return
        except (FirebaseError, ValueError) as error:  # ValueError: the library refuses the uid
            raise Unavailable(
                "identity_unavailable", "Your account is locked. We’ll finish deleting it soon."
            ) from error

    @cached_property
    def app(self) -> Any:
        """The library's state for this project."""
        import firebase_admin

        name = f"watchparty-{id(self)}"  # the registry is global and refuses a name twice
        return firebase_admin.initialize_app(self.credential, {"projectId": self.project}, name=name)

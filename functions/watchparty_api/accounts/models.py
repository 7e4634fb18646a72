"""Request and response models of accounts."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, Field

from watchparty_api.identity.scopes import Scope
from watchparty_api.records import Account, ApiToken, Session
from watchparty_api.web.bodies import Body, visible_line

_PREFERENCES_BYTES = 8000
_PREFERENCES_DEPTH = 8

AccountRole = Literal["admin", "user"]


def _address(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error


def _serializable(preferences: dict[str, Any]) -> dict[str, Any]:
    """Answers that show the account contain them, so preferences that cannot be serialized would lock the owner out."""
    if _depth(preferences) > _PREFERENCES_DEPTH:
        raise ValueError(f"Preferences can be up to {_PREFERENCES_DEPTH} levels deep.")
    try:
        written = json.dumps(preferences, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # includes UnicodeEncodeError, for a lone surrogate
        raise ValueError("Preferences must be plain JSON.") from error
    if len(written) > _PREFERENCES_BYTES:
        raise ValueError(f"Preferences can have up to {_PREFERENCES_BYTES} bytes as JSON.")
    return preferences


def _depth(value: Any) -> int:
    """The depth of nested lists and objects, counted level by level: recursion would overflow on a deep value."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


Email = Annotated[str, Field(max_length=254), AfterValidator(_address)]
"""An email address as RFC 5321 and 6531 allow it, in lower case."""
NewPassword = Annotated[str, Field(min_length=10, max_length=200)]
GivenPassword = Annotated[str, Field(min_length=1, max_length=200)]
DisplayName = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(visible_line)]
Secret = Annotated[str, Field(min_length=1, max_length=200)]


class SetupBody(Body):
    token: Secret
    email: Email
    password: NewPassword
    display_name: DisplayName


class RegisterBody(Body):
    email: Email
    password: NewPassword
    display_name: DisplayName
    invite: Secret | None = None


class LoginBody(Body):
    email: Email
    password: GivenPassword


class SessionBody(Body):
    id_token: Annotated[str, Field(min_length=1, max_length=8192)]
    invite: Secret | None = None


class TemporaryBody(Body):
    display_name: DisplayName | None = None


class ForgotBody(Body):
    email: Email


class ResetBody(Body):
    token: Secret
    password: NewPassword


class VerifyBody(Body):
    token: Secret


class MeChange(Body):
    """Only the given fields change. A new email address or password requires the current password."""

    display_name: DisplayName | None = None
    email: Email | None = None
    password: NewPassword | None = None
    current_password: GivenPassword | None = None
    preferences: Annotated[dict[str, Any], AfterValidator(_serializable)] | None = None


class DeleteBody(Body):
    password: GivenPassword | None = None


class TokenStart(Body):
    name: DisplayName
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)]
    expires_at: datetime | None = None


class SetupState(BaseModel):
    """The site has no admin yet; the one-time link creates the first."""

    open: Literal[True] = True


class AccountView(BaseModel):
    """An account as its owner and admins see it."""

    id: str
    email: str | None
    display_name: str
    role: AccountRole
    temporary: bool
    expires_at: datetime | None
    email_verified: bool
    second_factor: bool
    """Whether signing in takes more than the password."""
    preferences: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(
            id=account.id,
            email=account.email,
            display_name=account.display_name,
            role=account.role,
            temporary=account.temporary,
            expires_at=account.expires_at,
            email_verified=account.email_verified,
            second_factor=account.second_factor,
            preferences=account.preferences,
            created_at=account.created_at,
        )


class SignedIn(BaseModel):
    """The result of signing in; the same answer sets the refresh cookie."""

    access_token: str
    expires_in: int
    account: AccountView


class SessionView(BaseModel):
    """A device that is signed in."""

    id: str
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    current: bool

    @classmethod
    def of(cls, session: Session, *, current_id: str | None) -> Self:
        return cls(
            id=session.id,
            user_agent=session.user_agent,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            current=session.id == current_id,
        )


class TokenView(BaseModel):
    """An API token, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        return cls(
            id=token.id,
            name=token.name,
            scopes=list(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )


class NewToken(TokenView):
    """A new token; only this answer contains its secret."""

    token: str


class UsageView(BaseModel):
    used_bytes: int
    quota_bytes: int
    videos: int
    rooms: int


class SessionList(BaseModel):
    items: list[SessionView]
    next_cursor: str | None = None


class TokenList(BaseModel):
    items: list[TokenView]
    next_cursor: str | None = None

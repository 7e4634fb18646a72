"""Accounts and their credentials."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from watchparty_api.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    """A registered person, or a temporary host (`expires_at` set, no email)."""

    email: str | None  # lower case; unique through EmailClaim
    display_name: str
    role: Literal["admin", "user"] = "user"
    password_hash: str | None = None
    email_verified: bool = False
    suspended: bool = False
    tokens_valid_from: datetime | None = None  # access tokens issued earlier are refused
    temporary: bool = False
    expires_at: datetime | None = None
    quota_bytes: int | None = None  # None: the workspace's default
    external_id: str | None = None  # Identity Platform's uid
    preferences: dict[str, Any] = field(default_factory=dict)
    deleting: bool = False  # the deletion has begun; maintenance completes it if it was interrupted
    second_factor: bool = False  # a passkey or a confirmed authenticator app: the password alone no longer signs in


@dataclass(frozen=True, kw_only=True)
class EmailClaim(Record):
    """Makes an email address unique, because `create()` refuses an existing id: id = keyed hash of the address."""

    account_id: str


@dataclass(frozen=True, kw_only=True)
class Session(Record):
    """A signed-in device: one family of refresh tokens."""

    account_id: str
    current_hash: str
    previous_hash: str | None = None
    rotated_at: datetime | None = None
    expires_at: datetime
    revoked: bool = False
    user_agent: str = ""
    last_used_at: datetime
    proved_at: datetime | None = None  # when its user last proved who they are; destructive acts need a fresh proof
    second_factor: bool = False  # whether that proof was a passkey, a code or a recovery code


@dataclass(frozen=True, kw_only=True)
class Passkey(Record):
    """A WebAuthn credential: id = hash of the credential's id, so that no credential belongs to two accounts."""

    account_id: str
    name: str
    credential_id: str  # base64url
    public_key: str  # base64url of the COSE key
    sign_count: int
    transports: tuple[str, ...] = ()
    backed_up: bool = False
    last_used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SecondFactor(Record):
    """The authenticator app and the recovery codes of an account: id = the account's id."""

    sealed_secret: str | None = None  # encrypted with a key that is not in the store
    confirmed_at: datetime | None = None  # None: the app has not shown a code yet
    last_step: int = 0  # the time step of the last accepted code; no code of it or before is accepted again
    recovery_hashes: tuple[str, ...] = ()  # keyed hashes of the codes that are left


@dataclass(frozen=True, kw_only=True)
class AuthChallenge(Record):
    """A proof that the server waits for: a WebAuthn challenge, or the second step of a sign-in. Works once.

    id = hash of the challenge or of the ticket; `holder` is the session, ticket or browser that it was created for.
    """

    purpose: Literal["register", "sign_in", "second_step", "step_up", "ticket"]
    account_id: str | None = None
    holder: str
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OneTimeToken(Record):
    """A setup link, password reset, address verification or account invitation: id = hash of the secret."""

    purpose: Literal["setup", "reset", "verify", "account_invite"]
    account_id: str | None = None
    email: str | None = None
    role: Literal["admin", "user"] = "user"
    expires_at: datetime
    used_at: datetime | None = None
    created_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApiToken(Record):
    """A personal `wp_…` token: id = its public half; of the secret only the hash is stored."""

    account_id: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

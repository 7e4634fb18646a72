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

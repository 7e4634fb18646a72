"""Tokens of links that work once: first set-up, password reset, email verification, invitation to register.

The secret travels in the link's fragment and in a request body; only its hash is stored, as the document's id.
"""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from watchparty_api.errors import Gone
from watchparty_api.records import OneTimeToken
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.web.caller import hash_secret

Purpose = Literal["setup", "reset", "verify", "account_invite"]

_LIVES = {
    "setup": timedelta(days=7),
    "reset": timedelta(hours=1),
    "verify": timedelta(days=3),
    "account_invite": timedelta(days=14),
}


def mint(
    services: Services,
    purpose: Purpose,
    *,
    account_id: str | None = None,
    email: str | None = None,
    role: Literal["admin", "user"] = "user",
    created_by: str | None = None,
) -> tuple[str, OneTimeToken]:
    """Stores a new token and returns its secret, which cannot be read again."""
    secret, now = secrets.token_urlsafe(32), services.now()
    token = OneTimeToken(
        id=hash_secret(secret),
        created_at=now,
        purpose=purpose,
        account_id=account_id,
        email=email,
        role=role,
        expires_at=now + _LIVES[purpose],
        created_by=created_by,
    )
    return secret, services.store.create(token)


def find(services: Services, purpose: Purpose, secret: str) -> OneTimeToken:
    """Returns the valid token of that secret. Raises Gone, alike for used, expired and unknown ones."""
    token = services.store.get(OneTimeToken, hash_secret(secret))
    if token is None or token.purpose != purpose or token.used_at or token.expires_at <= services.now():
        raise Gone("link_used_up", "This link has already been used or has expired. Ask for a new one.")
    return token


def mark_used(services: Services, token: OneTimeToken) -> Replace:
    """The write that marks the token as used, to be committed with the change that it allows."""
    return Replace(replace(token, used_at=services.now()))

"""What the server waits for: WebAuthn challenges, and tickets for the second step of a sign-in.

Each works once, for five minutes, and only for the holder that it was created for: a session, a ticket, or a browser.
"""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from watchparty_api.errors import Gone, VersionConflict
from watchparty_api.records import AuthChallenge
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.web.caller import hash_secret

Purpose = Literal["register", "sign_in", "second_step", "step_up", "ticket"]
CHALLENGE_LIFE = timedelta(minutes=5)


def begin(services: Services, purpose: Purpose, *, holder: str, account_id: str | None = None) -> str:
    """Stores a new challenge and returns it: the base64url text of 32 random bytes."""
    secret, now = secrets.token_urlsafe(32), services.now()
    services.store.create(
        AuthChallenge(
            id=hash_secret(secret),
            created_at=now,
            purpose=purpose,
            account_id=account_id,
            holder=holder,
            expires_at=now + CHALLENGE_LIFE,
        )
    )
    return secret


def find(services: Services, purpose: Purpose, secret: str, *, holder: str) -> AuthChallenge:
    """Returns the challenge if it can still be used. Raises Gone."""
    found = services.store.get(AuthChallenge, hash_secret(secret))
    valid = found is not None and found.purpose == purpose and found.holder == holder
    if found is None or not valid or found.used_at is not None or found.expires_at <= services.now():
        raise expired()
    return found


def spend(services: Services, purpose: Purpose, secret: str, *, holder: str) -> AuthChallenge:
    """Returns the challenge and marks it as used, before anything is checked with it. Raises Gone."""
    found = find(services, purpose, secret, holder=holder)
    try:
        services.store.replace(mark_used(services, found).record)
    except VersionConflict as error:  # used by a request at the same moment
        raise expired() from error
    return found


def mark_used(services: Services, challenge: AuthChallenge) -> Replace:
    """The write that marks it as used, to be committed with what it allows."""
    return Replace(replace(challenge, used_at=services.now()))


def expired() -> Gone:
    return Gone("challenge_expired", "That took too long. Try again.")

"""Creates accounts: the account, the claim on its email address and the audit entry, in one commit.

No other file creates accounts; the routes, the admin's command line and the set-up all call this one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from watchparty_api import audit
from watchparty_api.accounts import one_time_tokens
from watchparty_api.errors import AlreadyExists, Conflict, Forbidden
from watchparty_api.identity.passwords import hash_password
from watchparty_api.records import Account, EmailClaim, OneTimeToken
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write


def registration_invite(services: Services, invite: str | None, email: str | None) -> OneTimeToken | None:
    """Returns the invitation that allows the address to register, None when none is needed. Raises Forbidden, Gone."""
    if invite is None:
        if services.settings().registration != "open":
            raise Forbidden("invitation_needed", "This site is invite-only. Ask the admin for an invitation link.")
        return None
    found = one_time_tokens.find(services, "account_invite", invite)
    if found.email is not None and found.email != email:
        raise Forbidden("other_address", "This invitation was sent to another address.")
    return found


TEMPORARY_LIFE = timedelta(hours=24)


def create_account(
    services: Services,
    *,
    email: str,
    password: str,
    display_name: str,
    role: Literal["admin", "user"] = "user",
    beside: Sequence[Write] = (),
) -> Account:
    """Creates an account with email address and password, and commits the writes `beside` with it. Raises Conflict."""
    account = Account(
        id=_new_id(),
        created_at=services.now(),
        email=email,
        display_name=display_name,
        role=role,
        password_hash=hash_password(password),
    )
    _commit_claimed(services, email, account.id, [Create(account), *beside], action="account.created")
    return replace(account, version=1)


def claim_temporary(
    services: Services,
    account: Account,
    *,
    email: str,
    password: str,
    display_name: str,
    role: Literal["admin", "user"] = "user",
    beside: Sequence[Write] = (),
) -> Account:
    """Turns a temporary account into a permanent one, which keeps its rooms and films. Raises Conflict."""
    permanent = replace(
        account,
        email=email,
        display_name=display_name,
        role=role,
        password_hash=hash_password(password),
        temporary=False,
        expires_at=None,
    )
    _commit_claimed(services, email, account.id, [Replace(permanent), *beside], action="account.claimed")
    return replace(permanent, version=account.version + 1)


def create_temporary(services: Services, display_name: str) -> Account:
    """Creates an account for 24 hours, without email address or password."""
    now = services.now()
    account = Account(
        id=_new_id(),
        created_at=now,
        email=None,
        display_name=display_name,
        temporary=True,
        expires_at=now + TEMPORARY_LIFE,
    )
    return services.store.create(account)


def email_claim(services: Services, email: str, account_id: str) -> EmailClaim:
    """The document that reserves an email address for one account."""
    return EmailClaim(
        id=claim_id(services, email),
        created_at=services.now(),
        account_id=account_id,
    )


def claim_id(services: Services, email: str) -> str:
    return services.keyed_hash.of("email", email)


def account_by_email(services: Services, email: str) -> Account | None:
    """The account that owns the email address, or None."""
    claim = services.store.get(EmailClaim, claim_id(services, email))
    return services.store.get(Account, claim.account_id) if claim else None


def _commit_claimed(services: Services, email: str, account_id: str, writes: list[Write], *, action: str) -> None:
    try:
        audit.commit(
            services,
            [Create(email_claim(services, email, account_id)), *writes],
            actor=account_id,
            action=action,
            target=account_id,
        )
    except AlreadyExists as error:
        if error.kind == EmailClaim.__name__:
            raise Conflict("email_taken", "This address already has an account. Sign in instead.") from error
        raise


def _new_id() -> str:
    return secrets.token_urlsafe(12)

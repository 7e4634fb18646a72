"""Sign-in with a token of the identity provider; the first sign-in creates the account.

An existing account with the person's email address is linked. If it never verified that address, anyone may have
created it: the person takes it over, and all of its other credentials are revoked.
"""

import secrets
from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from watchparty_api import audit
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import account_by_email, email_claim, registration_invite
from watchparty_api.accounts.credentials import revoke_everything
from watchparty_api.accounts.factors.enrolment import factor_deletions
from watchparty_api.accounts.factors.models import SecondStep
from watchparty_api.accounts.models import SessionBody, SignedIn
from watchparty_api.accounts.second_step import complete_or_ask
from watchparty_api.addresses import address_key
from watchparty_api.errors import AlreadyExists, Conflict, NotFound, Unauthenticated
from watchparty_api.identity.identity_provider import ExternalUser, IdentityProvider
from watchparty_api.rate_limits.limits import limit
from watchparty_api.records import Account, EmailClaim
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Delete, Replace, Write
from watchparty_api.store.queries import WEBHOOKS_OF_ACCOUNT
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.openapi import REFUSAL
from watchparty_api.web.site import client_address
from watchparty_api.webhooks.outbox import delete_webhook

router = APIRouter(prefix="/auth", tags=["accounts"])

MAX_TOKEN_AGE = timedelta(minutes=5)
"""Pages exchange a token right after sign-in; an older one may have been stolen."""


@router.post(
    "/session",
    responses={
        202: {"model": SecondStep},
        404: {**REFUSAL, "description": "This site has its own accounts (`local_accounts`)"},
    },
)
def session(body: SessionBody, services: ServicesOf, request: Request, response: Response) -> SignedIn | SecondStep:
    """Signs in with a fresh ID token of the site's identity provider; `invite` is for sites by invitation. An account
    with a second factor is asked for it (202)."""
    if services.identity_provider is None:
        raise NotFound("local_accounts", "This site has its own accounts. Sign in with your email and password.")
    limit(request, "token_try", address_key(client_address(request)))
    person = _signed_in_person(services, services.identity_provider, body.id_token)
    account = _linked_account(services, person) or _linked_or_created(services, person, body.invite)
    return complete_or_ask(services, request, response, account)


def is_fresh_token_of(services: Services, account: Account, id_token: str) -> bool:
    """Whether the ID token says that the account's person has just signed in. Raises Unauthenticated for a bad one."""
    if services.identity_provider is None:
        return False
    person = _signed_in_person(services, services.identity_provider, id_token)
    claim = services.store.get(EmailClaim, _claim_id(services, person.uid))
    return claim is not None and claim.account_id == account.id


def _signed_in_person(services: Services, provider: IdentityProvider, id_token: str) -> ExternalUser:
    person = provider.verify(id_token)
    if services.now() - person.signed_in_at > MAX_TOKEN_AGE:
        raise Unauthenticated("sign_in_too_old", "You signed in too long ago. Sign in again.")
    return person


def _linked_account(services: Services, person: ExternalUser) -> Account | None:
    claim = services.store.get(EmailClaim, _claim_id(services, person.uid))
    if claim is None:
        return None
    account = services.store.get(Account, claim.account_id)
    if account is None:  # deleted: the next sign-in creates a new account
        services.store.delete(EmailClaim, claim.id)
        return None
    return _updated(services, person, account)


def _updated(services: Services, person: ExternalUser, account: Account) -> Account:
    """The account, updated when the person has verified the address since; it may be the first admin's."""
    if not person.email_verified or person.email != account.email:
        return account
    role = "admin" if _is_first_admin(services, person) else account.role
    newest = replace(account, email_verified=True, role=role)
    if newest == account:
        return account
    audit.commit(services, [Replace(newest)], actor=account.id, action="account.verified", target=account.id)
    return replace(newest, version=newest.version + 1)


def _linked_or_created(services: Services, person: ExternalUser, invite: str | None) -> Account:
    """Links the account with the person's verified address, or creates a new one."""
    first_admin = _is_first_admin(services, person)
    existing = account_by_email(services, person.email) if person.email and person.email_verified else None
    if existing is not None:
        role = "admin" if first_admin else existing.role
        linked = replace(existing, external_id=person.uid, email_verified=True, role=role)
        if not existing.email_verified:
            return _taken_over(services, person, existing, linked)
        return _commit(services, person, linked, [Replace(linked)], "account.linked")
    invitation = None if first_admin else registration_invite(services, invite, person.email)
    account = Account(
        id=secrets.token_urlsafe(12),
        created_at=services.now(),
        email=person.email,
        email_verified=person.email_verified,
        display_name=(person.name or (person.email or "").partition("@")[0] or "Someone")[:40],
        role="admin" if first_admin else invitation.role if invitation else "user",
        external_id=person.uid,
    )
    writes: list[Write] = [Create(account)]
    if invitation is not None:
        writes.append(one_time_tokens.mark_used(services, invitation))
    if person.email:
        writes.append(Create(email_claim(services, person.email, account.id)))
    return _commit(services, person, account, writes, "account.created")


def _taken_over(services: Services, person: ExternalUser, before: Account, linked: Account) -> Account:
    """Links an account that never verified its address, and revokes the access of whoever created it."""
    for webhook in services.store.query_all(WEBHOOKS_OF_ACCOUNT, before.id):
        delete_webhook(services, webhook, actor=before.id)
    account = replace(linked, password_hash=None, second_factor=False, tokens_valid_from=services.now())
    writes: list[Write] = [
        Replace(account),
        Create(_claim(services, person, account)),
        *factor_deletions(services, account.id),
    ]
    if before.external_id is not None:
        writes.append(Delete(EmailClaim, _claim_id(services, before.external_id)))
    try:
        revoke_everything(services, account.id, beside=writes, actor=account.id, action="account.reclaimed")
    except AlreadyExists as error:
        raise Conflict("email_taken", "This address already has an account.") from error
    return replace(account, version=account.version + 1)


def _commit(services: Services, person: ExternalUser, account: Account, writes: list[Write], action: str) -> Account:
    claim = Create(_claim(services, person, account))
    try:
        audit.commit(services, [claim, *writes], actor=account.id, action=action, target=account.id)
    except AlreadyExists as error:
        raise Conflict("email_taken", "This address already has an account.") from error
    return replace(account, version=account.version + 1)


def _claim(services: Services, person: ExternalUser, account: Account) -> EmailClaim:
    return EmailClaim(
        id=_claim_id(services, person.uid),
        created_at=services.now(),
        account_id=account.id,
    )


def _claim_id(services: Services, uid: str) -> str:
    return services.keyed_hash.of("outside identity", uid)


def _is_first_admin(services: Services, person: ExternalUser) -> bool:
    first = services.config.first_admin
    return first is not None and person.email_verified and person.email == first.lower()

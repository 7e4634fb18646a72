"""Signing in with the token of an identity provider: the account that belongs to it, made at the first time."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from watchparty_api import audit
from watchparty_api.accounts import sessions
from watchparty_api.accounts.making import account_by_email, email_claim
from watchparty_api.accounts.models import SessionBody, SignedIn
from watchparty_api.errors import AlreadyExists, Conflict, Forbidden, NotFound, Unauthenticated
from watchparty_api.handling import ServicesOf
from watchparty_api.identity.caller import refuse_unusable
from watchparty_api.identity.outside import Outsider
from watchparty_api.limits import address_key, limit
from watchparty_api.records import Account, EmailClaim
from watchparty_api.services import Services
from watchparty_api.settings import read_settings
from watchparty_api.site import client_address
from watchparty_api.store.port import Create, Replace, Write

router = APIRouter(prefix="/auth", tags=["accounts"])

FRESH = timedelta(minutes=5)
"""A token is exchanged right after signing in; an older one may have been picked up somewhere."""


@router.post("/session")
def session(body: SessionBody, services: ServicesOf, request: Request, response: Response) -> SignedIn:
    """Signs in with a fresh ID token of the site's identity provider."""
    if services.outside is None:
        raise NotFound("local_accounts", "This site has accounts of its own. Sign in with address and password.")
    limit(request, "token_try", address_key(client_address(request)))
    person = services.outside.verify(body.id_token)
    if services.now() - person.signed_in_at > FRESH:
        raise Unauthenticated("sign_in_too_old", "Too much time has passed since you signed in. Sign in again.")
    account = _known(services, person) or _new(services, person)
    refuse_unusable(account, services.now())
    return sessions.sign_in(services, request, response, account)


def _known(services: Services, person: Outsider) -> Account | None:
    claim = services.store.get(services.workspace_id, EmailClaim, _claim_id(services, person))
    if claim is None:
        return None
    account = services.store.get(services.workspace_id, Account, claim.account_id)
    if account is None:  # it was deleted; who comes again begins anew
        services.store.delete(services.workspace_id, EmailClaim, claim.id)
    return account


def _new(services: Services, person: Outsider) -> Account:
    """The account with the person's verified address, from now on theirs; else a new one."""
    mine = account_by_email(services, person.email) if person.email and person.email_verified else None
    role = "admin" if _is_first_admin(services, person) else mine.role if mine else "user"
    if mine is not None:
        account = replace(mine, external_id=person.uid, email_verified=True, role=role)
        return _commit(services, person, account, [Replace(account)], "account.linked")
    if role != "admin" and read_settings(services).registration != "open":
        raise Forbidden("invitation_needed", "This site is by invitation. Ask for a link to register.")
    account = Account(
        workspace_id=services.workspace_id,
        id=secrets.token_urlsafe(12),
        created_at=services.now(),
        email=person.email,
        email_verified=person.email_verified,
        display_name=(person.name or (person.email or "").partition("@")[0] or "Somebody")[:40],
        role=role,
        external_id=person.uid,
    )
    writes: list[Write] = [Create(account)]
    if person.email:
        writes.append(Create(email_claim(services, person.email, account.id)))
    return _commit(services, person, account, writes, "account.created")


def _commit(services: Services, person: Outsider, account: Account, writes: list[Write], action: str) -> Account:
    claim = EmailClaim(
        workspace_id=services.workspace_id,
        id=_claim_id(services, person),
        created_at=services.now(),
        account_id=account.id,
    )
    try:
        audit.commit(services, [Create(claim), *writes], actor=account.id, action=action, target=account.id)
    except AlreadyExists as error:
        raise Conflict("email_taken", "There is an account with this address already.") from error
    return replace(account, version=account.version + 1)


def _claim_id(services: Services, person: Outsider) -> str:
    return services.keyed_hash.of("outside identity", person.uid)


def _is_first_admin(services: Services, person: Outsider) -> bool:
    first = services.config.first_admin
    return first is not None and person.email_verified and person.email == first.lower()

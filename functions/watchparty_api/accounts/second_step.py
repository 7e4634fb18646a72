"""Sign-in beyond the password: the second step of accounts with a second factor, and passkeys on their own.

A right password, or an identity provider's token, of an account with a second factor answers with a ticket; the ticket
and one proof complete the sign-in. A password reset changes nothing about that. A passkey verifies its user, so it
signs in without a password.
"""

import secrets

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from watchparty_api.accounts import sessions
from watchparty_api.accounts.credentials import access_unchanged
from watchparty_api.accounts.factors import challenges, passkeys
from watchparty_api.accounts.factors.challenges import CHALLENGE_LIFE
from watchparty_api.accounts.factors.change_mail import mail_change
from watchparty_api.accounts.factors.enrolment import passkeys_of
from watchparty_api.accounts.factors.models import (
    ChallengeBody,
    PasskeyOptions,
    PasskeySignInBody,
    SecondStep,
    SecondStepBody,
)
from watchparty_api.accounts.factors.proving import answering_passkey, party_of, proves
from watchparty_api.accounts.models import SignedIn
from watchparty_api.addresses import address_key
from watchparty_api.errors import Unauthenticated, VersionConflict
from watchparty_api.rate_limits.limits import limit
from watchparty_api.records import Account, AuthChallenge
from watchparty_api.services import Services
from watchparty_api.web.caller import hash_secret, require_usable
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.proof import methods_of
from watchparty_api.web.site import client_address, is_https, require_origin

router = APIRouter(prefix="/auth", tags=["accounts"])

_COOKIE, _COOKIE_PATH = "wp_challenge", "/api/v1/auth"
_TICKET_HOLDER = "-"
"""A ticket is itself the secret: whoever presents it has just sent the password."""


def complete_or_ask(
    services: Services, request: Request, response: Response, account: Account
) -> SignedIn | SecondStep:
    """After the first proof: signs in, or asks an account that has a second factor for it (202)."""
    require_usable(account, services.now())
    if not account.second_factor:
        return sessions.sign_in(services, request, response, account)
    ticket = challenges.begin(services, "ticket", holder=_TICKET_HOLDER, account_id=account.id)
    if not access_unchanged(services, account):
        challenges.spend(services, "ticket", ticket, holder=_TICKET_HOLDER)
        raise Unauthenticated("signed_out", "You’ve been signed out. Sign in again.")
    response.status_code = 202
    response.headers["Cache-Control"] = "no-store"
    return SecondStep(
        ticket=ticket,
        expires_in=int(CHALLENGE_LIFE.total_seconds()),
        methods=methods_of(services, account),
    )


@router.post("/second-step")
def second_step(
    body: SecondStepBody, services: ServicesOf, request: Request, response: Response, later: BackgroundTasks
) -> SignedIn:
    """Completes a sign-in with a second factor."""
    ticket, account = _ticket_and_account(services, body.ticket)
    kind = proves(services, request, account, body, purpose="second_step", holder=ticket.id)
    if kind is None:
        raise Unauthenticated("wrong_proof", "That isn’t right. Try again, or confirm in another way.")
    if kind == "recovery_code":
        later.add_task(mail_change, services, account, "recovery_code_used")
    try:
        return sessions.sign_in(
            services,
            request,
            response,
            account,
            beside=[challenges.mark_used(services, ticket)],
            second_factor=True,
            by=kind,
        )
    except VersionConflict as error:  # the ticket was used at the same moment
        raise challenges.expired() from error


@router.post("/passkey/challenge", dependencies=[Depends(require_origin)])
def challenge_passkey_sign_in(
    body: ChallengeBody, services: ServicesOf, request: Request, response: Response
) -> PasskeyOptions:
    """Returns what the browser needs to use a passkey: a challenge for this browser or ticket, for five minutes."""
    party = party_of(request)
    limit(request, "passkey_challenge", address_key(client_address(request)))
    response.headers["Cache-Control"] = "no-store"
    if body.ticket is not None:
        ticket, account = _ticket_and_account(services, body.ticket)
        created = challenges.begin(services, "second_step", holder=ticket.id, account_id=account.id)
        allowed = passkeys_of(services, account)
        return PasskeyOptions(public_key=passkeys.assertion_options(party, created, allowed))
    browser = request.cookies.get(_COOKIE) or secrets.token_urlsafe(32)  # kept: other tabs have challenges for it
    response.set_cookie(
        _COOKIE,
        browser,
        max_age=int(CHALLENGE_LIFE.total_seconds()),
        path=_COOKIE_PATH,
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )
    created = challenges.begin(services, "sign_in", holder=hash_secret(browser))
    return PasskeyOptions(public_key=passkeys.assertion_options(party, created))


@router.post("/passkey", dependencies=[Depends(require_origin)])
def sign_in_with_passkey(
    body: PasskeySignInBody, services: ServicesOf, request: Request, response: Response
) -> SignedIn:
    """Signs in with a passkey alone."""
    limit(request, "token_try", address_key(client_address(request)))
    browser = hash_secret(request.cookies.get(_COOKIE, ""))
    passkey = answering_passkey(services, request, body.credential, purpose="sign_in", holder=browser)
    account = services.store.get(Account, passkey.account_id) if passkey is not None else None
    if account is None:
        raise Unauthenticated("wrong_proof", "This passkey isn’t known here. Sign in another way.")
    require_usable(account, services.now())
    return sessions.sign_in(services, request, response, account, second_factor=True, by="passkey")


def _ticket_and_account(services: Services, secret: str) -> tuple[AuthChallenge, Account]:
    ticket = challenges.find(services, "ticket", secret, holder=_TICKET_HOLDER)
    account = services.store.get(Account, ticket.account_id or "")
    if account is None:
        raise challenges.expired()
    require_usable(account, services.now())
    return ticket, account

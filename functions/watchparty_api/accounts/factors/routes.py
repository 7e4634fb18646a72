"""HTTP routes of one's own second factors: list, add, rename, remove. Changes need a fresh proof (`web/proof.py`)."""

from dataclasses import replace

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from watchparty_api import audit
from watchparty_api.accounts import sessions
from watchparty_api.accounts.factors import authenticator_app, challenges, enrolment, passkeys
from watchparty_api.accounts.factors.change_mail import mail_change
from watchparty_api.accounts.factors.models import (
    AuthenticatorConfirmation,
    AuthenticatorStart,
    FactorsView,
    NewPasskey,
    PasskeyChange,
    PasskeyOptions,
    PasskeyStart,
    PasskeyView,
    RecoveryCodes,
)
from watchparty_api.accounts.factors.proving import matches_code, party_of
from watchparty_api.accounts.guesses import count_code_guess, count_guess, forget_code_guesses, forget_guesses
from watchparty_api.errors import Forbidden, Gone, Invalid, NotFound
from watchparty_api.records import Account, Passkey
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.web.caller import AccountOf, ProvenAccountOf, SessionOf, session_credential
from watchparty_api.web.dependencies import ServicesOf

router = APIRouter(prefix="/auth/me", tags=["accounts"])


def _permanent(account: ProvenAccountOf) -> Account:
    if account.temporary:
        raise Forbidden("temporary", "Create an account first: temporary accounts can’t have a second factor.")
    return account


_PERMANENT = Depends(_permanent)


@router.get("/factors")
def list_factors(services: ServicesOf, caller: AccountOf) -> FactorsView:
    """Returns the account's passkeys, and whether it has an authenticator app and recovery codes."""
    factor = enrolment.factor_of(services, caller.account)
    return FactorsView(
        passkeys=[PasskeyView.of(each) for each in enrolment.passkeys_of(services, caller.account)],
        authenticator_at=factor.confirmed_at,
        recovery_codes_left=len(factor.recovery_hashes),
        required=caller.account.role == "admin" and services.settings().admin_second_factor,
    )


@router.post("/passkeys/challenge")
def challenge_passkey(
    services: ServicesOf, session: SessionOf, request: Request, response: Response, account: Account = _PERMANENT
) -> PasskeyOptions:
    """Returns what the browser needs to create a passkey: a challenge for this session, valid for five minutes."""
    party = party_of(request)
    services.limiter.hit("passkey_challenge", account.id)
    holder = session_credential(session.id)
    challenge = challenges.begin(services, "register", holder=holder, account_id=account.id)
    response.headers["Cache-Control"] = "no-store"
    existing, site_name = enrolment.passkeys_of(services, account), services.settings().brand_name
    return PasskeyOptions(public_key=passkeys.registration_options(party, site_name, account, existing, challenge))


@router.post("/passkeys", status_code=201)
def add_passkey(
    body: PasskeyStart,
    services: ServicesOf,
    session: SessionOf,
    request: Request,
    response: Response,
    later: BackgroundTasks,
    account: Account = _PERMANENT,
) -> NewPasskey:
    """Adds the passkey that the browser created. Recovery codes come with the account's first second factor."""
    party, content = party_of(request), body.credential.model_dump(by_alias=True)
    challenge = passkeys.challenge_in(content)
    if challenge is None:
        raise _refused()
    challenges.spend(services, "register", challenge, holder=session_credential(session.id))
    credential = passkeys.verify_registration(party, challenge, content)
    if credential is None:
        raise _refused()
    transports = body.credential.response.transports
    passkey, codes = enrolment.add_passkey(
        services, account, name=body.name, credential=credential, transports=transports
    )
    later.add_task(mail_change, services, account, "passkey_added")
    sessions.mark_proved(services, session.id, second_factor=True)
    response.headers["Cache-Control"] = "no-store"
    return NewPasskey(passkey=PasskeyView.of(passkey), recovery_codes=codes)


@router.patch("/passkeys/{passkey_id}")
def rename_passkey(passkey_id: str, body: PasskeyChange, services: ServicesOf, caller: AccountOf) -> PasskeyView:
    """Renames a passkey."""
    passkey = _find(services, caller.account, passkey_id)
    renamed = replace(passkey, name=body.name)
    audit.commit(services, [Replace(renamed)], actor=caller.account.id, action="passkey.renamed", target=passkey.id)
    return PasskeyView.of(renamed)


@router.delete("/passkeys/{passkey_id}", status_code=204)
def remove_passkey(passkey_id: str, services: ServicesOf, account: ProvenAccountOf, later: BackgroundTasks) -> None:
    """Removes a passkey. With the last second factor the recovery codes go, too."""
    enrolment.remove_passkey(services, account, _find(services, account, passkey_id))
    later.add_task(mail_change, services, account, "passkey_removed")


@router.post("/authenticator", status_code=201)
def start_authenticator(services: ServicesOf, response: Response, account: Account = _PERMANENT) -> AuthenticatorStart:
    """Creates the secret of an authenticator app; the app counts when `/authenticator/confirm` has received a code."""
    secret = enrolment.start_authenticator(services, account)
    response.headers["Cache-Control"] = "no-store"
    name, site_name = account.email or account.display_name, services.settings().brand_name
    url = authenticator_app.enrolment_url(secret, account_name=name, site_name=site_name)
    return AuthenticatorStart(secret=secret, url=url)


@router.post("/authenticator/confirm")
def confirm_authenticator(
    body: AuthenticatorConfirmation,
    services: ServicesOf,
    session: SessionOf,
    request: Request,
    response: Response,
    later: BackgroundTasks,
    account: Account = _PERMANENT,
) -> RecoveryCodes:
    """Confirms the app with its current code. Recovery codes come with the account's first second factor."""
    factor = enrolment.factor_of(services, account)
    if factor.sealed_secret is None or factor.confirmed_at is not None:
        raise Gone("authenticator_not_started", "Start again: there is no authenticator app to confirm.")
    count_guess(services, request, account.id)
    count_code_guess(services, account.id)
    step = matches_code(services, account.id, factor, body.code)
    if step is None:
        raise Invalid("wrong_code", "That code isn’t right. Enter the one that your app shows now.")
    codes = enrolment.confirm_authenticator(services, account, factor, step)
    later.add_task(mail_change, services, account, "authenticator_added")
    forget_guesses(services, request, account.id)
    forget_code_guesses(services, account.id)
    sessions.mark_proved(services, session.id, second_factor=True)
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=codes)


@router.delete("/authenticator", status_code=204)
def remove_authenticator(services: ServicesOf, account: ProvenAccountOf, later: BackgroundTasks) -> None:
    """Removes the authenticator app. With the last second factor the recovery codes go, too."""
    factor = enrolment.factor_of(services, account)
    if factor.sealed_secret is None:
        raise NotFound("no_authenticator", "Your account has no authenticator app.")
    enrolment.remove_authenticator(services, account)
    if factor.confirmed_at is not None:  # otherwise it never counted
        later.add_task(mail_change, services, account, "authenticator_removed")


@router.post("/recovery-codes", status_code=201)
def replace_recovery_codes(
    services: ServicesOf, account: ProvenAccountOf, response: Response, later: BackgroundTasks
) -> RecoveryCodes:
    """Creates new recovery codes; the old ones no longer work."""
    codes = enrolment.replace_recovery_codes(services, account)
    later.add_task(mail_change, services, account, "recovery_codes_replaced")
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=codes)


def _find(services: Services, account: Account, passkey_id: str) -> Passkey:
    passkey = services.store.get(Passkey, passkey_id)
    if passkey is None or passkey.account_id != account.id:
        raise NotFound("passkey_not_found", "Passkey not found.")
    return passkey


def _refused() -> Invalid:
    return Invalid("passkey_refused", "This passkey could not be added. Try again.")

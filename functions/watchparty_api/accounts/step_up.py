"""HTTP routes of the fresh proof that destructive acts need (step-up): `web/proof.py` says when, and for how long."""

from fastapi import APIRouter, BackgroundTasks, Request, Response

from watchparty_api.accounts import external_identity, sessions
from watchparty_api.accounts.factors import challenges, passkeys
from watchparty_api.accounts.factors.change_mail import mail_change
from watchparty_api.accounts.factors.enrolment import passkeys_of
from watchparty_api.accounts.factors.models import PasskeyOptions, Proven, StepUpBody
from watchparty_api.accounts.factors.proving import party_of, proves
from watchparty_api.accounts.local_accounts import password_matches
from watchparty_api.errors import Conflict, Forbidden
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.web.caller import AccountOf, SessionOf, session_credential
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.proof import PROOF_LIFE, methods_of

router = APIRouter(prefix="/auth/step-up", tags=["accounts"])


@router.post("/challenge")
def challenge_step_up(
    services: ServicesOf, caller: AccountOf, session: SessionOf, request: Request, response: Response
) -> PasskeyOptions:
    """Returns what the browser needs to use one of the account's passkeys: a challenge for this session."""
    party = party_of(request)
    services.limiter.hit("passkey_challenge", caller.account.id)
    holder = session_credential(session.id)
    created = challenges.begin(services, "step_up", holder=holder, account_id=caller.account.id)
    response.headers["Cache-Control"] = "no-store"
    allowed = passkeys_of(services, caller.account)
    return PasskeyOptions(public_key=passkeys.assertion_options(party, created, allowed))


@router.post("")
def step_up(
    body: StepUpBody,
    services: ServicesOf,
    caller: AccountOf,
    session: SessionOf,
    request: Request,
    later: BackgroundTasks,
) -> Proven:
    """Proves who the caller is: for ten minutes this session allows destructive acts."""
    account = caller.account
    if not account.temporary and not methods_of(services, account):
        raise Conflict("no_proof_possible", "Your account has no way to confirm that it’s you. Sign in again.")
    if not _is_proof(services, request, account, body, holder=session_credential(session.id)):
        raise Forbidden("wrong_proof", "That isn’t right. Try again, or confirm in another way.")
    if body.recovery_code is not None:
        later.add_task(mail_change, services, account, "recovery_code_used")
    proved_at = sessions.mark_proved(services, session.id, second_factor=account.second_factor)
    return Proven(proved_until=proved_at + PROOF_LIFE)


def _is_proof(services: Services, request: Request, account: Account, body: StepUpBody, *, holder: str) -> bool:
    if account.second_factor:
        if body.password is not None or body.id_token is not None:
            return False
        return proves(services, request, account, body, purpose="step_up", holder=holder) is not None
    if body.password is not None and services.identity_provider is None:
        return password_matches(services, request, account.id, account, body.password)
    if body.id_token is not None:
        return external_identity.is_fresh_token_of(services, account, body.id_token)
    return False

"""Password reset and email verification by one-time links.

Answers never reveal whether an email address has an account, and they are the same where no mail server is set up. The
mail is sent after the answer, so that the response time does not reveal it either.
"""

from dataclasses import replace

from fastapi import APIRouter, BackgroundTasks, Request

from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import account_by_email
from watchparty_api.accounts.credentials import revoke_everything
from watchparty_api.accounts.local_accounts import LOCAL_ACCOUNTS_ONLY
from watchparty_api.accounts.models import ForgotBody, ResetBody, VerifyBody
from watchparty_api.addresses import address_key
from watchparty_api.errors import Gone
from watchparty_api.identity.passwords import hash_password
from watchparty_api.rate_limits.limits import limit
from watchparty_api.records import Account, OneTimeToken
from watchparty_api.services import Services
from watchparty_api.store.port import Replace, Write
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import base_url, client_address

router = APIRouter(prefix="/auth", tags=["accounts"])


@router.post("/password/forgot", status_code=202, **LOCAL_ACCOUNTS_ONLY)
def forgot(body: ForgotBody, services: ServicesOf, request: Request, later: BackgroundTasks) -> dict[str, str]:
    """Sends a reset link if the address has an account; the answer is the same otherwise."""
    limit(request, "mail_from_address", address_key(client_address(request)))
    later.add_task(_send_reset, services, base_url(request), body.email)
    return {"detail": "If this address has an account, a link is on its way."}


@router.post("/password/reset", status_code=204, **LOCAL_ACCOUNTS_ONLY)
def reset(body: ResetBody, services: ServicesOf, request: Request) -> None:
    """Sets a new password with the link's secret, and ends every other credential of the account: devices, rooms,
    invitations, API tokens and other links. Its webhooks are paused."""
    limit(request, "token_try", address_key(client_address(request)))
    token, account = _token_and_account(services, "reset", body.token)
    changed = replace(
        account,
        password_hash=hash_password(body.password),
        email_verified=True,
        tokens_valid_from=services.now(),
    )
    writes: list[Write] = [Replace(changed), one_time_tokens.mark_used(services, token)]
    revoke_everything(
        services, account.id, beside=writes, actor=account.id, action="account.password_reset", spent=token.id
    )


@router.post("/verify-email", status_code=204)
def verify_email(body: VerifyBody, services: ServicesOf, request: Request) -> None:
    """Marks the account's email address as verified."""
    limit(request, "token_try", address_key(client_address(request)))
    token, account = _token_and_account(services, "verify", body.token)
    writes = [Replace(replace(account, email_verified=True)), one_time_tokens.mark_used(services, token)]
    services.store.commit(writes)


def send_verification(services: Services, site: str, account: Account) -> None:
    """Mails the link that verifies the account's email address. Runs after the answer."""
    send = services.mail.may_send("mail", to=account.email, sender=account.id) if account.email else None
    if send is None:
        return
    secret, _ = one_time_tokens.mint(services, "verify", account_id=account.id, email=account.email)
    link = f"{site}/verify#token={secret}"
    text = f"Open this link to confirm your email address:\n\n{link}\n"
    send("Confirm your email address", text)


def _send_reset(services: Services, site: str, email: str) -> None:
    account = account_by_email(services, email)
    if account is None or account.suspended:
        return
    send = services.mail.may_send("mail", to=email, sender=account.id)
    if send is None:
        return  # the answer has already been sent
    secret, _ = one_time_tokens.mint(services, "reset", account_id=account.id, email=email)
    link = f"{site}/reset#token={secret}"
    footer = "If you didn’t ask for this, you can ignore this email."
    text = f"Open this link within one hour to choose a new password:\n\n{link}\n\n{footer}\n"
    send("Choose a new password", text)


def _token_and_account(
    services: Services, purpose: one_time_tokens.Purpose, secret: str
) -> tuple[OneTimeToken, Account]:
    token = one_time_tokens.find(services, purpose, secret)
    account = services.store.get(Account, token.account_id or "")
    if account is None:
        raise Gone("account_gone", "This account no longer exists.")
    if token.email != account.email:
        raise Gone("link_used_up", "This account’s email address has changed since this link was sent.")
    return token, account

"""HTTP routes of signing in, refreshing the access token, and signing out."""

from dataclasses import replace

from fastapi import APIRouter, Depends, Request, Response

from watchparty_api.accounts import sessions
from watchparty_api.accounts.creation import account_by_email
from watchparty_api.accounts.factors.models import SecondStep
from watchparty_api.accounts.local_accounts import LOCAL_ACCOUNTS_ONLY, password_matches
from watchparty_api.accounts.models import LoginBody, SignedIn
from watchparty_api.accounts.second_step import complete_or_ask
from watchparty_api.addresses import address_key
from watchparty_api.errors import Unauthenticated
from watchparty_api.identity.passwords import hash_password, needs_rehash
from watchparty_api.rate_limits.limits import limit
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.web.caller import require_usable
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import client_address, require_origin

router = APIRouter(prefix="/auth", tags=["accounts"])


@router.post(
    "/login",
    dependencies=LOCAL_ACCOUNTS_ONLY["dependencies"],
    responses={**LOCAL_ACCOUNTS_ONLY["responses"], 202: {"model": SecondStep}},
)
def login(body: LoginBody, services: ServicesOf, request: Request, response: Response) -> SignedIn | SecondStep:
    """Signs in with email address and password; an account with a second factor is asked for it (202). Failed attempts
    slow down only the address that makes them."""
    account = account_by_email(services, body.email)
    subject = account.id if account is not None else body.email
    if not password_matches(services, request, subject, account, body.password) or account is None:
        raise Unauthenticated("wrong_credentials", "Wrong email or password.")
    require_usable(account, services.now())
    return complete_or_ask(services, request, response, _rehashed(services, account, body.password))


@router.post("/refresh", dependencies=[Depends(require_origin)])
def refresh(services: ServicesOf, request: Request, response: Response) -> SignedIn:
    """Returns a new access token, and replaces the refresh cookie."""
    limit(request, "refresh", address_key(client_address(request)))
    return sessions.refresh(services, request, response)


@router.post("/logout", status_code=204, dependencies=[Depends(require_origin)])
def logout(services: ServicesOf, request: Request, response: Response) -> None:
    """Ends this device's session and its access tokens."""
    sessions.sign_out(services, request, response)


def _rehashed(services: Services, account: Account, password: str) -> Account:
    if account.password_hash is None or not needs_rehash(account.password_hash):
        return account
    stronger = replace(account, password_hash=hash_password(password))
    return services.store.replace(stronger)

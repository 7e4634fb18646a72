"""HTTP routes that create accounts: the first admin's set-up, registration, temporary hosts.

There is no default account and no default password: the first admin registers with the one-time link that the server
prints at its first start (`open_setup`).
"""

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import claim_temporary, create_account, create_temporary, registration_invite
from watchparty_api.accounts.local_accounts import LOCAL_ACCOUNTS_ONLY
from watchparty_api.accounts.models import (
    RegisterBody,
    SetupBody,
    SetupState,
    SignedIn,
    TemporaryBody,
)
from watchparty_api.accounts.recovery import send_verification
from watchparty_api.accounts.sessions import sign_in
from watchparty_api.addresses import address_key
from watchparty_api.errors import Conflict, Forbidden, Gone, VersionConflict
from watchparty_api.rate_limits.limits import limit
from watchparty_api.records import OneTimeToken
from watchparty_api.services import Services
from watchparty_api.store.queries import ACCOUNTS_BY_ROLE, ONE_TIME_TOKENS_BY_PURPOSE
from watchparty_api.web.caller import AccountCaller, CallerOf
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import base_url, client_address, require_origin

router = APIRouter(tags=["accounts"])


def open_setup(services: Services) -> str | None:
    """Returns a new secret for the set-up link and voids older ones; None once there is an admin. Called at start."""
    for old in services.store.query_all(ONE_TIME_TOKENS_BY_PURPOSE, "setup"):
        services.store.delete(OneTimeToken, old.id)
    if _has_admin(services):
        return None
    secret, _ = one_time_tokens.mint(services, "setup", role="admin")
    return secret


@router.get("/setup")
def setup_state(services: ServicesOf) -> SetupState:
    """Succeeds while the site has no admin; 410 once it has one."""
    if _has_admin(services):
        raise Gone("already_set_up", "This site is already set up.")
    return SetupState()


@router.post("/setup", status_code=201, dependencies=[Depends(require_origin)])
def set_up(body: SetupBody, services: ServicesOf, request: Request, response: Response) -> SignedIn:
    """Creates the first admin."""
    setup_state(services)
    limit(request, "setup", address_key(client_address(request)))
    token = one_time_tokens.find(services, "setup", body.token)
    try:
        account = create_account(
            services,
            email=body.email,
            password=body.password,
            display_name=body.display_name,
            role="admin",
            beside=[one_time_tokens.mark_used(services, token)],
        )
    except VersionConflict as error:
        raise Gone("already_set_up", "This site is already set up.") from error
    return sign_in(services, request, response, account)


@router.post("/auth/register", status_code=201, **LOCAL_ACCOUNTS_ONLY)
def register(
    body: RegisterBody,
    services: ServicesOf,
    caller: CallerOf,
    request: Request,
    response: Response,
    later: BackgroundTasks,
) -> SignedIn:
    """Creates an account, by invitation unless registration is open. A temporary host keeps rooms and films."""
    limit(request, "register", address_key(client_address(request)))
    invite = registration_invite(services, body.invite, body.email)
    role = invite.role if invite else "user"
    spend = [one_time_tokens.mark_used(services, invite)] if invite else []
    try:
        if isinstance(caller, AccountCaller) and caller.account.temporary:
            account = claim_temporary(
                services,
                caller.account,
                email=body.email,
                password=body.password,
                display_name=body.display_name,
                role=role,
                beside=spend,
            )
        else:
            account = create_account(
                services,
                email=body.email,
                password=body.password,
                display_name=body.display_name,
                role=role,
                beside=spend,
            )
    except VersionConflict as error:
        raise Conflict("changed_meanwhile", "This invitation has just been used.") from error
    later.add_task(send_verification, services, base_url(request), account)
    return sign_in(services, request, response, account)


@router.post("/auth/temporary", status_code=201)
def temporary(body: TemporaryBody, services: ServicesOf, request: Request, response: Response) -> SignedIn:
    """Creates a temporary host, for 24 hours."""
    if not services.settings().temporary_hosts:
        raise Forbidden("temporary_off", "Sign in to host on this site.")
    limit(request, "temporary", address_key(client_address(request)))
    account = create_temporary(services, body.display_name or "Host")
    return sign_in(services, request, response, account)


def _has_admin(services: Services) -> bool:
    return services.store.count(ACCOUNTS_BY_ROLE, "admin") > 0

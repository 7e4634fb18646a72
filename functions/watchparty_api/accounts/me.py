"""HTTP routes of one's own account: read, change, delete and export it; its sessions and its usage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request, Response

from watchparty_api import audit
from watchparty_api.accounts import credentials, export
from watchparty_api.accounts.creation import claim_id, email_claim
from watchparty_api.accounts.credentials import link_deletions, revoke_everything
from watchparty_api.accounts.deletion import delete_account
from watchparty_api.accounts.local_accounts import password_matches
from watchparty_api.accounts.models import (
    AccountView,
    DeleteBody,
    MeChange,
    SessionList,
    SessionView,
    UsageView,
)
from watchparty_api.accounts.recovery import send_verification
from watchparty_api.errors import AlreadyExists, Conflict, Forbidden, NotFound
from watchparty_api.identity.passwords import hash_password
from watchparty_api.records import Account, EmailClaim, Session
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Delete, Replace, Write
from watchparty_api.store.queries import ROOMS_OF_OWNER, SESSIONS_OF_ACCOUNT
from watchparty_api.videos.quota import quota_bytes, used_bytes, videos_of
from watchparty_api.web.caller import AccountCaller, AccountOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.web.proof import require_proof
from watchparty_api.web.site import base_url

router = APIRouter(prefix="/auth/me", tags=["accounts"])


@router.get("")
def read_me(caller: AccountOf) -> AccountView:
    """Returns the calling account."""
    return AccountView.of(caller.account)


@router.patch("")
def change_me(
    body: MeChange, services: ServicesOf, caller: AccountOf, request: Request, later: BackgroundTasks
) -> AccountView:
    """Changes the given fields. A new email address or password requires the current password, and with a second factor
    a fresh proof. A new password ends
    every other credential: other devices, their rooms and invitations, and API tokens; webhooks are paused. Either one
    invalidates reset links that were sent before."""
    account = caller.account
    if body.email is not None or body.password is not None:
        if account.temporary:
            raise Conflict("temporary", "Create an account first: this one has no password yet.")
        if services.identity_provider is not None:
            raise Conflict("outside_accounts", "Change your email and password with this site’s identity provider.")
        if account.second_factor:
            require_proof(services, account, caller.session)
        _require_password(services, request, account, body.current_password)
    changed, writes = _changed(services, account, body)
    try:
        _commit(services, caller, body, writes)
    except AlreadyExists as error:
        raise Conflict("email_taken", "This address already has an account.") from error
    if changed.email != account.email:
        later.add_task(send_verification, services, base_url(request), changed)
    return AccountView.of(changed)


@router.delete("", status_code=204)
def delete_me(services: ServicesOf, caller: AccountOf, request: Request, body: DeleteBody | None = None) -> None:
    """Deletes the account, its rooms and its films. Requires the password, or a fresh proof from accounts that have a
    second factor or no password."""
    if caller.account.second_factor or caller.account.password_hash is None:
        require_proof(services, caller.account, caller.session)
    else:
        _require_password(services, request, caller.account, body.password if body else None)
    delete_account(services, caller.account, actor=caller.account.id)


@router.get("/export")
def export_me(services: ServicesOf, caller: AccountOf, response: Response) -> dict[str, Any]:
    """Exports everything that is stored about the account, without secrets."""
    response.headers["Content-Disposition"] = 'attachment; filename="watchparty-account.json"'
    return export.export_account(services, caller.account)


@router.get("/sessions")
def list_sessions(
    services: ServicesOf, caller: AccountOf, limit: PageLimit = 50, cursor: PageCursor = None
) -> SessionList:
    """Lists the devices that are signed in."""
    page = services.store.query(SESSIONS_OF_ACCOUNT, caller.account.id, False, limit=limit, cursor=cursor)
    items = [SessionView.of(session, current_id=caller.session_id) for session in page.items]
    return SessionList(items=items, next_cursor=page.cursor)


@router.delete("/sessions", status_code=204)
def sign_out_everywhere(services: ServicesOf, caller: AccountOf) -> None:
    """Ends every credential of the account: all devices, also the calling one, their rooms and invitations, and API
    tokens. Webhooks are paused."""
    actor = caller.account.id
    revoke_everything(services, actor, actor=actor, action="account.signed_out_everywhere")


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(session_id: str, services: ServicesOf, caller: AccountOf) -> None:
    """Signs one device out, and ends what it started."""
    session = services.store.get(Session, session_id)
    if session is None or session.account_id != caller.account.id:
        raise NotFound("session_not_found", "Device not found.")
    credentials.end_session(services, session)


@router.get("/usage")
def usage(services: ServicesOf, caller: AccountOf) -> UsageView:
    """Returns how much of the quota is used."""
    videos = videos_of(services, caller.account.id)
    return UsageView(
        used_bytes=used_bytes(videos, services.now()),
        quota_bytes=quota_bytes(caller.account, services.settings()),
        videos=len(videos),
        rooms=services.store.count(ROOMS_OF_OWNER, caller.account.id),
    )


def _commit(services: Services, caller: AccountCaller, body: MeChange, writes: Sequence[Write]) -> None:
    """Commits the change: a password with what it revokes, and either password or address with an audit entry."""
    me = caller.account.id
    if body.password is not None:
        action, keep = "account.password_changed", caller.session_id
        revoke_everything(services, me, beside=writes, actor=me, action=action, keep_session=keep)
    elif body.email is not None:
        audit.commit(services, writes, actor=me, action="account.email_changed", target=me)
    else:
        services.store.commit(writes)


def _require_password(services: Services, request: Request, account: Account, password: str | None) -> None:
    if password is None or not password_matches(services, request, account.id, account, password):
        raise Forbidden("wrong_password", "Enter your current password.")


def _changed(services: Services, account: Account, body: MeChange) -> tuple[Account, list[Write]]:
    changed, writes = account, list[Write]()
    if body.display_name is not None:
        changed = replace(changed, display_name=body.display_name)
    if body.preferences is not None:
        changed = replace(changed, preferences=body.preferences)
    if body.password is not None:
        changed = replace(changed, password_hash=hash_password(body.password))
    if body.email is not None and body.email != account.email:
        changed = replace(changed, email=body.email, email_verified=False)
        writes.append(Create(email_claim(services, body.email, account.id)))
        if account.email is not None:
            writes.append(Delete(EmailClaim, claim_id(services, account.email)))
    if changed.email != account.email and body.password is None:
        writes += link_deletions(services, account.id)
    return changed, [*writes, Replace(changed)]

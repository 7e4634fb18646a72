"""HTTP routes of invitations to register: a link that works once, mailed where a mail server is set up."""

from fastapi import APIRouter, BackgroundTasks, Request, Response

from watchparty_api import audit
from watchparty_api.accounts import one_time_tokens
from watchparty_api.admin.models import (
    AccountInviteList,
    AccountInviteStart,
    AccountInviteView,
    NewAccountInvite,
)
from watchparty_api.errors import NotFound
from watchparty_api.records import OneTimeToken
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import ONE_TIME_TOKENS_BY_PURPOSE
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.web.proof import require_proof
from watchparty_api.web.site import base_url

router = APIRouter(prefix="/admin/account-invites", tags=["admin"])


@router.get("")
def list_invites(
    services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None
) -> AccountInviteList:
    """Lists invitations, newest first."""
    page = services.store.query(ONE_TIME_TOKENS_BY_PURPOSE, "account_invite", limit=limit, cursor=cursor)
    return AccountInviteList(items=[AccountInviteView.of(each) for each in page.items], next_cursor=page.cursor)


@router.post("", status_code=201)
def make_invite(
    body: AccountInviteStart,
    services: ServicesOf,
    admin: AdminOf,
    request: Request,
    response: Response,
    later: BackgroundTasks,
) -> NewAccountInvite:
    """Creates an invitation. Only this answer contains its link. One that makes an admin needs a fresh proof."""
    if body.role == "admin":
        require_proof(services, admin.account, admin.session)
    secret, invite = one_time_tokens.mint(
        services, "account_invite", email=body.email, role=body.role, created_by=admin.account.id
    )
    audit.commit(
        services,
        [],
        actor=admin.account.id,
        action="account_invite.created",
        target=invite.id,
        data={"role": body.role},
    )
    url = f"{base_url(request)}/register#invite={secret}"
    send = services.mail.may_send("invited", to=body.email, sender=admin.account.id) if body.email else None
    if send is not None:
        brand = services.settings().brand_name
        text = f"{admin.account.display_name} invited you to {brand}. Open this link to create your account:\n\n{url}\n"
        subject = f"Your invitation to {brand}"
        later.add_task(send, subject, text)
    response.headers["Cache-Control"] = "no-store"
    return NewAccountInvite(**AccountInviteView.of(invite).model_dump(), url=url)


@router.delete("/{invite_id}", status_code=204)
def revoke_invite(invite_id: str, services: ServicesOf, admin: AdminOf) -> None:
    """Revokes the invitation; its link stops working."""
    invite = services.store.get(OneTimeToken, invite_id)
    if invite is None or invite.purpose != "account_invite":
        raise NotFound("invite_not_found", "Invitation not found.")
    audit.commit(
        services,
        [Delete(OneTimeToken, invite_id)],
        actor=admin.account.id,
        action="account_invite.revoked",
        target=invite_id,
    )

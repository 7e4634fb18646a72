"""Admin routes for accounts: role, suspension, quota, deletion."""

from dataclasses import replace

from fastapi import APIRouter, BackgroundTasks

from watchparty_api import audit
from watchparty_api.accounts.credentials import revoke_everything
from watchparty_api.accounts.deletion import delete_account, keeping_an_admin
from watchparty_api.accounts.factors.change_mail import mail_change
from watchparty_api.accounts.factors.enrolment import reset_factors
from watchparty_api.admin.models import AccountChange, AccountList, AdminAccountView
from watchparty_api.errors import NotFound
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.store.port import Replace, Write
from watchparty_api.store.queries import ACCOUNTS
from watchparty_api.web.caller import AdminOf, ProvenAdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(prefix="/admin/accounts", tags=["admin"])


@router.get("")
def list_accounts(services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None) -> AccountList:
    """Lists all accounts, newest first."""
    page = services.store.query(ACCOUNTS, limit=limit, cursor=cursor)
    return AccountList(items=[AdminAccountView.of(account) for account in page.items], next_cursor=page.cursor)


@router.get("/{account_id}")
def read_account(account_id: str, services: ServicesOf, _: AdminOf) -> AdminAccountView:
    """Returns one account."""
    return AdminAccountView.of(_find(services, account_id))


@router.patch("/{account_id}")
def change_account(
    account_id: str, body: AccountChange, services: ServicesOf, admin: ProvenAdminOf
) -> AdminAccountView:
    """Changes the given fields. A suspension and the loss of the admin role end all of the account's credentials
    immediately."""
    before = _find(services, account_id)
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    # For a quota null means "the default"; for the other fields it means "unchanged".
    changes = {name: value for name, value in changes.items() if value is not None or name == "quota_bytes"}
    after = replace(before, **changes)
    actor, action, writes = admin.account.id, "account.changed", list[Write]([Replace(after)])
    if after.role != "admin" or after.suspended:
        writes += keeping_an_admin(services, before)
    if (after.suspended and not before.suspended) or (before.role == "admin" and after.role != "admin"):
        revoke_everything(services, after.id, beside=writes, actor=actor, action=action, data=changes)
    else:
        audit.commit(services, writes, actor=actor, action=action, target=before.id, data=changes)
    return AdminAccountView.of(after)


@router.delete("/{account_id}", status_code=204)
def remove_account(account_id: str, services: ServicesOf, admin: ProvenAdminOf) -> None:
    """Deletes an account, its rooms and its films."""
    delete_account(services, _find(services, account_id), actor=admin.account.id)


@router.delete("/{account_id}/factors", status_code=204)
def reset_account_factors(account_id: str, services: ServicesOf, admin: ProvenAdminOf, later: BackgroundTasks) -> None:
    """Removes the second factors of someone who has lost theirs: their password alone signs in again."""
    account = _find(services, account_id)
    reset_factors(services, account, actor=admin.account.id)
    if account.second_factor:
        later.add_task(mail_change, services, account, "factors_reset")


def _find(services: Services, account_id: str) -> Account:
    account = services.store.get(Account, account_id)
    if account is None:
        raise NotFound("account_not_found", "Account not found.")
    return account

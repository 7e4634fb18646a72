"""Deletes an account: what it owns, and its traces in the records of others, as `personal_data.py` says for each kind.

The account is marked first and deleted last, and every step can be repeated, so maintenance completes a deletion that
was interrupted. Also deletes expired temporary accounts.
"""

from dataclasses import replace

from watchparty_api import audit
from watchparty_api.accounts.creation import claim_id
from watchparty_api.accounts.credentials import revoke_everything
from watchparty_api.accounts.personal_data import RECORDS
from watchparty_api.errors import Conflict
from watchparty_api.isolation import process_each
from watchparty_api.records import Account, EmailClaim
from watchparty_api.rooms import erasure
from watchparty_api.rooms.erasure import Traces
from watchparty_api.services import Services
from watchparty_api.store.port import Delete, Replace, Write
from watchparty_api.store.queries import ACCOUNTS_BEING_DELETED, ACCOUNTS_BY_ROLE, TEMPORARY_ACCOUNTS


def delete_account(services: Services, account: Account, *, actor: str) -> None:
    """Deletes the account and everything it owns. Raises Conflict for the last admin.

    Raises Unavailable while another service does not answer. The account then stays marked, so that no one can use it,
    and maintenance completes the deletion.
    """
    # First, so that no one uses the account while it is being deleted.
    marked: list[Write] = []
    if not account.deleting:
        marked = [Replace(replace(account, suspended=True, deleting=True)), *keeping_an_admin(services, account)]
    revoke_everything(services, account.id, beside=marked, actor=actor, action="account.credentials_revoked")
    traces = Traces(services, account.id, account.email)
    erasure.announce(traces)
    for entry in RECORDS:
        if entry.erase is not None:
            entry.erase(traces)
    if account.external_id is not None and services.identity_provider is not None:
        # before the account, which has the only record of this id
        services.identity_provider.delete(account.external_id)
    claims = [Delete(EmailClaim, claim_id(services, account.email))] if account.email else []
    audit.commit(
        services, [Delete(Account, account.id), *claims], actor=actor, action="account.deleted", target=account.id
    )
    services.store.erase_remnants()


def complete_deletions(services: Services) -> int:
    """Completes the deletions that were interrupted, and returns how many."""
    interrupted = services.store.query_all(ACCOUNTS_BEING_DELETED, True)
    return process_each(
        interrupted, lambda account: delete_account(services, account, actor="system"), task="complete a deletion"
    )


def keeping_an_admin(services: Services, account: Account) -> list[Write]:
    """What is committed with the write after which `account` is no longer an admin who can act: another admin as read
    now, so that of two admins who remove each other at the same moment one remains.

    Raises Conflict when there is no other.
    """
    if account.role != "admin":
        return []
    for other in services.store.query_all(ACCOUNTS_BY_ROLE, "admin"):
        if other.id != account.id and not other.suspended:
            return [Replace(other)]
    raise Conflict("last_admin", "This is the only admin. Make someone else an admin first.")


def delete_expired_temporary_accounts(services: Services) -> int:
    """Deletes the temporary accounts that have expired, and returns how many."""
    now = services.trusted_clock.now()
    expired = [
        account
        for account in services.store.query_all(TEMPORARY_ACCOUNTS, True)
        if account.expires_at is not None and account.expires_at <= now
    ]
    return process_each(
        expired, lambda account: delete_account(services, account, actor="system"), task="delete an expired account"
    )

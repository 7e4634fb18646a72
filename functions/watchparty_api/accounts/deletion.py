"""Deletes an account: closes its rooms, deletes its films, sessions and tokens, and frees its email address.

Every step can be repeated and the account itself is deleted last, so calling again completes an interrupted deletion.
Also deletes expired temporary accounts.
"""

from watchparty_api import audit
from watchparty_api.accounts.creation import claim_id
from watchparty_api.accounts.credentials import revoke_everything
from watchparty_api.errors import Conflict, Gone
from watchparty_api.isolation import process_each
from watchparty_api.records import Account, EmailClaim, Session
from watchparty_api.rooms.changes import close_room
from watchparty_api.services import Services
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import (
    ACCOUNTS_BY_ROLE,
    OPEN_ROOMS_OF_OWNER,
    SESSIONS_OF_ACCOUNT,
    TEMPORARY_ACCOUNTS,
    WEBHOOKS_OF_ACCOUNT,
)
from watchparty_api.videos.library import delete_video
from watchparty_api.videos.quota import videos_of
from watchparty_api.webhooks.outbox import delete_webhook


def delete_account(services: Services, account: Account, *, actor: str) -> None:
    """Deletes the account and everything it owns. Raises Conflict for the last admin."""
    require_other_admin(services, account)
    store = services.store
    # First, so that no one uses the account while it is being deleted.
    revoke_everything(services, account.id, actor=actor, action="account.credentials_revoked")
    for room in store.query_all(OPEN_ROOMS_OF_OWNER, account.id, None):
        _close(services, room.id)
    for video in videos_of(services, account.id):
        delete_video(services, video.id)
    for revoked in (False, True):
        for session in store.query_all(SESSIONS_OF_ACCOUNT, account.id, revoked):
            store.delete(Session, session.id)
    for webhook in store.query_all(WEBHOOKS_OF_ACCOUNT, account.id):
        delete_webhook(services, webhook, actor=actor)
    claims = [Delete(EmailClaim, claim_id(services, account.email))] if account.email else []
    audit.commit(
        services, [Delete(Account, account.id), *claims], actor=actor, action="account.deleted", target=account.id
    )


def require_other_admin(services: Services, account: Account) -> None:
    """Raises Conflict when no usable admin would remain without this account."""
    admins = services.store.query_all(ACCOUNTS_BY_ROLE, "admin")
    if account.role == "admin" and not any(other.id != account.id and not other.suspended for other in admins):
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


def _close(services: Services, room_id: str) -> None:
    try:
        close_room(services, room_id)
    except Gone:
        return  # closed by another request

"""The data export of one account, as plain JSON without secrets."""

from dataclasses import asdict
from typing import Any

from watchparty_api.accounts.factors.enrolment import factor_of, passkeys_of
from watchparty_api.records import Account, Record
from watchparty_api.services import Services
from watchparty_api.store.queries import (
    API_TOKENS_OF_ACCOUNT,
    ROOMS_OF_OWNER,
    SESSIONS_OF_ACCOUNT,
    WEBHOOKS_OF_ACCOUNT,
)
from watchparty_api.videos.quota import videos_of

_INTERNAL = frozenset({"workspace_id", "version"})


def export_account(services: Services, account: Account) -> dict[str, Any]:
    """The account with its sessions, tokens, second factors, rooms, films and webhooks."""
    store, factor = services.store, factor_of(services, account)
    sessions = [
        session for revoked in (False, True) for session in store.query_all(SESSIONS_OF_ACCOUNT, account.id, revoked)
    ]
    return {
        "account": _plain(account),
        "sessions": [_plain(session) for session in sessions],
        "tokens": [_plain(token) for token in store.query_all(API_TOKENS_OF_ACCOUNT, account.id)],
        "passkeys": [_plain(passkey) for passkey in passkeys_of(services, account)],
        "authenticator": {"confirmed_at": factor.confirmed_at, "recovery_codes_left": len(factor.recovery_hashes)},
        "rooms": [_plain(room) for room in store.query_all(ROOMS_OF_OWNER, account.id)],
        "videos": [_plain(video) for video in videos_of(services, account.id)],
        "webhooks": [_plain(hook) for hook in store.query_all(WEBHOOKS_OF_ACCOUNT, account.id)],
    }


def _plain(record: Record) -> dict[str, Any]:
    """The record's fields, without the hashes of secrets and without the store's own fields."""
    return {name: value for name, value in asdict(record).items() if name not in _INTERNAL and "hash" not in name}

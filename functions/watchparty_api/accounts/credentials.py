"""The credentials of an account, and how they end together with everything that was started with them.

A session and an API token are roots: the rooms that were joined with one, the tokens and connections that followed, and
the invitations that it created end with it. `revoke_everything` ends all roots of an account, its reset links and the
invitations to register that it created, and pauses its webhooks; every event after which no one else may keep access
calls it. Webhooks are paused, not deleted: owners recognise their own in the list and resume them. A sign-in whose
second step is open ends, too. Second factors stay: otherwise a stolen mailbox would be enough to remove them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from watchparty_api import audit
from watchparty_api.errors import Conflict, VersionConflict
from watchparty_api.records import Account, ApiToken, AuthChallenge, OneTimeToken, Session, Webhook
from watchparty_api.rooms.members.removal import end_credentials_in_rooms, exclude_from_rooms
from watchparty_api.services import Services
from watchparty_api.store.port import Delete, Replace, Write
from watchparty_api.store.queries import (
    API_TOKENS_OF_ACCOUNT,
    CHALLENGES_OF_ACCOUNT,
    ONE_TIME_TOKENS_BY_PURPOSE,
    SESSIONS_OF_ACCOUNT,
    WEBHOOKS_OF_ACCOUNT,
)
from watchparty_api.web.caller import api_token_credential, session_credential

_MAX_TRIES = 12


def revoke_everything(
    services: Services,
    account_id: str,
    *,
    beside: Sequence[Write] = (),
    actor: str,
    action: str,
    data: Mapping[str, Any] | None = None,
    keep_session: str | None = None,
    spent: str | None = None,
) -> None:
    """Ends all credentials of the account in one commit with the writes `beside` and their audit entry.

    The session `keep_session` and what it started go on. Without it, the account also leaves its rooms. `spent` is the
    one-time link that `beside` marks as used. Raises what the store raises for `beside`.
    """
    found = partial(_revocations, services, account_id, keep_session=keep_session, spent=spent)
    _retry(
        lambda: audit.commit(services, [*beside, *found()], actor=actor, action=action, target=account_id, data=data)
    )
    _retry(lambda: services.store.commit(found()))  # what began after the first list was read
    if keep_session is None:
        exclude_from_rooms(services, account_id)
    else:
        kept = session_credential(keep_session)
        end_credentials_in_rooms(services, account_id, lambda credential: credential != kept)


def access_unchanged(services: Services, proved: Account) -> bool:
    """Whether the account's credentials and access are as they were when `proved` was read, before the proof.

    A sign-in calls this after it has stored its session. `revoke_everything` either finds that session in its second
    list, or has already changed the account.
    """
    now = services.store.get(Account, proved.id)
    return now is not None and _access(now) == _access(proved)


def _access(account: Account) -> tuple[object, ...]:
    return account.password_hash, account.tokens_valid_from, account.suspended, account.external_id


def end_session(services: Services, session: Session) -> None:
    """Signs one device out, and ends what it started."""
    _mark_revoked(services, session)
    _end_in_rooms(services, session.account_id, session_credential(session.id))


def end_api_token(services: Services, token: ApiToken, *, actor: str) -> None:
    """Deletes an API token, and ends what was started with it."""
    audit.commit(services, [Delete(ApiToken, token.id)], actor=actor, action="token.deleted", target=token.id)
    _end_in_rooms(services, token.account_id, api_token_credential(token.id))


def link_deletions(services: Services, account_id: str, *, keep: str | None = None) -> list[Delete]:
    """The writes that delete the account's reset links, except `keep`, and the invitations to register that it created.

    There are few of either at a time, so reading all of the site's is cheap.
    """
    links = services.store.query_all(ONE_TIME_TOKENS_BY_PURPOSE, "reset")
    invites = services.store.query_all(ONE_TIME_TOKENS_BY_PURPOSE, "account_invite")
    return [
        *(Delete(OneTimeToken, link.id) for link in links if link.account_id == account_id and link.id != keep),
        *(Delete(OneTimeToken, each.id) for each in invites if each.created_by == account_id and not each.used_at),
    ]


def _retry(commit: Callable[[], None]) -> None:
    """Repeats a commit of revocations when another request has changed a session or webhook that it ends."""
    for _ in range(_MAX_TRIES):
        try:
            return commit()
        except VersionConflict as error:
            if error.kind not in (Session.__name__, Webhook.__name__):
                raise
    raise Conflict("changed_meanwhile", "Someone else is changing this account right now. Try again.")


def _end_in_rooms(services: Services, account_id: str, ended: str) -> None:
    end_credentials_in_rooms(services, account_id, lambda credential: credential == ended)


def _mark_revoked(services: Services, session: Session) -> None:
    """Even when another request changes the session at the same moment."""
    while not session.revoked:
        try:
            session = services.store.replace(replace(session, revoked=True))
        except VersionConflict:
            newer = services.store.get(Session, session.id)
            if newer is None:
                return
            session = newer


def _revocations(services: Services, account_id: str, *, keep_session: str | None, spent: str | None) -> list[Write]:
    store = services.store
    sessions = store.query_all(SESSIONS_OF_ACCOUNT, account_id, False)
    tokens = store.query_all(API_TOKENS_OF_ACCOUNT, account_id)
    webhooks = store.query_all(WEBHOOKS_OF_ACCOUNT, account_id)
    challenges = store.query_all(CHALLENGES_OF_ACCOUNT, account_id)
    return [
        *(Replace(replace(session, revoked=True)) for session in sessions if session.id != keep_session),
        *(Delete(ApiToken, token.id) for token in tokens),
        *(Delete(AuthChallenge, each.id) for each in challenges),
        *link_deletions(services, account_id, keep=spent),
        *(Replace(replace(webhook, active=False)) for webhook in webhooks if webhook.active),
    ]

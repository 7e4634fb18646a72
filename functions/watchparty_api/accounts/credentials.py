"""Revokes the credentials of an account besides its password: sessions, API tokens, reset links.

When the owner recovers an account, someone else may still hold such credentials, so all of them are revoked.
"""

from dataclasses import replace

from watchparty_api.errors import VersionConflict
from watchparty_api.records import ApiToken, OneTimeToken, Session
from watchparty_api.services import Services
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import API_TOKENS_OF_ACCOUNT, ONE_TIME_TOKENS_BY_PURPOSE, SESSIONS_OF_ACCOUNT


def revoke_session(services: Services, session: Session) -> None:
    """Ends a session permanently, even when another request changes it at the same moment."""
    while not session.revoked:
        try:
            session = services.store.replace(replace(session, revoked=True))
        except VersionConflict:
            newer = services.store.get(Session, session.id)
            if newer is None:
                return
            session = newer


def revoke_sessions(services: Services, account_id: str, *, keep: str | None = None) -> None:
    """Signs out every device of the account, except the session `keep`."""
    for session in services.store.query_all(SESSIONS_OF_ACCOUNT, account_id, False):
        if session.id != keep:
            revoke_session(services, session)


def api_token_deletions(services: Services, account_id: str) -> list[Delete]:
    """The writes that delete the account's API tokens, to be committed with the change that revokes them."""
    tokens = services.store.query_all(API_TOKENS_OF_ACCOUNT, account_id)
    return [Delete(ApiToken, token.id) for token in tokens]


def reset_link_deletions(services: Services, account_id: str, *, keep: str | None = None) -> list[Delete]:
    """The writes that delete the account's reset links, except the one in use.

    Reset links live for an hour, so reading all of the site's is cheap.
    """
    links = services.store.query_all(ONE_TIME_TOKENS_BY_PURPOSE, "reset")
    return [Delete(OneTimeToken, link.id) for link in links if link.account_id == account_id and link.id != keep]

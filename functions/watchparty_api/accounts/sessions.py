"""Sessions: a device that is signed in, from signing in to signing out.

How its refresh token is replaced and when a used one is still accepted is in `refresh_tokens.py`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fastapi import Request, Response

from watchparty_api import audit
from watchparty_api.accounts import refresh_tokens
from watchparty_api.accounts.credentials import access_unchanged, end_session
from watchparty_api.accounts.models import AccountView, SignedIn
from watchparty_api.errors import Unauthenticated, VersionConflict
from watchparty_api.identity.tokens import ACCESS_LIFE
from watchparty_api.records import Account, Session
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace, Write
from watchparty_api.web.caller import hash_secret


def sign_in(
    services: Services,
    request: Request,
    response: Response,
    account: Account,
    *,
    beside: Sequence[Write] = (),
    second_factor: bool = False,
    by: str | None = None,
) -> SignedIn:
    """Opens a session on the calling device: sets the refresh cookie and returns the access token.

    Commits the writes `beside` with it. `by` names the second factor in the audit log. `account` was read before the
    proof: raises Unauthenticated if its access was revoked since. Raises what the store raises.
    """
    now, secret = services.now(), secrets.token_urlsafe(32)
    session = Session(
        id=secrets.token_urlsafe(16),
        created_at=now,
        account_id=account.id,
        current_hash=hash_secret(secret),
        expires_at=refresh_tokens.session_end(account, now),
        user_agent=request.headers.get("user-agent", "")[:200],
        last_used_at=now,
        proved_at=now,
        second_factor=second_factor,
    )
    audit.commit(
        services,
        [Create(session), *beside],
        actor=account.id,
        action="account.signed_in",
        target=account.id,
        data={"by": by} if by else None,
    )
    if not access_unchanged(services, account):
        end_session(services, session)
        raise Unauthenticated("signed_out", "You’ve been signed out. Sign in again.")
    return _answer(services, request, response, account, session, secret)


def mark_proved(services: Services, session_id: str, *, second_factor: bool) -> datetime:
    """Notes that the session's user has just proved who they are; returns the time. Raises Unauthenticated if it ended.

    Repeated when another request changes the session at the same moment: a refresh of its token must not undo it.
    """
    now = services.now()
    while True:
        session = services.store.get(Session, session_id)
        if session is None or session.revoked:
            raise Unauthenticated("signed_out", "You’ve been signed out. Sign in again.")
        proved = replace(session, proved_at=now, second_factor=second_factor)
        try:
            audit.commit(
                services,
                [Replace(proved)],
                actor=session.account_id,
                action="account.proved",
                target=session.account_id,
            )
            return now
        except VersionConflict:
            continue


def refresh(services: Services, request: Request, response: Response) -> SignedIn:
    """Replaces the cookie's refresh token by its successor and returns a new access token. Raises Unauthenticated."""
    account, session, secret = refresh_tokens.rotate(services, request)
    return _answer(services, request, response, account, session, secret)


def sign_out(services: Services, request: Request, response: Response) -> None:
    """Ends the cookie's session and what it started; does nothing when there is no session."""
    session, secret = refresh_tokens.presented_session(services, request)
    if session is not None and refresh_tokens.matches(secret, session.current_hash, session.previous_hash):
        end_session(services, session)
    refresh_tokens.delete_cookie(request, response)


def _answer(
    services: Services, request: Request, response: Response, account: Account, session: Session, secret: str
) -> SignedIn:
    now = services.now()
    refresh_tokens.set_cookie(request, response, session, secret, now)
    response.headers["Cache-Control"] = "no-store"
    return SignedIn(
        access_token=services.tokens.access_token(account, session.id, now),
        expires_in=int(ACCESS_LIFE.total_seconds()),
        account=AccountView.of(account),
    )

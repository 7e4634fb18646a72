"""Sessions: a device that is signed in, as a chain of refresh tokens of which only the last one counts.

A refresh token is `{session id}.{secret}`. Each use replaces it by its successor, which our keyed hash derives from it:
so a second use within 30 seconds (two tabs, a lost answer) gets the very same successor, although only hashes are kept.
Whoever comes later with an old one holds a copy, and the whole session ends.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request, Response

from watchparty_api.accounts.models import AccountView, SignedIn
from watchparty_api.errors import Unauthenticated, VersionConflict
from watchparty_api.identity.tokens import ACCESS_LIFE
from watchparty_api.records import Account, Session
from watchparty_api.services import Services
from watchparty_api.store.queries import SESSIONS_OF_ACCOUNT
from watchparty_api.web.caller import hash_secret, refuse_unusable
from watchparty_api.web.site import is_https

SESSION_LIFE = timedelta(days=30)
_GRACE = timedelta(seconds=30)
_COOKIE, _COOKIE_PATH = "wp_refresh", "/api/v1/auth"


def sign_in(services: Services, request: Request, response: Response, account: Account) -> SignedIn:
    """Opens a session on the device that asks: the refresh cookie and the answer with the access token."""
    now, secret = services.now(), secrets.token_urlsafe(32)
    session = Session(
        id=secrets.token_urlsafe(16),
        created_at=now,
        account_id=account.id,
        current_hash=hash_secret(secret),
        expires_at=_end(account, now),
        user_agent=request.headers.get("user-agent", "")[:200],
        last_used_at=now,
    )
    services.store.create(session)
    return _answer(services, request, response, account, session, secret)


def refresh(services: Services, request: Request, response: Response) -> SignedIn:
    """The successor of the cookie's token, and a new access token. Raises Unauthenticated."""
    now = services.now()
    session, secret = _presented(services, request)
    if session is None or session.revoked or session.expires_at <= now:
        raise Unauthenticated("signed_out", "You’re not signed in.")
    account = services.store.get(Account, session.account_id)
    if account is None:
        raise Unauthenticated("account_gone", "This account no longer exists.")
    refuse_unusable(account, now)
    successor = services.keyed_hash.of("refresh", f"{session.id}.{secret}")
    try:
        session = _rotated(services, session, account, secret, successor, now)
    except VersionConflict:  # the other tab was faster: to it we are the repetition
        session, _ = _presented(services, request)
        if session is None or session.revoked or session.current_hash != hash_secret(successor):
            raise Unauthenticated("signed_out", "You’re not signed in.") from None
    return _answer(services, request, response, account, session, successor)


def sign_out(services: Services, request: Request, response: Response) -> None:
    """Ends the cookie's session, its access tokens with it; content when there is none."""
    session, secret = _presented(services, request)
    if session is not None and _matches(secret, session.current_hash, session.previous_hash):
        revoke(services, session)
    response.delete_cookie(_COOKIE, path=_COOKIE_PATH, secure=is_https(request), httponly=True, samesite="strict")


def revoke(services: Services, session: Session) -> None:
    """Ends a session for good, whatever else happens to it at the same moment."""
    while not session.revoked:
        try:
            session = services.store.replace(replace(session, revoked=True))
        except VersionConflict:
            newer = services.store.get(Session, session.id)
            if newer is None:
                return
            session = newer


def revoke_all(services: Services, account_id: str, *, but: str | None = None) -> None:
    """Signs every device of the account out, except the session `but`."""
    for session in services.store.query_all(SESSIONS_OF_ACCOUNT, account_id, False):
        if session.id != but:
            revoke(services, session)


def _rotated(
    services: Services, session: Session, account: Account, secret: str, successor: str, now: datetime
) -> Session:
    if _matches(secret, session.current_hash):
        following = replace(
            session,
            current_hash=hash_secret(successor),
            previous_hash=session.current_hash,
            rotated_at=now,
            last_used_at=now,
            expires_at=_end(account, now),
        )
        return services.store.replace(following)
    recent = session.rotated_at is not None and now - session.rotated_at <= _GRACE
    if recent and _matches(secret, session.previous_hash):
        return session
    revoke(services, session)
    raise Unauthenticated("token_reused", "For your security, you’ve been signed out. Sign in again.")


def _presented(services: Services, request: Request) -> tuple[Session | None, str]:
    id_, _, secret = request.cookies.get(_COOKIE, "").partition(".")
    return (services.store.get(Session, id_) if id_ else None), secret


def _matches(secret: str, *hashes: str | None) -> bool:
    presented = hash_secret(secret)
    return any(kept is not None and hmac.compare_digest(presented, kept) for kept in hashes)


def _end(account: Account, now: datetime) -> datetime:
    end = now + SESSION_LIFE
    return min(end, account.expires_at) if account.expires_at else end


def _answer(
    services: Services, request: Request, response: Response, account: Account, session: Session, secret: str
) -> SignedIn:
    now = services.now()
    response.set_cookie(
        _COOKIE,
        f"{session.id}.{secret}",
        max_age=int((session.expires_at - now).total_seconds()),
        path=_COOKIE_PATH,
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return SignedIn(
        access_token=services.tokens.access_token(account, session.id, now),
        expires_in=int(ACCESS_LIFE.total_seconds()),
        account=AccountView.of(account),
    )

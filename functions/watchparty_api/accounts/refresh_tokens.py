"""Refresh tokens: a family per signed-in device, of which only the newest token is valid.

A refresh token is `{session id}.{secret}`. Each use replaces it by its successor, which our keyed hash derives from it:
a second use within the grace of 30 seconds (two tabs, a lost answer) returns the same successor, although only hashes
are stored. A later use of an old token means that someone holds a copy, so the whole session is revoked.
"""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request, Response

from watchparty_api.accounts.credentials import end_session
from watchparty_api.errors import Unauthenticated, VersionConflict
from watchparty_api.records import Account, Session
from watchparty_api.services import Services
from watchparty_api.web.caller import hash_secret, require_usable
from watchparty_api.web.site import is_https

SESSION_LIFE = timedelta(days=30)
_GRACE = timedelta(seconds=30)
_COOKIE, _COOKIE_PATH = "wp_refresh", "/api/v1/auth"


def rotate(services: Services, request: Request) -> tuple[Account, Session, str]:
    """Replaces the cookie's refresh token; returns its account, its session and the successor's secret.

    Raises Unauthenticated.
    """
    now = services.now()
    session, secret = presented_session(services, request)
    if session is None or session.revoked or session.expires_at <= now:
        raise Unauthenticated("signed_out", "You’re not signed in.")
    account = services.store.get(Account, session.account_id)
    if account is None:
        raise Unauthenticated("account_gone", "This account no longer exists.")
    require_usable(account, now)
    successor = services.keyed_hash.of("refresh", f"{session.id}.{secret}")
    try:
        session = _rotated(services, session, account, secret, successor, now)
    except VersionConflict:  # another tab was faster, so this is the repeated use
        session, _ = presented_session(services, request)
        if session is None or session.revoked or session.current_hash != hash_secret(successor):
            raise Unauthenticated("signed_out", "You’re not signed in.") from None
    return account, session, successor


def _rotated(
    services: Services, session: Session, account: Account, secret: str, successor: str, now: datetime
) -> Session:
    if matches(secret, session.current_hash):
        following = replace(
            session,
            current_hash=hash_secret(successor),
            previous_hash=session.current_hash,
            rotated_at=now,
            last_used_at=now,
            expires_at=session_end(account, now),
        )
        return services.store.replace(following)
    recent = session.rotated_at is not None and now - session.rotated_at <= _GRACE
    if recent and matches(secret, session.previous_hash):
        return session
    end_session(services, session)
    raise Unauthenticated("token_reused", "For your security, you’ve been signed out. Sign in again.")


def presented_session(services: Services, request: Request) -> tuple[Session | None, str]:
    """The session that the cookie names, None without one, and the secret that the cookie shows."""
    id_, _, secret = request.cookies.get(_COOKIE, "").partition(".")
    return (services.store.get(Session, id_) if id_ else None), secret


def matches(secret: str, *hashes: str | None) -> bool:
    """Whether `secret` is the one behind any of the stored hashes."""
    presented = hash_secret(secret)
    return any(stored is not None and hmac.compare_digest(presented, stored) for stored in hashes)


def session_end(account: Account, now: datetime) -> datetime:
    """When a session that is used now expires; it never outlives a temporary account."""
    end = now + SESSION_LIFE
    return min(end, account.expires_at) if account.expires_at else end


def set_cookie(request: Request, response: Response, session: Session, secret: str, now: datetime) -> None:
    """Puts the refresh token into the browser, where no script can read it."""
    response.set_cookie(
        _COOKIE,
        f"{session.id}.{secret}",
        max_age=int((session.expires_at - now).total_seconds()),
        path=_COOKIE_PATH,
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )


def delete_cookie(request: Request, response: Response) -> None:
    """Takes the refresh token out of the browser."""
    response.delete_cookie(_COOKIE, path=_COOKIE_PATH, secure=is_https(request), httponly=True, samesite="strict")

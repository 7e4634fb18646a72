"""The caller of a request, by its bearer token: anonymous, an account, or a participant of a room.

The token is an access token, an API token (`wp_…`) or a join token. Account, session and role are read from the store,
so that a suspension, a sign-out or a new role takes effect immediately. What a participant may do in a room is decided
there, from the membership. Route handlers use `CallerOf`, `AccountOf`, `AdminOf`, and `ProvenAccountOf` or
`ProvenAdminOf` for what needs a fresh proof.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from watchparty_api.errors import Forbidden, Unauthenticated
from watchparty_api.identity.scopes import allows
from watchparty_api.identity.tokens import token_type
from watchparty_api.records import Account, ApiToken, Session
from watchparty_api.services import Services
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.proof import require_admin_factor, require_proof


@dataclass(frozen=True)
class Anonymous:
    """No credentials were sent."""


@dataclass(frozen=True)
class AccountCaller:
    """An account. `scopes` None: signed in; otherwise an API token, which is limited to them.

    `credential` names the session or API token; what the caller starts with it ends with it.
    """

    account: Account
    credential: str
    scopes: frozenset[str] | None = None
    session: Session | None = None

    @property
    def session_id(self) -> str | None:
        return self.session.id if self.session else None


@dataclass(frozen=True)
class ParticipantCaller:
    """The bearer of a join token: a member of one room, or a visitor who waits for it.

    `credential` is the one with which an account joined; None for guests.
    """

    room_id: str
    participant_id: str
    credential: str | None = None
    issued_at_s: float = 0.0


Caller = Anonymous | AccountCaller | ParticipantCaller


def hash_secret(secret: str) -> str:
    """The stored form of a random secret of ours. Never for passwords: this hash is fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def session_credential(session_id: str) -> str:
    """The name of a session as a credential. Contains no secret."""
    return f"session.{session_id}"


def api_token_credential(token_id: str) -> str:
    """The name of an API token as a credential. Contains no secret."""
    return f"token.{token_id}"


def require_live_credential(
    services: Services, account: Account, credential: str | None, *, issued_at_s: float
) -> Session | None:
    """Raises Unauthenticated unless the account's session or API token still holds; returns the session.

    `issued_at_s` is when the token was issued that names it. A join token from before tokens named their credential
    has None, and holds until it expires.
    """
    since = account.tokens_valid_from
    kind, _, id_ = (credential or "").partition(".")
    session = None
    if since is not None and issued_at_s < since.timestamp():
        held = False
    elif kind == "session":
        session = services.store.get(Session, id_)
        held = session is not None and not session.revoked and session.account_id == account.id
    elif kind == "token":
        token = services.store.get(ApiToken, id_)
        expired = token is not None and token.expires_at is not None and token.expires_at <= services.now()
        held = token is not None and not expired and token.account_id == account.id
    else:
        held = credential is None
    if not held:
        raise Unauthenticated("signed_out", "You’ve been signed out. Sign in again.")
    return session


def caller_of(request: Request, services: ServicesOf) -> Caller:
    """Determines the caller. An invalid bearer token is refused, never treated as anonymous."""
    header = request.headers.get("authorization")
    if header is None:
        return Anonymous()
    scheme, _, bearer = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("bad_token", "Send a bearer token.")
    now = services.now()
    if bearer.startswith("wp_"):
        caller = _by_api_token(services, bearer, now)
        if not allows(caller.scopes or frozenset(), request.method, request.url.path):
            raise Forbidden("missing_scope", "This API token doesn’t have the permission for this.")
        return caller
    if token_type(bearer) == "join+jwt":
        claims = services.tokens.verify_join(bearer, now)
        return ParticipantCaller(
            room_id=str(claims.get("room")),
            participant_id=claims["sub"],
            credential=claims.get("cred"),
            issued_at_s=claims["iat"],
        )
    return _by_access_token(services, bearer, now)


def _by_access_token(services: Services, token: str, now: datetime) -> AccountCaller:
    claims = services.tokens.verify_access(token, now)
    account = _usable_account(services, claims.account_id, now)
    credential = session_credential(claims.session_id)
    session = require_live_credential(services, account, credential, issued_at_s=claims.issued_at_s)
    return AccountCaller(account, credential, session=session)


def _by_api_token(services: Services, bearer: str, now: datetime) -> AccountCaller:
    id_, _, secret = bearer.removeprefix("wp_").partition("_")
    token = services.store.get(ApiToken, id_) if id_ else None
    if token is None or not hmac.compare_digest(token.secret_hash, hash_secret(secret)):
        raise Unauthenticated("bad_token", "This API token isn’t valid.")
    if token.expires_at is not None and token.expires_at <= now:
        raise Unauthenticated("token_expired", "This API token has expired.")
    account = _usable_account(services, token.account_id, now)
    return AccountCaller(account, api_token_credential(token.id), scopes=frozenset(token.scopes))


def _usable_account(services: Services, account_id: str, now: datetime) -> Account:
    account = services.store.get(Account, account_id)
    if account is None:
        raise Unauthenticated("account_gone", "This account no longer exists.")
    require_usable(account, now)
    return account


def require_usable(account: Account, now: datetime) -> None:
    """Raises when the account is suspended, or temporary and expired."""
    if account.suspended:
        raise Forbidden("suspended", "This account is suspended. Ask the admin.")
    if account.expires_at is not None and account.expires_at <= now:
        raise Unauthenticated("account_expired", "This temporary account has expired.")


CallerOf = Annotated[Caller, Depends(caller_of)]


def account_of(caller: CallerOf) -> AccountCaller:
    """The calling account. Raises Unauthenticated for other callers."""
    if not isinstance(caller, AccountCaller):
        raise Unauthenticated("sign_in", "Sign in first.")
    return caller


AccountOf = Annotated[AccountCaller, Depends(account_of)]


def admin_of(caller: AccountOf, services: ServicesOf) -> AccountCaller:
    """The calling admin."""
    if caller.account.role != "admin":
        raise Forbidden("admins_only", "Only admins can do this.")
    require_admin_factor(services, caller.account, caller.session)
    return caller


AdminOf = Annotated[AccountCaller, Depends(admin_of)]


def proven_admin_of(caller: AdminOf, services: ServicesOf) -> AccountCaller:
    """The calling admin, who has proved who they are within the last ten minutes. For destructive acts."""
    require_proof(services, caller.account, caller.session)
    return caller


ProvenAdminOf = Annotated[AccountCaller, Depends(proven_admin_of)]


def session_of(caller: AccountOf) -> Session:
    """The session of the calling account. Raises Forbidden for an API token."""
    if caller.session is None:
        raise Forbidden("session_needed", "API tokens can’t do this. Sign in.")
    return caller.session


SessionOf = Annotated[Session, Depends(session_of)]


def proven_account_of(caller: AccountOf, session: SessionOf, services: ServicesOf) -> Account:
    """The calling account, whose user has proved who they are within the last ten minutes."""
    require_proof(services, caller.account, session)
    return caller.account


ProvenAccountOf = Annotated[Account, Depends(proven_account_of)]

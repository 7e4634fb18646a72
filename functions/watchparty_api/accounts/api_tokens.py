"""Personal API tokens: `wp_{id}_{secret}` with scopes; the secret is shown once."""

import secrets

from fastapi import APIRouter, Response

from watchparty_api import audit
from watchparty_api.accounts.credentials import end_api_token
from watchparty_api.accounts.models import NewToken, TokenList, TokenStart, TokenView
from watchparty_api.errors import Conflict, Forbidden, Invalid, NotFound
from watchparty_api.records import ApiToken
from watchparty_api.store.port import Create
from watchparty_api.store.queries import API_TOKENS_OF_ACCOUNT
from watchparty_api.web.caller import AccountOf, hash_secret
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.web.proof import require_admin_factor, require_proof

router = APIRouter(prefix="/auth/me/tokens", tags=["accounts"])

_MAX_TOKENS = 50


@router.get("")
def list_tokens(services: ServicesOf, caller: AccountOf, limit: PageLimit = 50, cursor: PageCursor = None) -> TokenList:
    """Lists the account's tokens, without their secrets."""
    page = services.store.query(API_TOKENS_OF_ACCOUNT, caller.account.id, limit=limit, cursor=cursor)
    return TokenList(items=[TokenView.of(token) for token in page.items], next_cursor=page.cursor)


@router.post("", status_code=201)
def make_token(body: TokenStart, services: ServicesOf, caller: AccountOf, response: Response) -> NewToken:
    """Creates a token. Only this answer contains its secret."""
    if caller.account.temporary:
        raise Forbidden("temporary", "Create an account first: temporary accounts can’t have API tokens.")
    if caller.account.role != "admin" and any(scope.startswith("admin:") for scope in body.scopes):
        raise Forbidden("admins_only", "Only admins can give a token the admin scope.")
    if any(scope.startswith("admin:") for scope in body.scopes):
        require_admin_factor(services, caller.account, caller.session)
        require_proof(services, caller.account, caller.session)
    if body.expires_at is not None and (body.expires_at.tzinfo is None or body.expires_at <= services.now()):
        raise Invalid("bad_expiry", "A token’s expiry must be in the future and include a time zone.")
    if services.store.count(API_TOKENS_OF_ACCOUNT, caller.account.id) >= _MAX_TOKENS:
        raise Conflict("too_many_tokens", f"An account can have up to {_MAX_TOKENS} API tokens. Delete one first.")
    id_, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    token = ApiToken(
        id=id_,
        created_at=services.now(),
        account_id=caller.account.id,
        name=body.name,
        secret_hash=hash_secret(secret),
        scopes=tuple(body.scopes),
        expires_at=body.expires_at,
    )
    audit.commit(services, [Create(token)], actor=caller.account.id, action="token.created", target=id_)
    response.headers["Cache-Control"] = "no-store"
    return NewToken(**TokenView.of(token).model_dump(), token=f"wp_{id_}_{secret}")


@router.delete("/{token_id}", status_code=204)
def delete_token(token_id: str, services: ServicesOf, caller: AccountOf) -> None:
    """Deletes the token, which is refused from then on, and ends what was started with it."""
    token = services.store.get(ApiToken, token_id)
    if token is None or token.account_id != caller.account.id:
        raise NotFound("token_not_found", "Token not found.")
    end_api_token(services, token, actor=caller.account.id)

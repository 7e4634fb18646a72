"""What opens an account beside its password: sessions, API tokens, reset links.

Whoever proves that an account is theirs may not be the only one who holds some; so they go together.
"""

from __future__ import annotations

from watchparty_api.records import ApiToken
from watchparty_api.services import Services
from watchparty_api.store.paging import every
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import API_TOKENS_OF_ACCOUNT


def void_api_tokens(services: Services, account_id: str) -> list[Delete]:
    """The writes after which no API token opens the account; they go into the commit of what voids them."""
    tokens = every(services.store, services.workspace_id, API_TOKENS_OF_ACCOUNT, account_id)
    return [Delete(ApiToken, token.id) for token in tokens]

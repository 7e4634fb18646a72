"""What opens an account beside its password: sessions, API tokens, reset links.

Whoever proves that an account is theirs may not be the only one who holds some; so they go together.
"""

from __future__ import annotations

from watchparty_api.records import ApiToken, OneTimeToken
from watchparty_api.services import Services
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import API_TOKENS_OF_ACCOUNT, ONE_TIME_TOKENS_BY_PURPOSE


def void_api_tokens(services: Services, account_id: str) -> list[Delete]:
    """The writes after which no API token opens the account; they go into the commit of what voids them."""
    tokens = services.store.query_all(API_TOKENS_OF_ACCOUNT, account_id)
    return [Delete(ApiToken, token.id) for token in tokens]


def void_reset_links(services: Services, account_id: str, *, but: str | None = None) -> list[Delete]:
    """The same for links that set a new password, except the one that is being used. They live an hour, so the site
    has few.
    """
    links = services.store.query_all(ONE_TIME_TOKENS_BY_PURPOSE, "reset")
    return [Delete(OneTimeToken, link.id) for link in links if link.account_id == account_id and link.id != but]

"""The calls of the site's own accounts: they are not there where an identity provider signs people in.

Otherwise somebody could register another person's address here before its owner comes through the provider.
"""

from __future__ import annotations

from typing import Any

from fastapi import Depends

from watchparty_api.errors import NotFound
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.openapi import REFUSAL


def _local_accounts(services: ServicesOf) -> None:
    if services.outside is not None:
        raise NotFound("outside_accounts", "This site uses an identity provider. Sign in there.")


LOCAL_ACCOUNTS_ONLY: dict[str, Any] = {
    "dependencies": [Depends(_local_accounts)],
    "responses": {404: {**REFUSAL, "description": "Accounts here are an identity provider's (`outside_accounts`)"}},
}
"""Arguments of such a route."""

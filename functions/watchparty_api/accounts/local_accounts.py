"""The calls of the site's own accounts: they are not there where an identity provider signs people in.

Otherwise somebody could register another person's address here before its owner comes through the provider.

`password_fits` counts failures per pair of account and address, so that a stranger who guesses cannot lock the owner
out, and per address alone, so that no one tries one password on every account.
"""

from typing import Any

from fastapi import Depends, Request

from watchparty_api.errors import NotFound, TooMany
from watchparty_api.identity.passwords import verify_password
from watchparty_api.rate_limits.limits import address_key
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.openapi import REFUSAL
from watchparty_api.web.site import client_address


def _local_accounts(services: ServicesOf) -> None:
    if services.identity_provider is not None:
        raise NotFound("outside_accounts", "This site uses an identity provider. Sign in there.")


LOCAL_ACCOUNTS_ONLY: dict[str, Any] = {
    "dependencies": [Depends(_local_accounts)],
    "responses": {404: {**REFUSAL, "description": "Accounts here are an identity provider's (`outside_accounts`)"}},
}
"""Arguments of such a route."""


def password_matches(services: Services, request: Request, who: str, account: Account | None, password: str) -> bool:
    """Checks the password of `account`, for somebody known as `who`. Raises TooMany after too many failures."""
    address = address_key(client_address(request))
    counted = services.keyed_hash.of("password failures", who)
    services.limiter.check("login_failure", counted, address)
    services.limiter.check("login_failure_address", address)
    if verify_password(account.password_hash if account else None, password):
        return True
    try:
        services.limiter.hit("login_failure", counted, address)
        services.limiter.hit("login_failure_address", address)
    except TooMany:
        return False  # counted; the next attempt hears of it from `check`
    return False

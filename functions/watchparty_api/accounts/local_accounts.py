"""What applies to the site's own accounts only: the guard of their routes, and the password check.

Where an identity provider signs people in, these routes answer 404. Otherwise someone could register another person's
email address before its owner signs in through the provider.

The password check counts attempts per pair of account and network address, so that guessing cannot lock the owner out,
and per network address alone, so that trying one password on every account is slowed, too.
"""

from typing import Any

from fastapi import Depends, Request

from watchparty_api.addresses import address_key
from watchparty_api.errors import NotFound
from watchparty_api.identity.passwords import verify_password
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
    "responses": {
        404: {**REFUSAL, "description": "This site's accounts are an identity provider's (`outside_accounts`)"}
    },
}
"""The route arguments that apply the guard."""


def password_matches(
    services: Services, request: Request, subject: str, account: Account | None, password: str
) -> bool:
    """Whether the password is the account's. Raises TooMany after too many failures for `subject` from this address.

    The attempt is counted before the password is checked: otherwise attempts in parallel would all be checked before
    the first of them counts. A success is forgotten for `subject`, but not for the address, where a guesser's own
    account would otherwise hide their failures.
    """
    address = address_key(client_address(request))
    counted = services.keyed_hash.of("password failures", subject)
    services.limiter.hit("login_failure", counted, address)
    services.limiter.hit("login_failure_address", address)
    if not verify_password(account.password_hash if account else None, password):
        return False
    services.limiter.forget("login_failure", counted, address)
    return True

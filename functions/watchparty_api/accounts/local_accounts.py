"""What applies to the site's own accounts only: the guard of their routes, and the password check.

Where an identity provider signs people in, these routes answer 404. Otherwise someone could register another person's
email address before its owner signs in through the provider.
"""

from typing import Any

from fastapi import Depends, Request

from watchparty_api.accounts.guesses import count_guess, forget_guesses
from watchparty_api.errors import NotFound
from watchparty_api.identity.passwords import verify_password
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.openapi import REFUSAL


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

    A success forgets the failures, except for an account with a second factor: its codes count with its passwords, and
    someone who has the password could otherwise try any number of codes.
    """
    count_guess(services, request, subject)
    if not verify_password(account.password_hash if account else None, password):
        return False
    if account is not None and not account.second_factor:
        forget_guesses(services, request, subject)
    return True

"""Whether a password fits, with failures counted: slowed at first, then refused for a while.

Failures count for the pair of account and address, so that a stranger who guesses cannot lock the owner out, and for
the address alone, so that nobody tries one password on every account.
"""

from __future__ import annotations

from fastapi import Request

from watchparty_api.errors import TooMany
from watchparty_api.identity.passwords import verify_password
from watchparty_api.rate_limits.limits import address_key
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.web.site import client_address


def password_fits(services: Services, request: Request, who: str, account: Account | None, password: str) -> bool:
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

"""Counts attempts to guess a secret of an account: passwords, codes of authenticator apps and recovery codes.

Attempts count per pair of account and network address, so that guessing cannot lock the owner out, and per network
address alone, so that trying one password on every account is slowed, too. An attempt counts before it is checked:
otherwise attempts in parallel would all be checked before the first of them counts.
"""

from fastapi import Request

from watchparty_api.addresses import address_key
from watchparty_api.services import Services
from watchparty_api.web.site import client_address


def count_guess(services: Services, request: Request, subject: str) -> None:
    """Counts an attempt for `subject`, an account's id or an unknown email address. Raises TooMany."""
    address = address_key(client_address(request))
    services.limiter.hit("login_failure", _counted(services, subject), address)
    services.limiter.hit("login_failure_address", address)


def count_code_guess(services: Services, account_id: str) -> None:
    """Counts a code for the account from any address: there are only a million codes. Raises TooMany."""
    services.limiter.hit("code_failure", _counted(services, account_id))


def forget_guesses(services: Services, request: Request, subject: str) -> None:
    """After a success: forgets the attempts for `subject` from this address, but not those of the address, where a
    guesser's own account would otherwise hide their failures."""
    services.limiter.forget("login_failure", _counted(services, subject), address_key(client_address(request)))


def forget_code_guesses(services: Services, account_id: str) -> None:
    services.limiter.forget("code_failure", _counted(services, account_id))


def _counted(services: Services, subject: str) -> str:
    return services.keyed_hash.of("password failures", subject)

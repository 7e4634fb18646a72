"""How recently the user of a session proved who they are, and what counts as a proof (step-up).

Signing in is a proof. Destructive acts need one that is younger than `PROOF_LIFE`, and admins a second factor where the
site's settings say so. The routes that accept a proof are in `accounts/step_up.py`.
"""

from datetime import datetime, timedelta
from typing import Literal

from watchparty_api.errors import Forbidden
from watchparty_api.records import Account, SecondFactor, Session
from watchparty_api.services import Services
from watchparty_api.store.queries import PASSKEYS_OF_ACCOUNT

PROOF_LIFE = timedelta(minutes=10)
"""How long a proof allows destructive acts."""

Method = Literal["passkey", "code", "recovery_code", "password", "id_token"]
"""What can be sent as a proof; the first of a list is the one to offer."""


def methods_of(services: Services, account: Account) -> list[Method]:
    """The proofs that the account can give. With a second factor, neither password nor ID token is one."""
    if account.second_factor:
        found: list[Method] = ["passkey"] if services.store.count(PASSKEYS_OF_ACCOUNT, account.id) else []
        factor = services.store.get(SecondFactor, account.id)
        if factor is not None and factor.confirmed_at is not None:
            found.append("code")
        return [*found, "recovery_code"] if factor is not None and factor.recovery_hashes else found
    if services.identity_provider is not None:
        return ["id_token"] if account.external_id is not None else []
    return ["password"] if account.password_hash is not None else []


def is_proven(account: Account, session: Session, now: datetime) -> bool:
    """Whether the session's last proof allows destructive acts. Temporary accounts have nothing to prove."""
    if account.temporary:
        return True
    fresh = session.proved_at is not None and now - session.proved_at < PROOF_LIFE
    return fresh and (session.second_factor or not account.second_factor)


def require_proof(services: Services, account: Account, session: Session | None) -> None:
    """Raises Forbidden without a fresh proof.

    `session` is None for an API token: it cannot prove anything, and creating one that can act as an admin needs a
    proof itself.
    """
    if session is not None and not is_proven(account, session, services.now()):
        raise _step_up_needed(services, account)


def require_admin_factor(services: Services, account: Account, session: Session | None) -> None:
    """Raises Forbidden for an admin without a second factor, where the site's settings require one."""
    if not services.settings().admin_second_factor:
        return
    if not account.second_factor:
        raise Forbidden(
            "second_factor_required",
            "This site requires a second factor of admins. Add one under Account, Sign-in and security.",
        )
    if session is not None and not session.second_factor:
        raise _step_up_needed(services, account)


def _step_up_needed(services: Services, account: Account) -> Forbidden:
    methods = methods_of(services, account)
    return Forbidden("step_up_needed", "Confirm that it’s you first.", extra={"methods": methods})

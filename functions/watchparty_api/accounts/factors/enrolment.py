"""Adds and removes second factors. `Account.second_factor` is written with each change, in the same commit.

With an account's first second factor come its recovery codes; with the last one they go. The account's version makes
changes exclude each other, so that the mark is always true.
"""

from collections.abc import Sequence
from dataclasses import replace

from watchparty_api import audit
from watchparty_api.accounts.factors import authenticator_app
from watchparty_api.accounts.factors.passkeys import NewCredential
from watchparty_api.accounts.factors.recovery_codes import code_hash, new_codes
from watchparty_api.errors import AlreadyExists, Conflict
from watchparty_api.records import Account, AuthChallenge, Passkey, SecondFactor
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Delete, Replace, Write
from watchparty_api.store.queries import CHALLENGES_OF_ACCOUNT, PASSKEYS_OF_ACCOUNT
from watchparty_api.web.caller import hash_secret

MAX_PASSKEYS = 20


def passkeys_of(services: Services, account: Account) -> list[Passkey]:
    """The account's passkeys, oldest first."""
    return list(services.store.query_all(PASSKEYS_OF_ACCOUNT, account.id))


def factor_of(services: Services, account: Account) -> SecondFactor:
    """The account's authenticator app and recovery codes; version 0 if it has never had any."""
    return services.store.get(SecondFactor, account.id) or SecondFactor(id=account.id, created_at=services.now())


def add_passkey(
    services: Services, account: Account, *, name: str, credential: NewCredential, transports: Sequence[str]
) -> tuple[Passkey, list[str] | None]:
    """Stores a verified passkey; returns it, and the recovery codes if it is the first second factor.

    Raises Conflict if an account has it already, or if this one has `MAX_PASSKEYS`.
    """
    if len(passkeys_of(services, account)) >= MAX_PASSKEYS:
        raise Conflict("too_many_passkeys", f"An account can have up to {MAX_PASSKEYS} passkeys. Remove one first.")
    passkey = Passkey(
        id=hash_secret(credential.credential_id),
        created_at=services.now(),
        account_id=account.id,
        name=name,
        credential_id=credential.credential_id,
        public_key=credential.public_key,
        sign_count=credential.sign_count,
        transports=tuple(transports),
        backed_up=credential.backed_up,
    )
    factor, codes = _with_codes(services, account, factor_of(services, account))
    writes: list[Write] = [Create(passkey), Replace(replace(account, second_factor=True))]
    if codes is not None:
        writes.append(_write(factor))
    try:
        audit.commit(services, writes, actor=account.id, action="passkey.added", target=passkey.id)
    except AlreadyExists as error:
        if error.kind == Passkey.__name__:
            raise Conflict("passkey_known", "This passkey is already registered.") from error
        raise
    return passkey, codes


def remove_passkey(services: Services, account: Account, passkey: Passkey) -> None:
    """Raises Conflict if the site requires the account to keep it."""
    others = [each for each in passkeys_of(services, account) if each.id != passkey.id]
    factor = factor_of(services, account)
    writes = _removal(services, account, others, factor)
    audit.commit(
        services,
        [Delete(Passkey, passkey.id), *writes],
        actor=account.id,
        action="passkey.removed",
        target=passkey.id,
    )


def start_authenticator(services: Services, account: Account) -> str:
    """Stores the secret of a new app, which counts when it has shown a code; returns it. Raises Conflict."""
    factor = factor_of(services, account)
    if factor.confirmed_at is not None:
        raise Conflict("authenticator_exists", "Your account already has an authenticator app. Remove it first.")
    secret = authenticator_app.new_secret()
    sealed = authenticator_app.seal(services.keyed_hash, account.id, secret)
    services.store.commit([_write(replace(factor, sealed_secret=sealed, last_step=0))])
    return secret


def confirm_authenticator(services: Services, account: Account, factor: SecondFactor, step: int) -> list[str] | None:
    """The app has shown the code of `step`: it counts from now on. Returns recovery codes as `add_passkey` does."""
    confirmed = replace(factor, confirmed_at=services.now(), last_step=step)
    confirmed, codes = _with_codes(services, account, confirmed)
    writes = [_write(confirmed), Replace(replace(account, second_factor=True))]
    audit.commit(services, writes, actor=account.id, action="authenticator.added", target=account.id)
    return codes


def remove_authenticator(services: Services, account: Account) -> None:
    """Raises Conflict if the site requires the account to keep it."""
    factor = factor_of(services, account)
    without = replace(factor, sealed_secret=None, confirmed_at=None, last_step=0)
    writes = _removal(services, account, passkeys_of(services, account), without)
    if without.version and not any(isinstance(write, Delete) for write in writes):
        writes.append(Replace(without))
    audit.commit(services, writes, actor=account.id, action="authenticator.removed", target=account.id)


def replace_recovery_codes(services: Services, account: Account) -> list[str]:
    """New codes; the old ones no longer work. Raises Conflict for an account without a second factor."""
    if not account.second_factor:
        raise Conflict("no_second_factor", "Add a passkey or an authenticator app first.")
    emptied = replace(factor_of(services, account), recovery_hashes=())
    factor, codes = _with_codes(services, account, emptied)
    audit.commit(services, [_write(factor)], actor=account.id, action="recovery_codes.replaced", target=account.id)
    return codes or []


def reset_factors(services: Services, account: Account, *, actor: str) -> None:
    """Removes every second factor, for someone who has lost theirs: the password signs in again."""
    writes: list[Write] = [*factor_deletions(services, account.id), Replace(replace(account, second_factor=False))]
    audit.commit(services, writes, actor=actor, action="account.factors_reset", target=account.id)


def factor_deletions(services: Services, account_id: str) -> list[Write]:
    """The writes that delete every second factor and challenge of the account."""
    store = services.store
    return [
        *(Delete(Passkey, each.id) for each in store.query_all(PASSKEYS_OF_ACCOUNT, account_id)),
        *(Delete(AuthChallenge, each.id) for each in store.query_all(CHALLENGES_OF_ACCOUNT, account_id)),
        Delete(SecondFactor, account_id),
    ]


def _removal(services: Services, account: Account, passkeys: Sequence[Passkey], factor: SecondFactor) -> list[Write]:
    """The writes to the account and its codes, when `passkeys` and `factor` are what remains."""
    if passkeys or factor.confirmed_at is not None:
        return [Replace(account)]
    if account.role == "admin" and services.settings().admin_second_factor:
        raise Conflict("second_factor_required", "This site requires a second factor of admins. Add another one first.")
    return [Replace(replace(account, second_factor=False)), Delete(SecondFactor, account.id)]


def _with_codes(services: Services, account: Account, factor: SecondFactor) -> tuple[SecondFactor, list[str] | None]:
    """The factor with recovery codes; None if it has some already."""
    if account.second_factor and factor.recovery_hashes:
        return factor, None
    codes = new_codes()
    hashes = tuple(code_hash(services.keyed_hash, account.id, code) for code in codes)
    return replace(factor, recovery_hashes=hashes), codes


def _write(factor: SecondFactor) -> Write:
    return Replace(factor) if factor.version else Create(factor)

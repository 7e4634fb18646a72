"""Checks a second factor that was sent as a proof, and spends it: each works once, however many requests send it."""

from dataclasses import replace
from typing import Literal

from fastapi import Request

from watchparty_api import audit
from watchparty_api.accounts.factors import authenticator_app, challenges, passkeys
from watchparty_api.accounts.factors.models import AssertedCredential, FactorProof
from watchparty_api.accounts.factors.recovery_codes import code_hash
from watchparty_api.accounts.guesses import count_code_guess, count_guess, forget_code_guesses, forget_guesses
from watchparty_api.errors import Conflict, VersionConflict
from watchparty_api.records import Account, Passkey, SecondFactor
from watchparty_api.relying_party import RelyingParty, relying_party
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.web.caller import hash_secret
from watchparty_api.web.site import base_url

Factor = Literal["passkey", "code", "recovery_code"]
_MAX_TRIES = 12


def party_of(request: Request) -> RelyingParty:
    """The site as relying party. Raises Conflict where browsers offer no passkeys."""
    party = relying_party(base_url(request))
    if party is None:
        raise Conflict(
            "passkeys_unavailable",
            "Passkeys need https, or http://localhost on the computer itself: this address has neither.",
        )
    return party


def proves(
    services: Services,
    request: Request,
    account: Account,
    proof: FactorProof,
    *,
    purpose: Literal["second_step", "step_up"],
    holder: str,
) -> Factor | None:
    """The second factor of the account that `proof` is, None if it is none.

    Raises TooMany after too many wrong codes, Gone for a challenge that can no longer be used.
    """
    if proof.credential is not None:
        found = answering_passkey(services, request, proof.credential, purpose=purpose, holder=holder)
        if found is None or found.account_id != account.id:
            return None
        forget_guesses(services, request, account.id)  # the password before it was right
        return "passkey"
    count_guess(services, request, account.id)
    if proof.code is not None:
        count_code_guess(services, account.id)
        kind: Factor | None = "code" if _spend_code(services, account, proof.code) else None
    else:
        kind = "recovery_code" if _spend_recovery_code(services, account, proof.recovery_code or "") else None
    if kind is not None:
        forget_guesses(services, request, account.id)
        forget_code_guesses(services, account.id)
    return kind


def answering_passkey(
    services: Services,
    request: Request,
    credential: AssertedCredential,
    *,
    purpose: Literal["sign_in", "second_step", "step_up"],
    holder: str,
) -> Passkey | None:
    """The stored passkey that has signed a challenge of `purpose` and `holder`, None if it has not.

    The challenge is spent in either case. Raises Gone if it was already, or has expired.
    """
    party, content = party_of(request), credential.as_json()
    challenge = passkeys.challenge_in(content)
    if challenge is None:
        return None
    challenges.spend(services, purpose, challenge, holder=holder)
    for _ in range(_MAX_TRIES):
        passkey = services.store.get(Passkey, hash_secret(credential.id))
        if passkey is None or not _belongs_to(passkey, credential.response.user_handle, required=purpose == "sign_in"):
            return None
        verified = passkeys.verify_assertion(party, challenge, content, passkey)
        if verified is None:
            return None
        count, backed_up = verified
        if passkeys.counter_went_back(passkey.sign_count, count):
            account_id = passkey.account_id
            audit.commit(services, [], actor=account_id, action="passkey.copy_suspected", target=passkey.id)
            return None
        used = replace(passkey, sign_count=count, backed_up=backed_up, last_used_at=services.now())
        try:
            return services.store.replace(used)
        except VersionConflict:  # another sign-in with it at this moment: its counter is checked again
            continue
    raise Conflict("changed_meanwhile", "This passkey is in use elsewhere. Try again.")


def matches_code(services: Services, account_id: str, factor: SecondFactor, code: str) -> int | None:
    """The time step that the code is accepted for, None if it is not."""
    if factor.sealed_secret is None:
        return None
    secret = authenticator_app.unseal(services.keyed_hash, account_id, factor.sealed_secret)
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    return authenticator_app.matching_step(secret, digits, services.now(), after=factor.last_step)


def _belongs_to(passkey: Passkey, user_handle: str | None, *, required: bool) -> bool:
    """The authenticator names the account it was created for (https://www.w3.org/TR/webauthn-3/, 7.2, step 6)."""
    if user_handle is None:
        return not required
    return passkeys.user_handle(passkey.account_id) == user_handle


def _spend_code(services: Services, account: Account, code: str) -> bool:
    for _ in range(_MAX_TRIES):
        factor = services.store.get(SecondFactor, account.id)
        if factor is None or factor.confirmed_at is None:
            return False
        step = matches_code(services, account.id, factor, code)
        if step is None:
            return False
        try:
            services.store.replace(replace(factor, last_step=step))
            return True
        except VersionConflict:  # perhaps the same code: it is checked again
            continue
    return False


def _spend_recovery_code(services: Services, account: Account, code: str) -> bool:
    shown = code_hash(services.keyed_hash, account.id, code)
    for _ in range(_MAX_TRIES):
        factor = services.store.get(SecondFactor, account.id)
        if factor is None or shown not in factor.recovery_hashes:
            return False
        left = tuple(each for each in factor.recovery_hashes if each != shown)
        write = Replace(replace(factor, recovery_hashes=left))
        data = {"left": len(left)}
        try:
            audit.commit(services, [write], actor=account.id, action="recovery_code.used", target=account.id, data=data)
            return True
        except VersionConflict:
            continue
    return False

"""WebAuthn by the library: options for the browser, and verification of what its authenticator answers.

Passkeys are discoverable, and the authenticator must verify its user by fingerprint, face or PIN, so that one is two
factors in itself. No attestation is requested: which make an authenticator is decides nothing here.
"""

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from watchparty_api.accounts.factors.challenges import CHALLENGE_LIFE
from watchparty_api.records import Account, Passkey
from watchparty_api.relying_party import RelyingParty

log = logging.getLogger(__name__)

_TIMEOUT_MS = int(CHALLENGE_LIFE.total_seconds() * 1000)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_TRANSPORTS = {each.value: each for each in AuthenticatorTransport}


@dataclass(frozen=True)
class NewCredential:
    """A verified registration: what is stored of it."""

    credential_id: str
    public_key: str
    sign_count: int
    backed_up: bool


def registration_options(
    party: RelyingParty, site_name: str, account: Account, existing: Sequence[Passkey], challenge: str
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON. An authenticator that has one of `existing` refuses to create another."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=site_name,
        user_id=account.id.encode(),
        user_name=account.email or account.display_name,
        user_display_name=account.display_name,
        challenge=base64url_to_bytes(challenge),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(passkey) for passkey in existing],
    )
    return _as_json(options_to_json(options))


def assertion_options(party: RelyingParty, challenge: str, allowed: Sequence[Passkey] = ()) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON; without `allowed` the browser offers every passkey of the site."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=base64url_to_bytes(challenge),
        timeout=_TIMEOUT_MS,
        allow_credentials=[_descriptor(passkey) for passkey in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options_to_json(options))


def challenge_in(credential: dict[str, Any]) -> str | None:
    """The challenge that the authenticator has signed, not verified yet; None unless it is base64url text."""
    try:
        found = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))["challenge"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) and _BASE64URL.fullmatch(found) else None


def verify_registration(party: RelyingParty, challenge: str, credential: dict[str, Any]) -> NewCredential | None:
    """The new credential, None unless it answers this challenge for this site with a verified user."""
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # the library parses hostile CBOR and certificates with three others
        log.info("refused a new passkey: %s", error)
        return None
    return NewCredential(
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        backed_up=verified.credential_backed_up,
    )


def verify_assertion(
    party: RelyingParty, challenge: str, credential: dict[str, Any], passkey: Passkey
) -> tuple[int, bool] | None:
    """The authenticator's counter and whether the passkey is backed up; None unless the passkey has signed this
    challenge for this site with a verified user. The caller compares the counter."""
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        log.info("refused a passkey: %s", error)
        return None
    return verified.new_sign_count, verified.credential_backed_up


def user_handle(account_id: str) -> str:
    """How an authenticator names the account, as base64url."""
    return bytes_to_base64url(account_id.encode())


def counter_went_back(stored: int, shown: int) -> bool:
    """Whether the counter says that the passkey was copied. Passkeys that are synchronised always show 0
    (https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)."""
    return (stored > 0 or shown > 0) and shown <= stored


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [_TRANSPORTS[each] for each in passkey.transports if each in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id), transports=transports or None)


def _as_json(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(text)
    return options

"""Codes of an authenticator app (TOTP, RFC 6238): six digits, a new code every 30 seconds.

A code is accepted from one step before the server's time to one after it, because phones' clocks differ (RFC 6238,
section 5.2), and only once: no code of an accepted step or an earlier one is accepted again. The secret is stored
encrypted; its key is derived from the site's hash secret, which is not in the store.
"""

import secrets
from base64 import b64decode, b64encode
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchparty_api.errors import Unavailable
from watchparty_api.identity.keys import KeyedHash

_NONCE_BYTES = 12
_STEPS = (-1, 0, 1)
"""Which steps count, relative to the current one."""


def new_secret() -> str:
    """A new secret of 160 bits, in base32."""
    return pyotp.random_base32()


def enrolment_url(secret: str, *, account_name: str, site_name: str) -> str:
    """The otpauth:// URL that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account_name, issuer_name=site_name)


def matching_step(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step of the code, if it is later than the step `after`; None if the code is not accepted."""
    app = pyotp.TOTP(secret)
    current = app.timecode(now)
    steps = [current + offset for offset in _STEPS if current + offset > after]
    return next((step for step in steps if secrets.compare_digest(app.generate_otp(step), code)), None)


def seal(keyed_hash: KeyedHash, account_id: str, secret: str) -> str:
    """The encrypted secret, as base64; it can only be opened for the same account."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return b64encode(nonce + _cipher(keyed_hash, account_id).encrypt(nonce, secret.encode(), None)).decode()


def unseal(keyed_hash: KeyedHash, account_id: str, sealed: str) -> str:
    """The secret. Raises Unavailable if the site's hash secret has changed since."""
    content = b64decode(sealed)
    try:
        cipher = _cipher(keyed_hash, account_id)
        return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], None).decode()
    except InvalidTag as error:
        raise Unavailable(
            "factor_unreadable",
            "The server can’t read your authenticator app’s secret any more. Ask the admin to reset your sign-in.",
        ) from error


def _cipher(keyed_hash: KeyedHash, account_id: str) -> AESGCM:
    return AESGCM(bytes.fromhex(keyed_hash.of("authenticator secret", account_id)))

"""Recovery codes: ten codes that each replace the second factor once, for people who have lost it.

A code has 50 random bits and is shown once. The store has keyed hashes, which cannot be computed without our secret.
"""

import secrets

from watchparty_api.identity.keys import KeyedHash

CODES = 10
_LENGTH = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without characters that look alike; 31 of them, so that a code has 49.5 bits."""


def new_codes() -> list[str]:
    """Ten codes in two groups of five characters, for reading and typing."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES)]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def code_hash(keyed_hash: KeyedHash, account_id: str, code: str) -> str:
    """The stored form. Case, spaces and hyphens do not matter, because people type codes."""
    typed = "".join(character for character in code.lower() if character.isalnum())
    return keyed_hash.of("recovery code", f"{account_id}.{typed}")

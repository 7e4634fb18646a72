"""The signing keys: one family each for access, join and notice tokens, and the secret behind keyed hashes.

A family is a small JSON text `{"active": kid, "keys": {kid: PEM}}`, so that a new key can be added beside the old one,
activated, and the old one removed when its last token has expired (`rotation.py`). `key_store.py` stores the text.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.utils import base64url_encode

from watchparty_api.config import ConfigError
from watchparty_api.identity.key_store import KeyMaterial


@dataclass(frozen=True)
class KeyFamily:
    """The keys of one purpose: the active one signs, all of them verify."""

    active: str
    keys: Mapping[str, Ed25519PrivateKey]

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return self.keys[self.active]

    def verifying_key(self, kid: object) -> Ed25519PublicKey | None:
        """The public key that `kid` names, None when it is not one of ours."""
        key = self.keys.get(kid) if isinstance(kid, str) else None
        return key.public_key() if key else None

    def public_keys(self) -> list[dict[str, str]]:
        """The public keys, as entries of a JSON Web Key Set."""
        return [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": kid,
                "x": base64url_encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
            }
            for kid, key in self.keys.items()
        ]


@dataclass(frozen=True)
class KeyedHash:
    """Hashes that cannot be computed without our secret, for values that could be guessed, such as addresses."""

    secret: bytes

    def of(self, purpose: str, value: str) -> str:
        """Hex SHA-256 HMAC of `value`; hashes for different purposes are unrelated."""
        return hmac.new(self.secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Keys:
    """All key material of the functions."""

    access: KeyFamily
    join: KeyFamily
    notice: KeyFamily
    keyed_hash: KeyedHash


def read_keys(material: KeyMaterial) -> Keys:
    """Reads all keys, and creates missing ones where that is allowed. Raises ConfigError with the secret's place."""

    def family(name: str) -> KeyFamily:
        return parse_family(material.location(name), material.read(name, make=lambda: new_family(name)))

    secret = material.read("hash", make=lambda: secrets.token_hex(32)).strip().encode()
    if len(secret) < 32:
        raise ConfigError(f"{material.location('hash')}: expected at least 32 characters")
    return Keys(access=family("access"), join=family("join"), notice=family("notice"), keyed_hash=KeyedHash(secret))


def new_family(name: str) -> str:
    """Returns the text of a family with one new key."""
    kid = f"{name}-{secrets.token_hex(6)}"
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps({"active": kid, "keys": {kid: pem.decode()}}, indent=1)


def parse_family(location: str, text: str) -> KeyFamily:
    """Parses a family. Raises ConfigError, which names `location` and repeats nothing of the text."""
    try:
        content: dict[str, Any] = json.loads(text)
        keys = {kid: load_pem_private_key(pem.encode(), None) for kid, pem in content["keys"].items()}
        active = content["active"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f'{location}: expected {{"active": kid, "keys": {{kid: PEM}}}}') from error
    ours = {kid: key for kid, key in keys.items() if isinstance(key, Ed25519PrivateKey)}
    if active not in ours or len(ours) != len(keys):
        raise ConfigError(f"{location}: expected Ed25519 keys, including the active one")
    return KeyFamily(active, ours)

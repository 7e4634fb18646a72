"""The signing keys: one family each for access, join and notice tokens, and the secret behind keyed hashes.

A family is a small JSON text `{"active": kid, "keys": {kid: PEM}}`, so that a new key can be added beside the old one,
activated, and the old one removed when its last token has expired (`rotation.py`). `key_store.py` stores the text.
In the cloud a function holds only the private keys that it needs. It verifies other tokens with the public keys, one
text for all families: `{family: {kid: PEM}}`.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from jwt.utils import base64url_encode

from watchparty_api.config import KEY_NAMES, ConfigError
from watchparty_api.identity.key_store import KeyMaterial


@dataclass(frozen=True)
class PublicKeys:
    """The public keys of one purpose, for a process that only verifies."""

    keys: Mapping[str, Ed25519PublicKey]

    @property
    def public(self) -> "PublicKeys":
        return self

    def verifying_key(self, kid: object) -> Ed25519PublicKey | None:
        """The public key that `kid` names, None when it is not one of ours."""
        return self.keys.get(kid) if isinstance(kid, str) else None

    def entries(self) -> list[dict[str, str]]:
        """The keys as entries of a JSON Web Key Set."""
        return [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": kid,
                "x": base64url_encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
            }
            for kid, key in self.keys.items()
        ]


@dataclass(frozen=True)
class KeyFamily:
    """The keys of one purpose: the active one signs, all of them verify."""

    active: str
    keys: Mapping[str, Ed25519PrivateKey]

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return self.keys[self.active]

    @property
    def public(self) -> PublicKeys:
        return PublicKeys({kid: key.public_key() for kid, key in self.keys.items()})


@dataclass(frozen=True)
class KeyedHash:
    """Hashes that cannot be computed without our secret, for values that could be guessed, such as addresses."""

    secret: bytes | None
    """None in a function that does not hold the secret."""

    def of(self, purpose: str, value: str) -> str:
        """Hex SHA-256 HMAC of `value`; hashes for different purposes are unrelated.

        Raises ConfigError where the secret is not held.
        """
        if self.secret is None:
            raise ConfigError("WATCHPARTY_KEYS: expected hash among the keys of this function")
        return hmac.new(self.secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The key material of a process."""

    access: KeyFamily | PublicKeys
    join: KeyFamily | PublicKeys
    notice: KeyFamily | PublicKeys
    keyed_hash: KeyedHash


def read_keys(material: KeyMaterial, *, held: Collection[str] = KEY_NAMES) -> Keys:
    """Reads the keys in `held`, creates missing ones where that is allowed, and reads the public keys of the others.

    Raises ConfigError with the secret's place.
    """
    public: dict[str, PublicKeys] = {}
    if set(KEY_NAMES) - {"hash"} - set(held):
        public = parse_public(material.location("public"), material.read("public"))

    def family(name: str) -> KeyFamily | PublicKeys:
        if name in held:
            return parse_family(material.location(name), material.read(name, make=lambda: new_family(name)))
        if name not in public:
            raise ConfigError(f"{material.location('public')}: expected the public keys of {name}")
        return public[name]

    secret = None
    if "hash" in held:
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


def public_text(families: Mapping[str, KeyFamily]) -> str:
    """Returns the text of the public keys: family → kid → PEM."""
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pems = {
        name: {kid: key.public_bytes(*form).decode() for kid, key in family.public.keys.items()}
        for name, family in families.items()
    }
    return json.dumps(pems, indent=1, sort_keys=True)


def parse_public(location: str, text: str) -> dict[str, PublicKeys]:
    """Parses the public keys. Raises ConfigError, which names `location`."""
    try:
        content: dict[str, dict[str, str]] = json.loads(text)
        loaded = {
            name: {kid: load_pem_public_key(pem.encode()) for kid, pem in keys.items()}
            for name, keys in content.items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{location}: expected {{family: {{kid: PEM}}}}") from error
    ours = {
        name: {kid: key for kid, key in keys.items() if isinstance(key, Ed25519PublicKey)}
        for name, keys in loaded.items()
    }
    if ours != loaded:
        raise ConfigError(f"{location}: expected Ed25519 keys")
    return {name: PublicKeys(keys) for name, keys in ours.items()}

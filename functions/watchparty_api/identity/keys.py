"""The signing keys: one family for access, join and notice tokens each, and the secret behind keyed hashes.

A family is a small JSON file `{"active": kid, "keys": {kid: PEM}}` in the keys folder, so that a new key can be put
beside the old one, made active, and the old one removed when its last token has expired. At home the files are made at
the first start, readable by their owner only; in the cloud they are mounted secrets and never made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
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


@dataclass(frozen=True)
class KeyFamily:
    """Keys of one purpose: the active one signs, all of them verify."""

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
        """The family's half of a JSON Web Key Set."""
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
    """Hashes that nobody can compute without our secret: for values that could be guessed, such as addresses."""

    secret: bytes

    def of(self, purpose: str, value: str) -> str:
        """Hex SHA-256 HMAC of `value`; hashes of different purposes have nothing in common."""
        return hmac.new(self.secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Keys:
    """All key material of the functions."""

    access: KeyFamily
    join: KeyFamily
    notice: KeyFamily
    keyed_hash: KeyedHash


def key_file(folder: Path, name: str) -> Path:
    """Where the file is: in the folder, or in one of its own there, as Cloud Run mounts a secret."""
    mounted = folder / name.partition(".")[0] / name
    return mounted if mounted.exists() else folder / name


def load_keys(folder: Path, *, may_create: bool) -> Keys:
    """Reads the folder, making what is missing where that is allowed. Raises ConfigError with the file's name."""

    def family(name: str) -> KeyFamily:
        path = key_file(folder, f"{name}.json")
        return _parse(path, _load(path, may_create, lambda: _new_family(name)))

    hash_file = key_file(folder, "hash.secret")
    secret = _load(hash_file, may_create, lambda: secrets.token_hex(32)).strip().encode()
    if len(secret) < 32:
        raise ConfigError(f"{hash_file}: expected at least 32 characters")
    return Keys(access=family("access"), join=family("join"), notice=family("notice"), keyed_hash=KeyedHash(secret))


def _new_family(name: str) -> str:
    kid = f"{name}-{secrets.token_hex(6)}"
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps({"active": kid, "keys": {kid: pem.decode()}}, indent=1)


def _parse(path: Path, text: str) -> KeyFamily:
    try:
        content: dict[str, Any] = json.loads(text)
        keys = {kid: load_pem_private_key(pem.encode(), None) for kid, pem in content["keys"].items()}
        active = content["active"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f'{path}: expected {{"active": kid, "keys": {{kid: PEM}}}}') from error
    ours = {kid: key for kid, key in keys.items() if isinstance(key, Ed25519PrivateKey)}
    if active not in ours or len(ours) != len(keys):
        raise ConfigError(f"{path}: expected Ed25519 keys, and the active one among them")
    return KeyFamily(active, ours)


def _load(path: Path, may_create: bool, make: Callable[[], str]) -> str:
    if not path.exists():
        if not may_create:
            raise ConfigError(f"WATCHPARTY_KEYS_DIR: {path} is missing")
        _create(path, make())
    return path.read_text()


def _create(path: Path, content: str) -> None:
    """Writes the file whole and for its owner only; if another process was faster, its file stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

"""Key files: created once, private, rotated by hand."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from watchparty_api.config import ConfigError
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import KeyedHash, KeyFamily, parse_family, public_text, read_keys
from watchparty_api.identity.tokens import TokenSigner

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    """The first start creates the files with mode 0600; the second reads the same keys."""
    first = read_keys(KeyFolder(tmp_path / "keys", may_create=True))
    second = read_keys(KeyFolder(tmp_path / "keys", may_create=False))
    assert first.join.public.entries() == second.join.public.entries()
    assert first.keyed_hash == second.keyed_hash
    files = sorted((tmp_path / "keys").iterdir())
    assert [file.name for file in files] == ["access.json", "hash.secret", "join.json", "notice.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_keys_that_are_mounted_one_a_folder_are_found(tmp_path: Path) -> None:
    """Cloud Run mounts each secret as a folder: /keys/access/access.json instead of /keys/access.json."""
    made = read_keys(KeyFolder(tmp_path / "flat", may_create=True))
    for file in (tmp_path / "flat").iterdir():
        target = tmp_path / "mounted" / file.name.partition(".")[0]
        target.mkdir(parents=True)
        file.rename(target / file.name)
    assert (
        read_keys(KeyFolder(tmp_path / "mounted", may_create=False)).access.public.entries()
        == made.access.public.entries()
    )


def test_in_the_cloud_no_key_is_made(tmp_path: Path) -> None:
    """Where keys are mounted, a missing one is an error that names it, and none is created (S11)."""
    with pytest.raises(ConfigError, match=r"hash\.secret is missing"):
        read_keys(KeyFolder(tmp_path, may_create=False))
    assert list(tmp_path.iterdir()) == []


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    """Keys have no defaults (S11)."""
    one, two = (
        read_keys(KeyFolder(tmp_path / "a", may_create=True)),
        read_keys(KeyFolder(tmp_path / "b", may_create=True)),
    )
    assert one.access.public.entries() != two.access.public.entries()
    assert one.keyed_hash.of("email", "a@b.co") != two.keyed_hash.of("email", "a@b.co")


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"active": "a", "keys": {}}', '{"active": "a", "keys": {"a": "PEM"}}']
)
def test_a_broken_key_file_is_named(tmp_path: Path, content: str) -> None:
    """The error names the file and what was expected."""
    read_keys(KeyFolder(tmp_path, may_create=True))
    (tmp_path / "join.json").write_text(content)
    with pytest.raises(ConfigError, match=r"join\.json: expected"):
        read_keys(KeyFolder(tmp_path, may_create=True))


def test_a_short_hash_secret_is_refused(tmp_path: Path) -> None:
    """A hash secret of fewer than 32 characters is refused."""
    read_keys(KeyFolder(tmp_path, may_create=True))
    (tmp_path / "hash.secret").write_text("short")
    with pytest.raises(ConfigError, match="32 characters"):
        read_keys(KeyFolder(tmp_path, may_create=True))


def test_both_keys_of_a_rotation_verify(tmp_path: Path) -> None:
    """While a family has two keys, both are published and the active one signs."""
    read_keys(KeyFolder(tmp_path, may_create=True))
    read_keys(KeyFolder(tmp_path / "next", may_create=True))
    old = json.loads((tmp_path / "join.json").read_text())
    new = json.loads((tmp_path / "next" / "join.json").read_text())
    (tmp_path / "join.json").write_text(json.dumps({"active": new["active"], "keys": old["keys"] | new["keys"]}))
    family = read_keys(KeyFolder(tmp_path, may_create=False)).join
    assert isinstance(family, KeyFamily)
    assert {key["kid"] for key in family.public.entries()} == {old["active"], new["active"]}
    assert family.active == new["active"]
    assert family.public.verifying_key(old["active"]) is not None
    assert family.public.verifying_key("someone-elses") is None
    assert family.public.verifying_key(None) is None


def test_a_process_holds_only_its_own_keys(tmp_path: Path) -> None:
    """It verifies with the public keys what others sign, and can neither sign with them nor hash without the secret."""
    whole = KeyFolder(tmp_path / "whole", may_create=True)
    everything = read_keys(whole)
    families = {name: parse_family(name, whole.read(name)) for name in ("access", "join", "notice")}
    part = tmp_path / "part"
    part.mkdir()
    (part / "public.json").write_text(public_text(families))
    (part / "join.json").write_text(whole.read("join"))
    signer = TokenSigner(read_keys(KeyFolder(part, may_create=False), held=["join"]))
    token = TokenSigner(everything).notice_token("room", "notice", NOW)
    assert "PRIVATE" not in public_text(families)
    assert signer.verify_join(signer.join_token({"sub": "p"}, NOW), NOW)["sub"] == "p"
    assert signer.jwks() == TokenSigner(everything).jwks()
    assert token
    with pytest.raises(ConfigError, match="WATCHPARTY_KEYS: expected the key that signs"):
        signer.notice_token("room", "notice", NOW)
    with pytest.raises(ConfigError, match="WATCHPARTY_KEYS: expected hash"):
        read_keys(KeyFolder(part, may_create=False), held=["join"]).keyed_hash.of("email", "a@b.co")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, r"public\.json is missing"),
        ("{}", r"public\.json: expected the public keys of access"),
        ("[]", r"public\.json: expected \{family"),
        ('{"access": {"a": "PEM"}}', r"public\.json: expected \{family"),
    ],
)
def test_a_process_that_cannot_verify_does_not_start(tmp_path: Path, text: str | None, expected: str) -> None:
    """Without the public keys of every family that it does not hold, the error names the file."""
    if text is not None:
        (tmp_path / "public.json").write_text(text)
    with pytest.raises(ConfigError, match=expected):
        read_keys(KeyFolder(tmp_path, may_create=False), held=[])


def test_public_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    """Only Ed25519 keys verify our tokens."""
    pem = ec.generate_private_key(ec.SECP256R1()).public_key()
    text = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (tmp_path / "public.json").write_text(json.dumps({"access": {"a": text}}))
    with pytest.raises(ConfigError, match="expected Ed25519 keys"):
        read_keys(KeyFolder(tmp_path, may_create=False), held=[])


def test_hashes_of_different_purposes_have_nothing_in_common() -> None:
    """The same value hashed for two purposes gives two hashes."""
    keyed = KeyedHash(b"x" * 32)
    assert keyed.of("email", "a") != keyed.of("address", "a")
    assert keyed.of("ab", "c") != keyed.of("a", "bc")

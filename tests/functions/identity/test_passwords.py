"""Passwords."""

from argon2 import PasswordHasher

from watchparty_api.identity.passwords import hash_password, needs_rehash, verify_password


def test_a_password_fits_its_hash_and_nothing_else() -> None:
    """Hashes are salted argon2id; a wrong password, a wrong hash and no hash do not match."""
    kept = hash_password("correct horse")
    assert kept.startswith("$argon2id$")
    assert kept != hash_password("correct horse")
    assert verify_password(kept, "correct horse")
    assert not verify_password(kept, "wrong horse")
    assert not verify_password("garbage", "correct horse")
    assert not verify_password(None, "the password of an account that does not exist")


def test_weaker_hashes_are_noticed() -> None:
    """A hash with other than the current parameters needs rehashing."""
    assert not needs_rehash(hash_password("x"))
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"))

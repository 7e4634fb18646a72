"""Passwords."""

import subprocess
import sys
import unicodedata

import pytest
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


@pytest.mark.parametrize("typed", ["Zoë's château", "パスワード é", "한글 비밀번호", "Ⅷ ﬁx"])
@pytest.mark.parametrize("composed_first", [True, False])
def test_the_same_letters_are_the_same_password(typed: str, composed_first: bool) -> None:
    """Keyboards compose letters differently, also those of older hashes, which are of the text as it was typed."""
    composed, decomposed = unicodedata.normalize("NFC", typed), unicodedata.normalize("NFD", typed)
    for kept in (hash_password(composed if composed_first else decomposed), PasswordHasher().hash(composed)):
        assert verify_password(kept, composed)
        assert verify_password(kept, decomposed)
    assert verify_password(PasswordHasher().hash(decomposed), composed)
    assert not verify_password(hash_password(typed), f"{typed}x")


def test_every_space_is_a_space() -> None:
    """Some keyboards type a no-break space or an ideographic one."""
    assert verify_password(hash_password("two words here"), "two\u00a0words\u3000here")
    assert not verify_password(hash_password("Ⅷ"), "VIII")


_FORTY_AT_ONCE = """
import resource
from concurrent.futures import ThreadPoolExecutor
from watchparty_api.identity.passwords import hash_password, verify_password

def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

stored, before = hash_password("correct"), peak_mib()
with ThreadPoolExecutor(40) as threads:
    assert all(threads.map(lambda _: verify_password(stored, "correct"), range(120)))
print(peak_mib() - before)
"""


def test_forty_checks_at_once_fit_into_an_instance() -> None:
    """An instance has 40 threads and 512 MiB; without a bound, 40 checks alone would take 760 MiB."""
    done = subprocess.run([sys.executable, "-c", _FORTY_AT_ONCE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200

"""Passwords of accounts and rooms: argon2id with the parameters that OWASP recommends for small servers.

Checking takes equally long for an unknown account, so that the response time does not reveal whether it exists.
"""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_WORKERS = ThreadPoolExecutor(4, thread_name_prefix="argon2")
"""Each computation takes 19 MiB: the forty threads of an instance together would take more than its memory. Threads of
their own instead of a semaphore, because the allocator keeps what each thread has used. More gain nothing on one core.
"""


def hash_password(password: str) -> str:
    """Returns the argon2id string to store."""
    return _WORKERS.submit(_HASHER.hash, _canonical(password)).result()


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password matches the hash. False for None, after the same time.

    Older hashes are of the password as it was typed, which depends on the keyboard: its usual spellings are tried, too.
    """
    spellings = dict.fromkeys((_canonical(password), password, unicodedata.normalize("NFD", password)))
    matches = [
        _matches(password_hash or _dummy_hash(), each) for each in spellings
    ]  # all, so that the time is the same
    return any(matches) and password_hash is not None


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _WORKERS.submit(_HASHER.verify, password_hash, password).result()
    except (Argon2Error, InvalidHashError):
        return False


def _canonical(password: str) -> str:
    """As RFC 8265 prepares passwords (OpaqueString, section 4.2): composed, and every space an ordinary one.

    The same letters typed on another device are then the same password. Case and width stay.
    """
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in password)
    return unicodedata.normalize("NFC", spaced)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash uses weaker parameters than the current ones."""
    return _HASHER.check_needs_rehash(password_hash)


@cache
def _dummy_hash() -> str:
    return _HASHER.hash("the password of an account that does not exist")

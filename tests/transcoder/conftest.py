"""Fixtures of the transcoder's tests."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.google.strict_gcs import StrictGcs, strict_gcs


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def gcs(signing_key: rsa.RSAPrivateKey) -> Iterator[StrictGcs]:
    """Buckets that a task's clients use without credentials, as in the emulator mode of the real client."""
    with strict_gcs(signing_key.public_key()) as running:
        running.anonymous = True
        yield running

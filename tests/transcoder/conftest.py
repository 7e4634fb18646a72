"""Fixtures of the transcoder's tests."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import settings

from fakes.emulators import free_port, pubsub_command, running
from fakes.strict_gcs import StrictGcs, strict_gcs

# two cores are shared with whatever else runs: a slow example is not a failing one
settings.register_profile("shared cores", deadline=None)
settings.load_profile("shared cores")


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def gcs(signing_key: rsa.RSAPrivateKey) -> Iterator[StrictGcs]:
    """Buckets, to which the clients of a task bring no identity, as in the client's own emulator mode."""
    with strict_gcs(signing_key.public_key()) as running:
        running.anonymous = True
        yield running


@pytest.fixture(scope="session")
def pubsub_host() -> Iterator[str]:
    """The emulator's HOST:PORT."""
    port = free_port()
    command = pubsub_command(port)
    if command is None:
        pytest.skip("pubsub emulator: comes with the Google Cloud SDK, which is not here")
    with running(command, port) as host:
        yield host

"""A local object store in a temporary folder, and somebody who uploads to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.house import House
from fakes.uploader import KIB256, Uploader


@pytest.fixture(scope="session")
def upload_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def uploader(house: House, tmp_path: Path, upload_key: rsa.RSAPrivateKey) -> Uploader:
    return Uploader(house, tmp_path / "data", upload_key)


@pytest.fixture
def film() -> bytes:
    """Three granules and a bit."""
    return os.urandom(3 * KIB256 + 1234)

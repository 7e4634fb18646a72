"""A local object store in a temporary folder, a strict local GCS, and a client that uploads to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.api_harness import ApiHarness
from fakes.clock import SteppedClock
from fakes.google.gcs_client import bucket_store
from fakes.google.strict_gcs import StrictGcs, strict_gcs
from fakes.s3_service import S3Service, fresh_buckets, s3_store
from fakes.uploader import KIB256, Uploader
from watchparty_api.objects.gcs import GcsObjectStore
from watchparty_api.objects.s3 import S3ObjectStore


@pytest.fixture(scope="session")
def upload_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def uploader(api: ApiHarness, tmp_path: Path, upload_key: rsa.RSAPrivateKey) -> Uploader:
    return Uploader(api, tmp_path / "data", upload_key)


@pytest.fixture
def film() -> bytes:
    """Three granules and a bit more."""
    return os.urandom(3 * KIB256 + 1234)


@pytest.fixture
def gcs(upload_key: rsa.RSAPrivateKey) -> Iterator[StrictGcs]:
    with strict_gcs(upload_key.public_key()) as running:
        yield running


@pytest.fixture
def buckets(gcs: StrictGcs, upload_key: rsa.RSAPrivateKey, clock: SteppedClock) -> GcsObjectStore:
    return bucket_store(gcs, upload_key, now=clock)


@pytest.fixture
def s3(s3_endpoint: str) -> S3Service:
    return fresh_buckets(s3_endpoint)


@pytest.fixture
def s3_objects(s3: S3Service, clock: SteppedClock) -> S3ObjectStore:
    return s3_store(s3, now=clock)

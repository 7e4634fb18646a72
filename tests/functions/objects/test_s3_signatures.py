"""What a URL of the S3 adapter permits and what it does not: signed by the real client, verified by a strict proxy."""

import os
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest

from fakes.clock import SteppedClock
from fakes.s3_service import S3Service, s3_store
from fakes.strict_s3 import StrictS3, signature_of, strict_s3
from watchparty_api.objects.port import PartAddress
from watchparty_api.objects.s3 import S3ObjectStore

MIB = 2**20
FILM = os.urandom(9 * MIB)


@pytest.fixture
def proxy(s3: S3Service) -> Iterator[StrictS3]:
    with strict_s3(s3.endpoint) as running:
        yield running


@pytest.fixture
def store(s3: S3Service, proxy: StrictS3, clock: SteppedClock) -> S3ObjectStore:
    """Browsers reach the service through the proxy; the functions reach it directly."""
    return s3_store(s3, now=clock, public_endpoint=proxy.endpoint)


def address(store: S3ObjectStore, number: int) -> PartAddress:
    store.start_upload(video_id="-v1", size_bytes=len(FILM), content_type="video/mp4", base_url="http://watch.test")
    (found,) = store.multipart.parts(video_id="-v1", size_bytes=len(FILM), numbers=[number]).addresses
    return found


def test_the_proxy_computes_signatures_as_amazon_does() -> None:
    """The example from Amazon's documentation, "Authenticating Requests: Using Query Parameters"."""
    url = (
        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    )
    headers = {"host": "examplebucket.s3.amazonaws.com"}
    found = signature_of("GET", url, headers, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    assert found == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


def test_a_part_is_accepted(store: S3ObjectStore) -> None:
    """A part of exactly its length is stored."""
    part = address(store, 2)
    assert httpx2.put(part.url, content=FILM[8 * MIB :]).status_code == 200
    assert store.multipart.parts(video_id="-v1", size_bytes=len(FILM), numbers=[]).stored == [2]


@pytest.mark.parametrize("length", [0, MIB - 1, MIB + 1, 2 * MIB])
def test_a_part_of_another_length_is_refused(store: S3ObjectStore, proxy: StrictS3, length: int) -> None:
    """A client cannot send more or fewer bytes than announced."""
    part = address(store, 2)
    assert httpx2.put(part.url, content=bytes(length)).status_code == 403
    assert proxy.refused == ["SignatureDoesNotMatch"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("partNumber=2", "partNumber=1"), ("/-v1/", "/v2/"), ("X-Amz-Expires=900", "X-Amz-Expires=90000")],
)
def test_a_changed_url_is_refused(store: S3ObjectStore, proxy: StrictS3, old: str, new: str) -> None:
    """A URL is valid only for its part, film and lifetime."""
    part = address(store, 2)
    assert old in part.url
    assert httpx2.put(part.url.replace(old, new), content=FILM[8 * MIB :]).status_code == 403
    assert httpx2.get(part.url).status_code == 403
    assert proxy.refused == ["SignatureDoesNotMatch"] * 2


def test_a_url_expires_after_fifteen_minutes(store: S3ObjectStore, proxy: StrictS3) -> None:
    """It is accepted shortly before and refused after that."""
    part = address(store, 2)
    proxy.late = timedelta(minutes=14, seconds=50)
    assert httpx2.put(part.url, content=FILM[8 * MIB :]).status_code == 200
    proxy.late = timedelta(minutes=15, seconds=1)
    assert httpx2.put(part.url, content=FILM[8 * MIB :]).status_code == 403
    assert proxy.refused == ["ExpiredRequest"]


def test_a_file_is_read_for_a_minute(store: S3ObjectStore, proxy: StrictS3) -> None:
    """The URL permits reading this file, including ranges of it, and nothing else."""
    for number in (1, 2):
        store.write_media(f"-v1/7/v720/{number}.m4s", b"frames", content_type="video/mp4")
    url = store.locate_media("-v1/7/v720/1.m4s")
    assert url is not None
    assert httpx2.get(url, headers={"Range": "bytes=0-2"}).content == b"fra"
    assert httpx2.get(url.replace("1.m4s", "2.m4s")).status_code == 403
    assert httpx2.put(url, content=b"others").status_code == 403
    proxy.late = timedelta(seconds=61)
    assert httpx2.get(url).status_code == 403

"""The page with films in an S3-compatible store: uploaded in parts, resumed after a reload, and played from there.

The store is moto's server behind a proxy that requires signatures from browsers, as real stores do.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import Meet
from e2e.films import long
from e2e.home import Home
from e2e.page.test_upload import slow_connection
from e2e.party import all_play, create_room, join, press, wait_for_film
from fakes.s3_service import CREDENTIALS, S3Service, fresh_buckets
from fakes.strict_s3 import strict_s3
from fakes.waiting import eventually


@pytest.fixture
def s3(s3_endpoint: str) -> S3Service:
    return fresh_buckets(s3_endpoint)


@pytest.fixture
def home(tmp_path: Path, s3: S3Service) -> Iterator[Home]:
    """A server that stores its films in S3."""
    with strict_s3(s3.endpoint) as proxy:
        running = Home(
            tmp_path / "data",
            WATCHPARTY_S3_ENDPOINT=s3.endpoint,
            WATCHPARTY_S3_PUBLIC_ENDPOINT=proxy.endpoint,
            WATCHPARTY_UPLOADS_BUCKET=s3.uploads,
            WATCHPARTY_MEDIA_BUCKET=s3.media,
            **CREDENTIALS,
        )
        yield running
        running.stop()
        assert proxy.refused == []


def stored_parts(s3: S3Service) -> int:
    """How many parts of unfinished uploads are stored."""
    found = s3.client.list_multipart_uploads(Bucket=s3.uploads).get("Uploads", [])
    uploads = [{"Bucket": s3.uploads, "Key": each["Key"], "UploadId": each["UploadId"]} for each in found]
    return sum(len(s3.client.list_parts(**each).get("Parts", [])) for each in uploads)


def test_a_watch_party_with_a_film_in_s3(home: Home, s3: S3Service, meet: Meet) -> None:
    """A film that is uploaded in parts is encoded and watched by two people, all of it from the store."""
    host = meet("Ada")
    film = long(5)
    link = create_room(host, film)
    guest = meet("Max")
    join(guest, link, name="Max")
    wait_for_film(guest, within_s=90)
    press(host, "k")
    all_play([host, guest])
    (original,) = s3.client.list_objects_v2(Bucket=s3.uploads)["Contents"]
    assert s3.content(s3.uploads, original["Key"]) == film.read_bytes()
    assert not list(home.data.glob("media/*"))
    assert host.errors == []
    assert guest.errors == []


def test_a_reload_loses_no_part(s3: S3Service, meet: Meet) -> None:
    """After a pause and a reload, choosing the same file uploads only the missing parts."""
    host = meet("Ada")
    film = long(5)
    create_room(host)
    host.open("/library")
    slow_connection(host)
    sent: list[str] = []
    host.page.on("requestfinished", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    host.page.locator("input[type=file]").first.set_input_files(str(film))

    def some_stored() -> bool:
        host.page.wait_for_timeout(200)  # lets the page's events arrive
        return stored_parts(s3) >= 4

    eventually("some parts have arrived", some_stored, within_s=90)
    uploads = host.page.get_by_label("Uploads")
    uploads.get_by_role("button", name="Pause").click()
    uploads.get_by_text(re.compile("Paused at")).wait_for()
    host.page.reload()
    before = stored_parts(s3)
    already = len(sent)
    host.page.get_by_text("Choose the same file to resume").first.wait_for()
    host.page.get_by_label("Original file").set_input_files(str(film))

    def complete() -> bool:
        host.page.wait_for_timeout(200)
        return "Contents" in s3.client.list_objects_v2(Bucket=s3.uploads)

    eventually("the original is complete", complete, within_s=60)
    (original,) = s3.client.list_objects_v2(Bucket=s3.uploads)["Contents"]
    assert s3.content(s3.uploads, original["Key"]) == film.read_bytes()
    parts = -(-film.stat().st_size // (8 * 2**20))
    assert len(sent) - already == parts - before, "stored parts were sent again, or missing ones were not"
    assert host.errors == []

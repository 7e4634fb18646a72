"""The page with films in an S3-compatible store: sent in parts, over a reload, and played from there.

The store is moto's server behind a door that lets browsers in by signature only, as others' stores do themselves.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import Meet
from e2e.films import long
from e2e.home import Home
from e2e.party import all_play, film_is_there, join, make_room, press
from e2e.test_upload import slow_line
from fakes.s3_service import CREDENTIALS, S3Service, fresh_buckets
from fakes.strict_s3 import strict_s3
from fakes.waiting import eventually


@pytest.fixture
def s3(s3_endpoint: str) -> S3Service:
    return fresh_buckets(s3_endpoint)


@pytest.fixture
def home(tmp_path: Path, s3: S3Service) -> Iterator[Home]:
    """A server that keeps no films itself."""
    with strict_s3(s3.endpoint) as door:
        running = Home(
            tmp_path / "data",
            WATCHPARTY_S3_ENDPOINT=s3.endpoint,
            WATCHPARTY_S3_PUBLIC_ENDPOINT=door.endpoint,
            WATCHPARTY_UPLOADS_BUCKET=s3.uploads,
            WATCHPARTY_MEDIA_BUCKET=s3.media,
            **CREDENTIALS,
        )
        yield running
        running.stop()
        assert door.refused == []


def parts_there(s3: S3Service) -> int:
    """How many parts have arrived of what is under way."""
    found = s3.client.list_multipart_uploads(Bucket=s3.uploads).get("Uploads", [])
    where = [{"Bucket": s3.uploads, "Key": each["Key"], "UploadId": each["UploadId"]} for each in found]
    return sum(len(s3.client.list_parts(**each).get("Parts", [])) for each in where)


def test_a_party_with_a_film_in_a_store(home: Home, s3: S3Service, meet: Meet) -> None:
    """Chosen with the room, sent in parts, prepared and watched by two, every byte of it from the store."""
    host = meet("Ada")
    film = long(5)
    link = make_room(host, film)
    guest = meet("Max")
    join(guest, link, name="Max")
    film_is_there(guest, within_s=90)
    press(host, "k")
    all_play([host, guest])
    (original,) = s3.client.list_objects_v2(Bucket=s3.uploads)["Contents"]
    assert s3.content(s3.uploads, original["Key"]) == film.read_bytes()
    assert not list(home.data.glob("media/*"))
    assert host.errors == []
    assert guest.errors == []


def test_a_reload_loses_no_part(s3: S3Service, meet: Meet) -> None:
    """Paused when some parts are there, then the page is reloaded; the same file goes on with the others."""
    host = meet("Ada")
    film = long(5)
    make_room(host)
    host.open("/library")
    slow_line(host)
    sent: list[str] = []
    host.page.on("requestfinished", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
    host.page.locator("input[type=file]").first.set_input_files(str(film))

    def some_are_there() -> bool:
        host.page.wait_for_timeout(200)  # its events are heard meanwhile
        return parts_there(s3) >= 4

    eventually("some parts have arrived", some_are_there, within_s=90)
    uploads = host.page.get_by_label("Uploads")
    uploads.get_by_role("button", name="Pause").click()
    uploads.get_by_text(re.compile("Paused at")).wait_for()
    host.page.reload()
    before = parts_there(s3)
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
    assert len(sent) - already == parts - before, "what was there was sent again, or the rest was not"
    assert host.errors == []

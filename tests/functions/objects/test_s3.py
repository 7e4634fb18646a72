"""What the S3 adapter signs, counts and refuses, tested with the real client against a local S3 service."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from fakes.api_harness import SITE
from fakes.clock import SteppedClock
from fakes.s3_service import S3Service, put_parts, s3_store, send_in_parts
from watchparty_api.errors import Conflict, Gone, Invalid, Unavailable
from watchparty_api.objects.s3 import S3ObjectStore

MIB = 2**20
FILM = os.urandom(17 * MIB)
SIZES = {1: 8 * MIB, 2: 8 * MIB, 3: 1 * MIB}


def start(store: S3ObjectStore, content: bytes = FILM, *, video_id: str = "v1") -> None:
    store.start_upload(video_id=video_id, size_bytes=len(content), content_type="video/mp4", base_url=SITE)


def open_uploads(s3: S3Service) -> int:
    return len(s3.client.list_multipart_uploads(Bucket=s3.uploads).get("Uploads", []))


def test_parts_in_any_order_become_the_film(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """The original has the film's bytes and the announced type, and no upload stays open."""
    start(s3_objects)
    put_parts(s3_objects, FILM, numbers=[3, 1])
    assert s3_objects.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[]).stored == [1, 3]
    put_parts(s3_objects, FILM, numbers=[2])
    original = s3_objects.multipart.complete(video_id="v1", size_bytes=len(FILM))
    assert (original.size_bytes, original.content_type) == (len(FILM), "video/mp4")
    assert s3.content(s3.uploads, "v1/original") == FILM
    assert open_uploads(s3) == 0
    assert s3_objects.multipart.complete(video_id="v1", size_bytes=len(FILM)) == original


def test_a_url_is_signed_for_one_part_of_exactly_its_length(
    s3: S3Service, s3_objects: S3ObjectStore, clock: SteppedClock
) -> None:
    """The length is a signed header, the URL is valid for 15 minutes, and it uses the endpoint that browsers reach."""
    store = s3_store(s3, now=clock, public_endpoint="https://films.example")
    start(store)
    found = store.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[3, 3, 2])
    assert [(part.number, part.size_bytes) for part in found.addresses] == [(3, SIZES[3]), (2, SIZES[2])]
    url = httpx2.URL(found.addresses[0].url)
    assert (url.host, url.path) == ("films.example", f"/{s3.uploads}/v1/original")
    assert (url.params["partNumber"], url.params["X-Amz-Expires"]) == ("3", "900")
    assert url.params["X-Amz-SignedHeaders"].split(";") == ["content-length", "host"]
    assert found.expires_at == clock() + timedelta(minutes=15)
    with pytest.raises(Invalid):
        store.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[4])


@pytest.mark.parametrize("change", [b"", b"x"], ids=["shorter", "longer"])
def test_a_part_of_another_size_does_not_count(s3_objects: S3ObjectStore, change: bytes) -> None:
    """Even if a service accepts it, it is not reported as stored, and the upload cannot be completed."""
    start(s3_objects)
    put_parts(s3_objects, FILM, numbers=[1, 2])
    (last,) = s3_objects.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[3]).addresses
    wrong = change + (FILM[16 * MIB :] if change else FILM[16 * MIB : -1])
    assert httpx2.put(last.url, content=wrong).status_code == 200
    assert s3_objects.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[]).stored == [1, 2]
    with pytest.raises(Conflict, match="upload_incomplete"):
        s3_objects.multipart.complete(video_id="v1", size_bytes=len(FILM))
    assert s3_objects.original("v1") is None


def test_a_second_start_continues_the_first(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """If another tab or device starts the upload again, the stored parts count."""
    start(s3_objects)
    put_parts(s3_objects, FILM, numbers=[2])
    start(s3_objects)
    assert open_uploads(s3) == 1
    assert s3_objects.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[]).stored == [2]


def test_of_two_concurrent_uploads_every_caller_uses_the_same(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """The other one is aborted when the upload completes."""
    start(s3_objects)
    s3.client.create_multipart_upload(Bucket=s3.uploads, Key="v1/original", ContentType="video/mp4")
    put_parts(s3_objects, FILM, numbers=[1])
    put_parts(s3_objects, FILM, numbers=[2, 3])
    s3_objects.multipart.complete(video_id="v1", size_bytes=len(FILM))
    assert (s3.content(s3.uploads, "v1/original"), open_uploads(s3)) == (FILM, 0)


def test_an_aborted_upload_is_gone(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """Abort and deleting the video end its uploads, but not those of other videos or keys with the same prefix."""
    for video_id in ("v1", "v2"):
        start(s3_objects, video_id=video_id)
    s3.client.create_multipart_upload(Bucket=s3.uploads, Key="v1/original-of-another")
    s3_objects.multipart.abort(video_id="v1")
    s3_objects.multipart.abort(video_id="v1")
    for call in (
        lambda: s3_objects.multipart.parts(video_id="v1", size_bytes=len(FILM), numbers=[1]),
        lambda: s3_objects.multipart.complete(video_id="v1", size_bytes=len(FILM)),
    ):
        with pytest.raises(Gone, match="upload_gone"):
            call()
    assert open_uploads(s3) == 2
    s3_objects.delete_video("v2")
    assert open_uploads(s3) == 1


def test_old_uploads_are_aborted(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """Uploads are aborted a week after they were opened, whether or not their video exists. (moto opens all of them in
    November 2010.)
    """
    start(s3_objects)
    (opened,) = s3.client.list_multipart_uploads(Bucket=s3.uploads)["Uploads"]
    assert opened["Initiated"].astimezone(UTC) == datetime(2010, 11, 10, 20, 48, 33, tzinfo=UTC)
    s3_objects.delete_abandoned_uploads(opened["Initiated"] + timedelta(days=6, hours=23))
    assert open_uploads(s3) == 1
    s3_objects.delete_abandoned_uploads(opened["Initiated"] + timedelta(days=7, hours=1))
    assert open_uploads(s3) == 0


@pytest.mark.service
def test_a_film_of_many_files_is_deleted_completely(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """A film with more files than one call can delete is deleted."""
    for number in range(1003):
        s3.client.put_object(Bucket=s3.media, Key=f"media/v1/7/v720/{number}.m4s", Body=b"x")
    s3.client.put_object(Bucket=s3.media, Key="media/v10/7/v720/1.m4s", Body=b"x")
    s3_objects.delete_video("v1")
    assert [each["Key"] for each in s3.client.list_objects_v2(Bucket=s3.media)["Contents"]] == [
        "media/v10/7/v720/1.m4s"
    ]


def test_media_are_read_by_a_url_for_a_minute(s3_objects: S3ObjectStore, clock: SteppedClock) -> None:
    """Callers who fetch the same file within half of that time share the URL."""
    s3_objects.write_media("v1/7/v720/1.m4s", b"frames", content_type="video/mp4")
    url = s3_objects.locate_media("v1/7/v720/1.m4s")
    assert url is not None
    assert httpx2.URL(url).params["X-Amz-Expires"] == "60"
    assert httpx2.get(url, headers={"Range": "bytes=2-3"}).content == b"am"
    clock.advance(seconds=29)
    assert s3_objects.locate_media("v1/7/v720/1.m4s") is url


def test_a_service_that_does_not_respond_is_unavailable(s3: S3Service, clock: SteppedClock) -> None:
    """An unreachable service and a missing bucket raise Unavailable (503), not the client's exceptions."""
    unreachable = s3_store(replace(s3, endpoint="http://127.0.0.1:1"), now=clock)
    with pytest.raises(Unavailable):
        unreachable.original("v1")
    with pytest.raises(Unavailable):
        start(s3_store(replace(s3, uploads="no-such-bucket"), now=clock))
    with pytest.raises(Unavailable):
        s3_store(replace(s3, media="no-such-bucket"), now=clock).read_media("v1/7/a.vtt")


def test_a_small_film_is_one_part(s3_objects: S3ObjectStore, s3: S3Service) -> None:
    """The only part may be smaller than S3's minimum."""
    send_in_parts(s3_objects, b"x")
    assert s3.content(s3.uploads, "v1/original") == b"x"

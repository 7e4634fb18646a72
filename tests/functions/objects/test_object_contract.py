"""The contract of every object store. To add an adapter, add its fixture to `STORES`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from fakes.api_harness import SITE
from fakes.google.gcs_client import send_whole
from fakes.s3_service import send_in_parts
from fakes.uploader import Uploader
from watchparty_api.errors import ApiError
from watchparty_api.objects.gcs import GcsObjectStore
from watchparty_api.objects.port import ObjectStore, StoredObject
from watchparty_api.objects.s3 import S3ObjectStore

Send = Callable[[str, bytes], None]
"""Uploads an original by the store's own start."""


def local(request: pytest.FixtureRequest) -> tuple[ObjectStore, Send]:
    uploader: Uploader = request.getfixturevalue("uploader")

    def send(video_id: str, content: bytes) -> None:
        assert uploader.upload(content, video_id=video_id).status == 200

    return uploader.store, send


def gcs(request: pytest.FixtureRequest) -> tuple[ObjectStore, Send]:
    store: GcsObjectStore = request.getfixturevalue("buckets")

    def send(video_id: str, content: bytes) -> None:
        assert send_whole(store, content, video_id=video_id).status_code == 200

    return store, send


def s3(request: pytest.FixtureRequest) -> tuple[ObjectStore, Send]:
    store: S3ObjectStore = request.getfixturevalue("s3_objects")

    def send(video_id: str, content: bytes) -> None:
        send_in_parts(store, content, video_id=video_id)

    return store, send


STORES = {"local": local, "gcs": gcs, "s3": s3}


@pytest.fixture(params=STORES)
def objects(request: pytest.FixtureRequest) -> tuple[ObjectStore, Send]:
    return STORES[request.param](request)


def test_a_start_is_signed_for_one_upload(objects: tuple[ObjectStore, Send], uploader: Uploader) -> None:
    """Length, type, first write and 15 minutes are signed, and the headers are those that must be sent. For multipart
    uploads the start is our own call, and the parts are signed instead.
    """
    store, _ = objects
    start = store.start_upload(video_id="v1", size_bytes=7, content_type="video/mp4", base_url=SITE)
    if store.multipart is not None:
        assert (start.protocol, start.start_url) == ("s3-multipart", f"{SITE}/api/v1/videos/v1/upload/parts")
        return
    assert start.protocol == "gcs-resumable"
    assert dict(start.headers) == {
        "content-type": "video/mp4",
        "x-goog-content-length-range": "7,7",
        "x-goog-if-generation-match": "0",
        "x-goog-resumable": "start",
    }
    query = httpx2.URL(start.start_url).params
    assert set(query["X-Goog-SignedHeaders"].split(";")) == {*start.headers, "host"}
    assert (query["X-Goog-Expires"], start.expires_at) == ("900", uploader.api.clock() + timedelta(minutes=15))


def test_the_finalised_original_is_returned(objects: tuple[ObjectStore, Send]) -> None:
    """`original` is None before the upload, and has size, type and generation afterwards."""
    store, send = objects
    assert store.original("v1") is None
    send("v1", b"content")
    original = store.original("v1")
    assert original is not None
    assert original == StoredObject("v1/original", original.generation, 7, "video/mp4")
    assert int(original.generation) > 0


def test_the_start_of_an_original_is_read(objects: tuple[ObjectStore, Send]) -> None:
    """At most as many bytes as requested, all of a shorter file, and None where there is no original."""
    store, send = objects
    assert store.original_start("v1", at_most_bytes=4) is None
    send("v1", b"content")
    assert store.original_start("v1", at_most_bytes=4) == b"cont"
    assert store.original_start("v1", at_most_bytes=1000) == b"content"
    store.delete_original("v1")
    assert store.original_start("v1", at_most_bytes=4) is None


def test_the_original_can_be_deleted_alone(objects: tuple[ObjectStore, Send]) -> None:
    """Deleting the original keeps the media."""
    store, send = objects
    send("v1", b"content")
    store.write_media("v1/7/a.vtt", b"WEBVTT", content_type="text/vtt")
    store.delete_original("v1")
    store.delete_original("v1")
    assert store.original("v1") is None
    assert store.read_media("v1/7/a.vtt") == b"WEBVTT"


def test_a_deleted_video_leaves_nothing(objects: tuple[ObjectStore, Send]) -> None:
    """Original and media are deleted, those of other videos are not, and deleting twice is no error."""
    store, send = objects
    for video_id in ("v1", "v2"):
        send(video_id, b"content")
        store.write_media(f"{video_id}/7/a.vtt", b"WEBVTT", content_type="text/vtt")
    store.delete_video("v1")
    store.delete_video("v1")
    assert (store.original("v1"), store.read_media("v1/7/a.vtt")) == (None, None)
    assert store.original("v2") is not None
    assert store.read_media("v2/7/a.vtt") == b"WEBVTT"


def test_small_media_are_written_read_replaced_and_deleted(objects: tuple[ObjectStore, Send]) -> None:
    """As for subtitles."""
    store, _ = objects
    assert store.locate_media("v1/7/sidecar/a.vtt") is None
    store.write_media("v1/7/sidecar/a.vtt", b"one", content_type="text/vtt")
    store.write_media("v1/7/sidecar/a.vtt", b"two", content_type="text/vtt")
    found = store.locate_media("v1/7/sidecar/a.vtt")
    assert (found.read_bytes() if isinstance(found, Path) else httpx2.get(str(found)).content) == b"two"
    assert store.read_media("v1/7/sidecar/a.vtt") == b"two"
    store.delete_media("v1/7/sidecar/a.vtt")
    store.delete_media("v1/7/sidecar/a.vtt")
    assert store.read_media("v1/7/sidecar/a.vtt") is None


@pytest.mark.parametrize("objects", ["local", "gcs"], indirect=True)  # moto's own server breaks when two write one key
def test_concurrent_writes_of_one_file_leave_one_of_them_whole(objects: tuple[ObjectStore, Send]) -> None:
    """No write is refused, and no reader gets a mixture."""
    store, _ = objects
    contents = [bytes([number]) * 50_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            list(pool.map(lambda each: store.write_media("v1/7/a.vtt", each, content_type="text/vtt"), contents))
            assert store.read_media("v1/7/a.vtt") in contents


@pytest.mark.parametrize("name", ["", "a", "v1/7", "../v1/7/a", "v1/../a.vtt", "/v1/7/a", "v1/7/.state/a", "v1/7/a\0b"])
def test_names_that_are_not_media_names_are_refused(objects: tuple[ObjectStore, Send], name: str) -> None:
    """Reading and writing refuse any other name."""
    store, _ = objects
    with pytest.raises(ApiError):
        store.read_media(name)
    with pytest.raises(ApiError):
        store.write_media(name, b"", content_type="text/vtt")


def test_deleting_abandoned_uploads_keeps_complete_ones(objects: tuple[ObjectStore, Send], uploader: Uploader) -> None:
    """A complete original stays, however old it is."""
    store, send = objects
    send("v1", b"content")
    store.delete_abandoned_uploads(uploader.api.clock() + timedelta(days=365))
    assert store.original("v1") is not None

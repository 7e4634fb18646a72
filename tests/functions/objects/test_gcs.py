"""What the cloud's object store permits a browser, and what it refuses: signed by Google's client, verified by ours."""

from dataclasses import replace

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from fakes.clock import SteppedClock
from fakes.google.gcs_client import begin, bucket_store, send, send_whole, started
from fakes.google.strict_gcs import StrictGcs
from fakes.uploader import KIB256
from watchparty_api.errors import Unavailable
from watchparty_api.objects.gcs import GcsObjectStore


def test_an_upload_is_sent_in_pieces_and_finalised_once(buckets: GcsObjectStore, gcs: StrictGcs, film: bytes) -> None:
    """The answers are 201, 308 with the progress, and 200; the finalised event holds size, type and generation."""
    location = begin(started(buckets, len(film))).headers["location"]
    assert send(location, film, 0, KIB256 - 1).headers["range"] == f"bytes=0-{KIB256 - 1}"
    asked = httpx2.put(location, headers={"Content-Range": f"bytes */{len(film)}"})
    assert (asked.status_code, asked.headers["range"]) == (308, f"bytes=0-{KIB256 - 1}")
    assert send(location, film, KIB256, len(film) - 1).status_code == 200
    (event,) = gcs.events
    assert (event["name"], event["size"], event["contentType"]) == ("v1/original", str(len(film)), "video/mp4")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"content_type": "text/html"}, 403),
        ({"x_goog_content_length_range": "0,999999999"}, 403),
        ({"x_goog_if_generation_match": "17"}, 403),
        ({"x_goog_resumable": "stop"}, 403),
        ({"x_goog_meta_note": "mine"}, 403),
    ],
)
def test_every_header_must_match_its_signature(buckets: GcsObjectStore, changed: dict[str, str], status: int) -> None:
    """A different type, a larger file, a different precondition or an added header is refused."""
    assert begin(started(buckets, 7), **changed).status_code == status


def test_a_signature_is_for_one_object_and_one_method(buckets: GcsObjectStore) -> None:
    """The same signature is refused for another name and for another method."""
    start = started(buckets, 7)
    elsewhere = replace(start, start_url=start.start_url.replace("/v1/", "/v2/"))
    assert begin(elsewhere).status_code == 403
    assert httpx2.put(start.start_url, headers=dict(start.headers)).status_code == 403


def test_only_the_first_upload_counts(buckets: GcsObjectStore) -> None:
    """A second start, and a second session that was started in time, are answered 412."""
    late = begin(started(buckets, 7)).headers["location"]
    assert send_whole(buckets, b"content").status_code == 200
    assert begin(started(buckets, 7)).status_code == 412
    assert send(late, b"another", 0, 6).status_code == 412


def test_another_keys_signature_is_refused(gcs: StrictGcs, clock: SteppedClock) -> None:
    """The service accepts one signer only."""
    other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert begin(started(bucket_store(gcs, other_key, now=clock), 7)).status_code == 403


def test_media_are_read_by_a_url_for_a_minute(buckets: GcsObjectStore) -> None:
    """The URL is signed for reading only, and for this file only."""
    buckets.write_media("v1/7/v720/1.m4s", b"frames", content_type="video/mp4")
    url = buckets.locate_media("v1/7/v720/1.m4s")
    assert url is not None
    assert httpx2.URL(url).params["X-Goog-Expires"] == "60"
    assert httpx2.get(url).content == b"frames"
    assert httpx2.get(url.replace("1.m4s", "2.m4s")).status_code == 403


def test_media_are_named_as_the_edge_serves_them(gcs: StrictGcs, buckets: GcsObjectStore) -> None:
    """The URL map rewrites nothing: the path /media/… is the name of the object."""
    buckets.write_media("v1/7/poster.jpg", b"picture", content_type="image/jpeg")
    assert ("demo-media", "media/v1/7/poster.jpg") in gcs.objects
    buckets.delete_video("v1")
    assert gcs.objects == {}


def test_people_who_fetch_the_same_file_share_a_url(buckets: GcsObjectStore, clock: SteppedClock) -> None:
    """Signing is a call to Google: a URL is returned for half a minute, and is valid for at least as long again."""
    buckets.write_media("v1/7/v720/1.m4s", b"frames", content_type="video/mp4")
    first = buckets.locate_media("v1/7/v720/1.m4s")
    clock.advance(seconds=29)
    assert buckets.locate_media("v1/7/v720/1.m4s") is first
    clock.advance(seconds=2)
    assert buckets.locate_media("v1/7/v720/1.m4s") is not first
    buckets.delete_media("v1/7/v720/1.m4s")
    assert buckets.locate_media("v1/7/v720/1.m4s") is None


def test_a_store_that_refuses_access_is_unavailable(
    gcs: StrictGcs, upload_key: rsa.RSAPrivateKey, clock: SteppedClock
) -> None:
    """The caller gets Unavailable (503), not the client's exception."""
    anonymous = replace(
        bucket_store(gcs, upload_key, now=clock),
        make_client=lambda: storage.Client(
            project="demo",
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": f"http://{gcs.host}"},
        ),
    )
    with pytest.raises(Unavailable):
        anonymous.original("v1")

"""The upload protocol at home, as strict as Google Cloud Storage."""

import asyncio
import os
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import pytest

from fakes import asgi
from fakes.api_harness import SITE
from fakes.asgi import Answer, Sending
from fakes.uploader import KIB256, Uploader
from watchparty_api.errors import DiskFull
from watchparty_api.objects.sessions import LIFE


def post(uploader: Uploader, url: str, headers: dict[str, str], *, method: str = "POST") -> Answer:
    return asgi.request(uploader.app, method, url, headers=headers)


# ---- starting


def test_a_signed_start_opens_a_session(uploader: Uploader, film: bytes) -> None:
    """A signed POST is answered 201 with the session's URL on the same site, which contains a secret of 256 bits."""
    location = uploader.start(film)
    parts = urlsplit(location)
    assert (parts.netloc, parts.path) == ("watch.test", "/upload/v1/original")
    assert len(parts.query.removeprefix("upload_id=")) == 43


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"content-type": "text/html"}, 403),
        ({"x-goog-content-length-range": "0,99999999999"}, 403),
        ({"x-goog-if-generation-match": "1"}, 403),
        ({"x-goog-meta-mine": "1"}, 403),
        ({"host": "other.example"}, 201),  # the site's address is configured, so the host of a proxy does not matter
    ],
)
def test_a_start_must_match_its_signature(uploader: Uploader, film: bytes, change: dict[str, str], status: int) -> None:
    """A different type, a larger length range or an added header is refused."""
    start = uploader.signed(film)
    assert post(uploader, start.start_url, {**start.headers, **change}).status == status


def test_a_signature_is_for_one_method_and_one_video(uploader: Uploader, film: bytes) -> None:
    """The URL of a POST is not valid for a PUT, and that of one video not for another."""
    start = uploader.signed(film)
    assert post(uploader, start.start_url, dict(start.headers), method="PUT").status == 404
    assert post(uploader, start.start_url.replace("/v1/", "/v2/"), dict(start.headers)).status == 403
    forged = start.start_url[:-1] + ("0" if start.start_url[-1] != "0" else "1")
    assert post(uploader, forged, dict(start.headers)).status == 403


def test_an_expired_start_is_refused(uploader: Uploader, film: bytes) -> None:
    """After 15 minutes the start is refused with a code of its own."""
    start = uploader.signed(film)
    uploader.api.clock.advance(minutes=15)
    answer = post(uploader, start.start_url, dict(start.headers))
    assert (answer.status, answer.code) == (400, "url_expired")


def test_a_start_without_signature_is_refused(uploader: Uploader) -> None:
    """Without a signature there is no upload."""
    assert post(uploader, "http://watch.test/upload/v1/original", {}).status == 400


# ---- sending


def test_a_film_arrives_in_parts(uploader: Uploader, film: bytes) -> None:
    """MEDIA: one PUT for everything. Each part is answered 308 with the progress, the last one 200, and the film is
    complete.
    """
    location = uploader.start(film)
    first = uploader.put(location, film, 0, KIB256 - 1)
    second = uploader.put(location, film, KIB256, 3 * KIB256 - 1)
    last = uploader.put(location, film, 3 * KIB256, len(film) - 1)
    assert (first.status, first.headers["range"]) == (308, f"bytes=0-{KIB256 - 1}")
    assert (second.status, second.headers["range"]) == (308, f"bytes=0-{3 * KIB256 - 1}")
    assert last.status == 200
    assert uploader.original() == film
    assert [(o.name, o.size_bytes, o.content_type) for o in uploader.finalized] == [
        ("v1/original", len(film), "video/mp4")
    ]
    assert uploader.finalized[0].generation == last.headers["x-goog-generation"]


def test_small_pieces_are_put_together(uploader: Uploader) -> None:
    """The file is the same, whatever pieces the connection splits the body into."""
    film = os.urandom(KIB256)
    location = uploader.start(film)
    pieces = [film[at : at + 97] for at in range(0, len(film), 97)]
    assert uploader.put(location, film, 0, len(film) - 1, pieces=pieces).status == 200
    assert uploader.original() == film


def test_nothing_stored_has_no_range(uploader: Uploader, film: bytes) -> None:
    """A status query before the first byte is answered 308 without a Range."""
    answer = uploader.ask(uploader.start(film), len(film))
    assert answer.status == 308
    assert "range" not in answer.headers


@pytest.mark.parametrize(
    ("content_range", "code"),
    [
        ("bytes 0-99/{size}", "not_a_multiple"),
        ("bytes 0-{size}/{size}", "too_many_bytes"),
        ("bytes 5-4/{size}", "too_many_bytes"),
        ("bytes 0-262143/{larger}", "other_size"),
        ("bytes 0-262143/*", "other_size"),
        ("bytes */{larger}", "other_size"),
        ("bytes=0-262143", "bad_content_range"),
        ("", "bad_content_range"),
    ],
)
def test_a_range_that_does_not_fit_is_malformed(uploader: Uploader, film: bytes, content_range: str, code: str) -> None:
    """Only multiples of 256 KiB are accepted, only the announced size, and nothing beyond it."""
    location = uploader.start(film)
    header = content_range.format(size=len(film), larger=len(film) + 1)
    answer = asgi.request(uploader.app, "PUT", location, headers={"content-range": header}, body=[film[:KIB256]])
    assert (answer.status, answer.code) == (400, code)


def test_more_bytes_than_announced_are_refused(uploader: Uploader, film: bytes) -> None:
    """A body longer than its Content-Range is refused and leaves no bytes, even if it would complete the file."""
    location = uploader.start(film)
    uploader.put(location, film, 0, KIB256 - 1)
    answer = uploader.put(location, film, KIB256, len(film) - 1, pieces=[film[KIB256:], b"and more"])
    assert (answer.status, answer.code) == (400, "too_many_bytes")
    assert uploader.ask(location, len(film)).headers["range"] == f"bytes=0-{KIB256 - 1}"
    assert uploader.finalized == []


def test_a_content_length_that_contradicts_the_range_is_refused(uploader: Uploader, film: bytes) -> None:
    """The contradiction is found before a byte is read."""
    headers = {"content-range": f"bytes 0-{KIB256 - 1}/{len(film)}", "content-length": str(KIB256 + 1)}
    answer = asgi.request(uploader.app, "PUT", uploader.start(film), headers=headers)
    assert (answer.status, answer.code) == (400, "other_length")


def test_a_gap_is_refused_until_it_is_filled(uploader: Uploader, film: bytes) -> None:
    """Bytes beyond the stored ones are answered 503, so that the client queries the progress and continues there."""
    answer = uploader.put(uploader.start(film), film, KIB256, 2 * KIB256 - 1)
    assert (answer.status, answer.code) == (503, "offset_too_high")


def test_bytes_that_are_already_stored_are_ignored(uploader: Uploader, film: bytes) -> None:
    """A part that overlaps the stored bytes adds only the new ones."""
    location = uploader.start(film)
    uploader.put(location, film, 0, 2 * KIB256 - 1)
    again = uploader.put(location, bytes(len(film)), 0, KIB256 - 1)
    assert again.headers["range"] == f"bytes=0-{2 * KIB256 - 1}"
    assert uploader.put(location, film, KIB256, len(film) - 1).status == 200
    assert uploader.original() == film


def test_each_part_announces_that_a_film_is_arriving(uploader: Uploader, film: bytes) -> None:
    """New bytes are announced, so that the transcoder can prepare; starts, queries and repeated bytes are not."""
    location = uploader.start(film)
    uploader.ask(location, len(film))
    assert uploader.arrivals == 0
    uploader.put(location, film, 0, KIB256 - 1)
    uploader.put(location, film, KIB256, len(film) - 1)
    assert uploader.arrivals == 2
    uploader.put(location, film, 0, len(film) - 1)
    assert uploader.arrivals == 2


# ---- interruptions


def test_a_broken_connection_keeps_whole_granules(uploader: Uploader, film: bytes) -> None:
    """After a disconnect, whole multiples of 256 KiB count, and the upload continues from there."""
    location = uploader.start(film)
    uploader.put(location, film, 0, len(film) - 1, pieces=[film[: KIB256 + 5000]], leave=True)
    assert uploader.ask(location, len(film)).headers["range"] == f"bytes=0-{KIB256 - 1}"
    assert uploader.put(location, film, KIB256, len(film) - 1).status == 200
    assert uploader.original() == film


def test_a_restart_in_the_middle_loses_nothing(uploader: Uploader, film: bytes) -> None:
    """After kill -9 the same session continues where it was."""
    location = uploader.start(film)
    uploader.put(location, film, 0, len(film) - 1, pieces=[film[: 2 * KIB256 + 1]], leave=True)
    uploader.restart()
    assert uploader.ask(location, len(film)).headers["range"] == f"bytes=0-{2 * KIB256 - 1}"
    assert uploader.put(location, film, 2 * KIB256, len(film) - 1).status == 200
    assert uploader.original() == film


def test_a_complete_session_is_finished_after_a_restart(uploader: Uploader, film: bytes) -> None:
    """If all bytes are stored but the session was not finished, a status query finishes and announces it."""
    location = uploader.start(film)
    session = uploader.store.sessions.find("v1", location.partition("=")[2], now=uploader.api.clock())
    uploader.store.sessions.part(session).write_bytes(film)
    uploader.restart()
    assert uploader.ask(location, len(film)).status == 200
    assert [each.name for each in uploader.finalized] == ["v1/original"]


def test_a_lost_response_can_be_requested_again(uploader: Uploader, film: bytes) -> None:
    """A client that missed the 200 gets it from a status query or by sending again, even after a restart."""
    location = uploader.start(film)
    generation = uploader.put(location, film, 0, len(film) - 1).headers["x-goog-generation"]
    uploader.restart()
    assert uploader.ask(location, len(film)).headers["x-goog-generation"] == generation
    assert uploader.put(location, film, 0, len(film) - 1).headers["x-goog-generation"] == generation


def test_a_failing_listener_does_not_fail_the_upload(uploader: Uploader, film: bytes) -> None:
    """If the finalised original cannot be processed, the client is still answered 200 and the bytes are safe."""
    uploader.nobody_listens = True
    location = uploader.start(film)
    assert uploader.put(location, film, 0, len(film) - 1).status == 200
    assert uploader.original() == film


def test_a_newer_connection_takes_over(uploader: Uploader, film: bytes) -> None:
    """A PUT ends the previous one on the same session, and the file is complete."""
    location = uploader.start(film)
    headers = {"content-range": f"bytes 0-{len(film) - 1}/{len(film)}"}

    async def both() -> tuple[Answer, Answer]:
        old: Sending = asgi.sending(uploader.app, "PUT", location, headers)
        await old.feed(film[:1000])
        new = asgi.sending(uploader.app, "PUT", location, headers)
        await new.feed(film)
        return await old.answer, await new.end()

    old, new = asyncio.run(both())
    assert (old.status, old.code) == (409, "continued_elsewhere")
    assert new.status == 200
    assert uploader.original() == film


def test_the_first_complete_upload_counts(uploader: Uploader, film: bytes) -> None:
    """Of two sessions, the first one to be complete becomes the original; the other one is deleted, and a new start is
    answered 412.
    """
    mine, other = uploader.start(film), uploader.start(film)
    assert uploader.put(other, film, 0, KIB256 - 1).status == 308
    assert uploader.put(mine, film, 0, len(film) - 1).status == 200
    assert uploader.put(other, film, KIB256, len(film) - 1).status == 404
    start = uploader.signed(film)
    assert post(uploader, start.start_url, dict(start.headers)).status == 412
    assert len(uploader.finalized) == 1


def test_the_sessions_of_one_video_are_limited(uploader: Uploader, film: bytes) -> None:
    """A fourth session replaces the oldest, so that one signed start cannot fill the disk."""
    locations = [uploader.start(film)]
    for _ in range(3):
        uploader.api.clock.advance(seconds=1)
        locations.append(uploader.start(film))
    assert [uploader.ask(each, len(film)).status for each in locations] == [404, 308, 308, 308]


def test_cancelling_frees_the_bytes(uploader: Uploader, film: bytes) -> None:
    """DELETE is answered 499, and the session is deleted."""
    location = uploader.start(film)
    uploader.put(location, film, 0, KIB256 - 1)
    assert post(uploader, location, {}, method="DELETE").status == 499
    assert uploader.ask(location, len(film)).status == 404
    assert list((uploader.folder / "uploads" / "v1" / "sessions").iterdir()) == []


def test_a_session_lives_a_week(uploader: Uploader, film: bytes) -> None:
    """MEDIA: the URL expired after an hour. An upload can be paused for days; after a week it expires."""
    location = uploader.start(film)
    uploader.put(location, film, 0, KIB256 - 1)
    uploader.api.clock.advance(days=6, hours=23)
    uploader.store.delete_abandoned_uploads(uploader.api.clock())
    assert uploader.ask(location, len(film)).status == 308
    uploader.api.clock.advance(hours=1)
    assert uploader.ask(location, len(film)).status == 404
    uploader.store.delete_abandoned_uploads(uploader.api.clock())
    assert list((uploader.folder / "uploads" / "v1" / "sessions").iterdir()) == []


def test_deleting_the_video_ends_its_upload(uploader: Uploader, film: bytes) -> None:
    """A running PUT is answered 404, and nothing is created again."""
    location = uploader.start(film)
    headers = {"content-range": f"bytes 0-{len(film) - 1}/{len(film)}"}

    async def deleted_in_the_middle() -> Answer:
        put = asgi.sending(uploader.app, "PUT", location, headers)
        await put.feed(film[:1000])
        uploader.store.delete_video("v1")
        await put.feed(film[1000:])
        return await put.end()

    assert asyncio.run(deleted_in_the_middle()).status == 404
    assert not (uploader.folder / "uploads" / "v1").exists()
    assert uploader.finalized == []


def test_a_wrong_secret_is_not_found(uploader: Uploader, film: bytes) -> None:
    """A session is found only by its secret and its video."""
    location = uploader.start(film)
    for wrong in (location[:-1] + "_", location.replace("/v1/", "/v2/"), location.partition("?")[0]):
        assert uploader.ask(wrong, len(film)).status == 404


def test_other_names_are_not_found(uploader: Uploader) -> None:
    """A video id consists of letters, digits, - and _; no other path leads to a file."""
    for bad in ("..", "a.b", "%2e%2e", "a%2fb"):
        assert uploader.ask(f"http://watch.test/upload/{bad}/original?upload_id=x", 1).status in (400, 404)


# ---- disk space


def test_a_full_disk_refuses_the_start(uploader: Uploader, film: bytes) -> None:
    """An upload that does not fit is refused before it starts."""
    start = uploader.signed(film)
    uploader.free_bytes = len(film) - 1
    answer = post(uploader, start.start_url, dict(start.headers))
    assert (answer.status, answer.code) == (507, "disk_full")


def test_a_refusal_says_how_much_is_free(uploader: Uploader) -> None:
    """With 64 GB free, 60 GB are accepted, and then 39 GB more are refused."""
    start = partial(uploader.store.start_upload, content_type="video/mp4", base_url=SITE)
    uploader.free_bytes = 64 * 10**9
    first = start(video_id="v1", size_bytes=60 * 10**9)
    assert post(uploader, first.start_url, dict(first.headers)).status == 201
    with pytest.raises(DiskFull, match=r"needs 39.0 GB, but the server’s disk has only 4.0 GB left") as refused:
        start(video_id="v2", size_bytes=39 * 10**9)
    assert refused.value.code == "disk_full"
    with pytest.raises(DiskFull, match=r"needs 99.0 GB, but the server’s disk has only 4.0 GB left"):
        start(video_id="v3", size_bytes=99 * 10**9)


def test_open_uploads_reserve_the_disk(uploader: Uploader, film: bytes) -> None:
    """Of two uploads that fit singly, but not together, the second is refused before it sends a byte."""
    uploader.free_bytes = 2 * len(film) - 1
    second = uploader.signed(film, video_id="v2")  # both are announced before either begins
    first = uploader.start(film, video_id="v1")
    answer = post(uploader, second.start_url, dict(second.headers))
    assert (answer.status, answer.code) == (507, "disk_full")
    with pytest.raises(DiskFull):
        uploader.signed(film, video_id="v3")
    asgi.request(uploader.app, "DELETE", first)
    assert post(uploader, second.start_url, dict(second.headers)).status == 201


def test_an_expired_upload_reserves_nothing(uploader: Uploader, film: bytes) -> None:
    """Its bytes are deleted by maintenance, but its promise ends at once."""
    uploader.free_bytes = 2 * len(film) - 1
    uploader.start(film, video_id="v1")
    uploader.api.clock.advance(seconds=LIFE.total_seconds())
    assert uploader.start(film, video_id="v2")


def test_bytes_that_have_arrived_are_not_reserved_twice(uploader: Uploader, film: bytes) -> None:
    """The free space already lacks them."""
    location = uploader.start(film, video_id="v1")
    uploader.put(location, film, 0, KIB256 - 1)
    uploader.free_bytes = 2 * len(film) - KIB256
    assert uploader.start(film, video_id="v2")


def test_starting_again_needs_no_second_reservation(uploader: Uploader, film: bytes) -> None:
    """On a scarce disk the new session of a film replaces the one before it."""
    uploader.free_bytes = 2 * len(film) - 1
    first, again = uploader.start(film, video_id="v1"), uploader.start(film, video_id="v1")
    assert uploader.ask(first, len(film)).status == 404
    assert uploader.put(again, film, 0, len(film) - 1).status == 200


def test_a_disk_that_fills_up_loses_nothing(uploader: Uploader, film: bytes) -> None:
    """A disk that fills up during a part is answered 507; stored bytes count, and the upload resumes once there is
    space.
    """
    location = uploader.start(film)
    uploader.put(location, film, 0, KIB256 - 1)
    uploader.free_bytes = 1000
    answer = uploader.put(location, film, KIB256, len(film) - 1)
    assert (answer.status, answer.code) == (507, "disk_full")
    assert uploader.ask(location, len(film)).headers["range"] == f"bytes=0-{KIB256 - 1}"
    uploader.free_bytes = 10**9
    assert uploader.put(location, film, KIB256, len(film) - 1).status == 200
    assert uploader.original() == film


# ---- other origins


PREFLIGHT = {
    "origin": "https://app.example",
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-range,content-type",
}


def test_other_origins_are_not_allowed(uploader: Uploader, film: bytes) -> None:
    """Without listed origins, the response to a preflight allows nothing."""
    answer = asgi.request(uploader.app, "OPTIONS", uploader.start(film), headers=PREFLIGHT)
    assert "access-control-allow-origin" not in answer.headers


def test_listed_origins_can_upload_and_read_the_progress(uploader: Uploader, film: bytes) -> None:
    """Their preflight passes, and they can read `Location` and `Range`."""
    services = uploader.api.services
    listed = replace(services.config, cors_origins=("https://app.example",))
    uploader.api.services = replace(services, config=listed)
    uploader.restart()
    location = uploader.start(film)
    assert asgi.request(uploader.app, "OPTIONS", location, headers=PREFLIGHT).status == 200
    asked = asgi.request(
        uploader.app,
        "PUT",
        location,
        headers={"content-range": f"bytes */{len(film)}", "origin": "https://app.example"},
    )
    assert asked.headers["access-control-allow-origin"] == "https://app.example"
    assert asked.headers["access-control-expose-headers"] == "Location, Range"
    other = asgi.request(uploader.app, "OPTIONS", location, headers=PREFLIGHT | {"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_generations_are_timestamps(uploader: Uploader, film: bytes) -> None:
    """A generation is the time in nanoseconds, so later ones are higher."""
    uploader.upload(film)
    uploader.api.clock.advance(microseconds=1)
    uploader.upload(film, video_id="v2")
    first, second = (int(each.generation) for each in uploader.finalized)
    assert second - first == 1000

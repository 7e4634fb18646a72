"""The library over HTTP, as its owner's page uses it."""

from typing import Any

import pytest
from httpx2 import Response

from fakes.house import House, Person
from fakes.party import film, party
from fakes.transcode_events import GENERATION
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import Video
from watchparty_api.videos.uploads.cleanup import ABANDONED_AFTER, end_abandoned
from watchparty_api.videos.uploads.finalize import on_finalized

FILE = {"filename": "Die Brücke.mkv", "size_bytes": 5_000_000, "content_type": "", "fingerprint": "a1b2c3d4e5"}


def ask(house: House, person: Person, method: str, path: str, body: Any = None, **headers: str) -> Response:
    return house.client.request(method, f"/api/v1{path}", json=body, headers=person.headers | headers)


def announce(house: House, person: Person, **fields: Any) -> dict[str, Any]:
    answer = ask(house, person, "POST", "/videos", FILE | fields)
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    return content


# ---- announcing


def test_announcing_returns_a_video_and_its_upload(house: House) -> None:
    """One response contains everything that the uploader needs."""
    made = announce(house, house.person())
    assert made["video"]["title"] == "Die Brücke"
    assert made["video"]["status"] == "uploading"
    assert made["upload"]["protocol"] == "gcs-resumable"
    assert made["upload"]["headers"]["content-type"] == "video/x-matroska"


def test_the_same_file_continues_the_same_video(house: House) -> None:
    """In another tab or device of the same person; not for someone else, another file, or a complete upload."""
    ana, ben = house.person("Ana"), house.person("Ben")
    first = announce(house, ana)["video"]["id"]
    assert announce(house, ana)["video"]["id"] == first
    assert announce(house, ben)["video"]["id"] != first
    assert announce(house, ana, size_bytes=5_000_001)["video"]["id"] != first
    assert announce(house, ana, fingerprint="other-file")["video"]["id"] != first
    assert on_finalized(house.services, StoredObject(f"{first}/original", "1", 5_000_000, "video/x-matroska"))
    assert announce(house, ana)["video"]["id"] != first


def test_an_idempotency_key_creates_one_video(house: House) -> None:
    """A repeated POST returns the same video and a new start."""
    ana = house.person()
    body = FILE | {"fingerprint": None}
    answers = [ask(house, ana, "POST", "/videos", body, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json()["video"]["id"] == answers[1].json()["video"]["id"]
    assert answers[1].json()["upload"] is not None


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"filename": "letter.pdf", "content_type": "application/pdf"}, 415, "not_a_film"),
        ({"size_bytes": 51 * 10**9}, 413, "file_too_large"),
        ({"size_bytes": 0}, 422, "invalid"),
        ({"size_bytes": -1}, 422, "invalid"),
        ({"filename": ""}, 422, "invalid"),
        ({"filename": "x" * 256}, 422, "invalid"),
        ({"title": "\u202e\u0000"}, 422, "invalid"),
        ({"title": "x" * 201}, 422, "invalid"),
        ({"fingerprint": "ä" * 10}, 422, "invalid"),
        ({"status": "ready"}, 422, "invalid"),
        ({"generation": "1"}, 422, "invalid"),
    ],
)
def test_s14_announcements_are_validated(house: House, fields: dict[str, Any], status: int, code: str) -> None:
    """Fault S14: lengths, characters and fields are checked; an empty file is refused before a byte is sent."""
    answer = ask(house, house.person(), "POST", "/videos", FILE | fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_quota_counts_unfinished_uploads(house: House) -> None:
    """403 with a message, and nothing is created."""
    ana = house.person(quota_bytes=12_000_000)
    announce(house, ana)
    announce(house, ana, fingerprint="second-film")
    answer = ask(house, ana, "POST", "/videos", FILE | {"fingerprint": "third-film"})
    assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")
    assert len(ask(house, ana, "GET", "/videos").json()["items"]) == 2


def test_a_quota_of_zero_is_a_quota(house: House) -> None:
    """An account with a quota of zero does not get the default."""
    answer = ask(house, house.person(quota_bytes=0), "POST", "/videos", FILE)
    assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")


def test_a_failed_upload_frees_its_quota(house: House) -> None:
    """An unfinished upload takes no storage, and can be started again as the same video."""
    ana = house.person(quota_bytes=6_000_000)
    video_id = announce(house, ana)["video"]["id"]
    house.clock.advance(seconds=ABANDONED_AFTER.total_seconds())
    end_abandoned(house.services)
    fresh = house.sign_in(ana.account)
    assert ask(house, fresh, "GET", "/auth/me/usage").json()["used_bytes"] == 0
    again = ask(house, fresh, "POST", f"/videos/{video_id}/upload")
    assert again.status_code == 201
    assert (again.json()["video"]["status"], again.json()["video"]["failure"]) == ("uploading", None)


def test_a_complete_upload_cannot_be_restarted(house: House) -> None:
    """409 once the original has arrived."""
    ana = house.person()
    video_id = announce(house, ana)["video"]["id"]
    assert ask(house, ana, "POST", f"/videos/{video_id}/upload").json()["upload"]["start_url"]
    on_finalized(house.services, StoredObject(f"{video_id}/original", GENERATION, 5_000_000, "video/x-matroska"))
    answer = ask(house, ana, "POST", f"/videos/{video_id}/upload")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_uploaded")


# ---- direct links


def test_a_direct_link_is_playable_at_once(house: House) -> None:
    """Nothing is uploaded and nothing is fetched."""
    body = {"title": "Elephants Dream", "source_url": "https://films.example/ed.mp4?x=1", "duration_s": 653.8}
    made = ask(house, house.person(), "POST", "/videos", body).json()
    assert made["upload"] is None
    video = made["video"]
    assert (video["status"], video["playable"], video["duration_s"]) == ("ready", True, 653.8)
    assert house.objects.started == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://films.example/a.mp4",
        "javascript:alert(1)//a.mp4",
        "file:///etc/a.mp4",
        "https:///a.mp4",
        "https://ana:secret@films.example/a.mp4",
        "https://films.example/watch?v=a.mp4",
        "https://films.example/a b.mp4",
        "https://films.example/" + "a" * 2000 + ".mp4",
        "//films.example/a.mp4",
    ],
)
def test_invalid_direct_links_are_refused(house: House, url: str) -> None:
    """Only http or https, without a password, and with an extension that browsers play."""
    answer = ask(house, house.person(), "POST", "/videos", {"title": "x", "source_url": url})
    assert answer.status_code == 422


def test_the_duration_of_a_linked_film_can_be_set_later(house: House) -> None:
    """By the browser that opened it; we measure uploads ourselves."""
    ana = house.person()
    link = ask(house, ana, "POST", "/videos", {"title": "x", "source_url": "https://films.example/a.m3u8"}).json()
    changed = ask(house, ana, "PATCH", f"/videos/{link['video']['id']}", {"duration_s": 60.5}).json()
    assert (changed["duration_s"], changed["playable_s"]) == (60.5, 60.5)
    upload = announce(house, ana)["video"]["id"]
    assert ask(house, ana, "PATCH", f"/videos/{upload}", {"duration_s": 60.5}).json()["code"] == "not_a_link"


# ---- the library


def test_the_library_is_private_and_paginated(house: House) -> None:
    """Newest first, with a cursor."""
    ana, ben = house.person("Ana"), house.person("Ben")
    for number in range(3):
        house.clock.advance(seconds=1)
        announce(house, ana, title=f"Film {number}", fingerprint=f"fingerprint-{number}")
    announce(house, ben)
    page = ask(house, ana, "GET", "/videos?limit=2").json()
    assert [video["title"] for video in page["items"]] == ["Film 2", "Film 1"]
    rest = ask(house, ana, "GET", f"/videos?limit=2&cursor={page['next_cursor']}").json()
    assert ([video["title"] for video in rest["items"]], rest["next_cursor"]) == (["Film 0"], None)


def test_s14_responses_reveal_neither_paths_nor_owners(house: House) -> None:
    """Fault S14: no response contains a storage path, the owner's address or the fingerprint."""
    ana = house.person()
    video = film(
        house, ana, renditions=({"height": 360, "width": 640, "bandwidth": 1, "codecs": "x", "playlist": "p"},)
    )
    text = ask(house, ana, "GET", f"/videos/{video.id}").text
    assert not [word for word in ("original", "owner", "example.org", "fingerprint", '"p"', "uploads/") if word in text]


def test_a_film_is_renamed(house: House) -> None:
    """The title is one line of visible text."""
    ana = house.person()
    video = film(house, ana)
    assert ask(house, ana, "PATCH", f"/videos/{video.id}", {"title": "  M \n 1931 "}).json()["title"] == "M 1931"


def test_other_peoples_films_are_forbidden_and_unknown_ones_not_found(house: House) -> None:
    """403 and 404."""
    video = film(house, house.person("Ana"))
    ben = house.person("Ben")
    assert ask(house, ben, "GET", f"/videos/{video.id}").status_code == 403
    assert ask(house, ben, "GET", "/videos/nothing").status_code == 404


def test_deleting_removes_everything(house: House) -> None:
    """The transcode, the files, the record, and the film in rooms."""
    room = party(house)
    video = film(house, room.owner)
    room.host.ask("PATCH", room.path(), {"video_id": video.id})
    assert room.host.ask("DELETE", f"/videos/{video.id}").status_code == 204
    assert house.jobs.cancelled == [video.id]
    assert house.objects.deleted == [video.id]
    assert house.services.store.get(Video, video.id) is None
    assert room.host.ask("GET", room.path()).json()["film"] is None
    assert room.host.ask("DELETE", f"/videos/{video.id}").status_code == 404


def test_only_failed_films_are_retried(house: House) -> None:
    """MEDIA: failed jobs were never retried. A film that is ready has nothing to retry: 409."""
    ana = house.person()
    failed = film(house, ana, status="failed", playable=False, failure={"code": "internal", "message": "-"})
    assert ask(house, ana, "POST", f"/videos/{failed.id}/retry").json()["status"] == "queued"
    assert house.jobs.launched == [(failed.id, failed.generation, 1)]
    answer = ask(house, ana, "POST", f"/videos/{film(house, ana).id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_retry")


def test_a_picture_is_loaded_without_credentials(house: House) -> None:
    """Its URL works in an <img>, for this film and for two hours at most."""
    ana = house.person()
    video, other = film(house, ana), film(house, ana)
    house.objects.media[f"{video.id}/{video.generation}/poster.jpg"] = b"picture"
    url = ask(house, ana, "GET", f"/videos/{video.id}").json()["poster_url"]
    answer = house.new_client().get(url)
    assert (answer.content, answer.headers["content-type"]) == (b"picture", "image/jpeg")
    assert house.client.get(url.replace(video.id, other.id)).status_code == 403
    house.clock.advance(hours=2)
    assert house.client.get(url).status_code == 403

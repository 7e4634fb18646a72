"""The library over HTTP, as its owner's page uses it."""

from typing import Any

import pytest
from httpx2 import Response

from fakes.api_harness import ApiHarness, Person
from fakes.party import film, party
from fakes.transcode_events import GENERATION
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import Video
from watchparty_api.videos.uploads.cleanup import ABANDONED_AFTER, end_abandoned
from watchparty_api.videos.uploads.finalize import on_finalized

FILE = {"filename": "Die Brücke.mkv", "size_bytes": 5_000_000, "content_type": "", "fingerprint": "a1b2c3d4e5"}


def ask(api: ApiHarness, person: Person, method: str, path: str, body: Any = None, **headers: str) -> Response:
    return api.client.request(method, f"/api/v1{path}", json=body, headers=person.headers | headers)


def announce(api: ApiHarness, person: Person, **fields: Any) -> dict[str, Any]:
    answer = ask(api, person, "POST", "/videos", FILE | fields)
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    return content


# ---- announcing


def test_announcing_returns_a_video_and_its_upload(api: ApiHarness) -> None:
    """One response contains everything that the uploader needs."""
    made = announce(api, api.person())
    assert made["video"]["title"] == "Die Brücke"
    assert made["video"]["status"] == "uploading"
    assert made["upload"]["protocol"] == "gcs-resumable"
    assert made["upload"]["headers"]["content-type"] == "video/x-matroska"


def test_the_same_file_continues_the_same_video(api: ApiHarness) -> None:
    """In another tab or device of the same person; not for someone else, another file, or a complete upload."""
    ana, ben = api.person("Ana"), api.person("Ben")
    first = announce(api, ana)["video"]["id"]
    assert announce(api, ana)["video"]["id"] == first
    assert announce(api, ben)["video"]["id"] != first
    assert announce(api, ana, size_bytes=5_000_001)["video"]["id"] != first
    assert announce(api, ana, fingerprint="other-file")["video"]["id"] != first
    assert on_finalized(api.services, StoredObject(f"{first}/original", "1", 5_000_000, "video/x-matroska"))
    assert announce(api, ana)["video"]["id"] != first


def test_an_idempotency_key_creates_one_video(api: ApiHarness) -> None:
    """A repeated POST returns the same video and a new start."""
    ana = api.person()
    body = FILE | {"fingerprint": None}
    answers = [ask(api, ana, "POST", "/videos", body, **{"Idempotency-Key": "k1"}) for _ in range(2)]
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
def test_s14_announcements_are_validated(api: ApiHarness, fields: dict[str, Any], status: int, code: str) -> None:
    """Fault S14: lengths, characters and fields are checked; an empty file is refused before a byte is sent."""
    answer = ask(api, api.person(), "POST", "/videos", FILE | fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_quota_counts_unfinished_uploads(api: ApiHarness) -> None:
    """403 with a message, and nothing is created."""
    ana = api.person(quota_bytes=12_000_000)
    announce(api, ana)
    announce(api, ana, fingerprint="second-film")
    answer = ask(api, ana, "POST", "/videos", FILE | {"fingerprint": "third-film"})
    assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")
    assert len(ask(api, ana, "GET", "/videos").json()["items"]) == 2


def test_a_restarted_upload_counts_again(api: ApiHarness) -> None:
    """A failed upload is free, so starting it again must fit beside what was uploaded since."""
    ana = api.person(quota_bytes=6_000_000)
    video_id = announce(api, ana)["video"]["id"]
    api.clock.advance(seconds=ABANDONED_AFTER.total_seconds())
    end_abandoned(api.services)
    fresh = api.sign_in(ana.account)
    announce(api, fresh, fingerprint="second-film")
    again = ask(api, fresh, "POST", f"/videos/{video_id}/upload")
    assert (again.status_code, again.json()["code"]) == (403, "quota_exceeded")


def test_a_quota_of_zero_is_a_quota(api: ApiHarness) -> None:
    """An account with a quota of zero does not get the default."""
    answer = ask(api, api.person(quota_bytes=0), "POST", "/videos", FILE)
    assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")


def test_a_failed_upload_frees_its_quota(api: ApiHarness) -> None:
    """An unfinished upload takes no storage, and can be started again as the same video."""
    ana = api.person(quota_bytes=6_000_000)
    video_id = announce(api, ana)["video"]["id"]
    api.clock.advance(seconds=ABANDONED_AFTER.total_seconds())
    end_abandoned(api.services)
    fresh = api.sign_in(ana.account)
    assert ask(api, fresh, "GET", "/auth/me/usage").json()["used_bytes"] == 0
    again = ask(api, fresh, "POST", f"/videos/{video_id}/upload")
    assert again.status_code == 201
    assert (again.json()["video"]["status"], again.json()["video"]["failure"]) == ("uploading", None)


def test_others_see_how_much_of_a_film_has_been_sent(api: ApiHarness) -> None:
    """The owner's page reports it; guests read it on the card. It ends with the upload and is never more than all."""
    ana, ben = api.person("Ana"), api.person("Ben")
    video_id = announce(api, ana)["video"]["id"]
    room = ask(api, ana, "POST", "/rooms", {"video_id": video_id}).json()
    path = f"/videos/{video_id}/upload/progress"

    def progress() -> Any:
        film = api.client.get(f"/api/v1/rooms/{room['id']}").json()["film"]
        return film["status"], film["progress"]

    assert progress() == ("uploading", 0.0)
    assert ask(api, ana, "POST", path, {"sent_bytes": 1_250_000}).status_code == 204
    assert progress() == ("uploading", 0.25)
    assert ask(api, ana, "POST", path, {"sent_bytes": 10**15}).status_code == 204
    assert progress() == ("uploading", 1.0)
    assert ask(api, ben, "POST", path, {"sent_bytes": 1}).status_code == 403
    assert api.client.post(f"/api/v1{path}", json={"sent_bytes": 1}).status_code == 401
    assert ask(api, ana, "POST", path, {"sent_bytes": -1}).status_code == 422
    assert ask(api, ana, "POST", path, {"sent_bytes": 10**400}).status_code == 422
    on_finalized(api.services, StoredObject(f"{video_id}/original", GENERATION, 5_000_000, "video/x-matroska"))
    assert progress() == ("queued", 0.0)
    assert ask(api, ana, "POST", path, {"sent_bytes": 5_000_000}).status_code == 204
    assert progress() == ("queued", 0.0)


def test_a_complete_upload_cannot_be_restarted(api: ApiHarness) -> None:
    """409 once the original has arrived."""
    ana = api.person()
    video_id = announce(api, ana)["video"]["id"]
    assert ask(api, ana, "POST", f"/videos/{video_id}/upload").json()["upload"]["start_url"]
    on_finalized(api.services, StoredObject(f"{video_id}/original", GENERATION, 5_000_000, "video/x-matroska"))
    answer = ask(api, ana, "POST", f"/videos/{video_id}/upload")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_uploaded")


# ---- direct links


def test_a_direct_link_is_playable_at_once(api: ApiHarness) -> None:
    """Nothing is uploaded and nothing is fetched."""
    body = {"title": "Elephants Dream", "source_url": "https://films.example/ed.mp4?x=1", "duration_s": 653.8}
    made = ask(api, api.person(), "POST", "/videos", body).json()
    assert made["upload"] is None
    video = made["video"]
    assert (video["status"], video["playable"], video["duration_s"]) == ("ready", True, 653.8)
    assert api.objects.started == []


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
def test_invalid_direct_links_are_refused(api: ApiHarness, url: str) -> None:
    """Only http or https, without a password, and with an extension that browsers play."""
    answer = ask(api, api.person(), "POST", "/videos", {"title": "x", "source_url": url})
    assert answer.status_code == 422


def test_the_duration_of_a_linked_film_can_be_set_later(api: ApiHarness) -> None:
    """By the browser that opened it; we measure uploads ourselves."""
    ana = api.person()
    link = ask(api, ana, "POST", "/videos", {"title": "x", "source_url": "https://films.example/a.m3u8"}).json()
    changed = ask(api, ana, "PATCH", f"/videos/{link['video']['id']}", {"duration_s": 60.5}).json()
    assert (changed["duration_s"], changed["playable_s"]) == (60.5, 60.5)
    upload = announce(api, ana)["video"]["id"]
    assert ask(api, ana, "PATCH", f"/videos/{upload}", {"duration_s": 60.5}).json()["code"] == "not_a_link"


# ---- the library


def test_the_library_is_private_and_paginated(api: ApiHarness) -> None:
    """Newest first, with a cursor."""
    ana, ben = api.person("Ana"), api.person("Ben")
    for number in range(3):
        api.clock.advance(seconds=1)
        announce(api, ana, title=f"Film {number}", fingerprint=f"fingerprint-{number}")
    announce(api, ben)
    page = ask(api, ana, "GET", "/videos?limit=2").json()
    assert [video["title"] for video in page["items"]] == ["Film 2", "Film 1"]
    rest = ask(api, ana, "GET", f"/videos?limit=2&cursor={page['next_cursor']}").json()
    assert ([video["title"] for video in rest["items"]], rest["next_cursor"]) == (["Film 0"], None)


def test_s14_responses_reveal_neither_paths_nor_owners(api: ApiHarness) -> None:
    """Fault S14: no response contains a storage path, the owner's address or the fingerprint."""
    ana = api.person()
    video = film(api, ana, renditions=({"height": 360, "width": 640, "bandwidth": 1, "codecs": "x", "playlist": "p"},))
    text = ask(api, ana, "GET", f"/videos/{video.id}").text
    assert not [word for word in ("original", "owner", "example.org", "fingerprint", '"p"', "uploads/") if word in text]


def test_a_film_is_renamed(api: ApiHarness) -> None:
    """The title is one line of visible text."""
    ana = api.person()
    video = film(api, ana)
    assert ask(api, ana, "PATCH", f"/videos/{video.id}", {"title": "  M \n 1931 "}).json()["title"] == "M 1931"


def test_other_peoples_films_are_forbidden_and_unknown_ones_not_found(api: ApiHarness) -> None:
    """403 and 404."""
    video = film(api, api.person("Ana"))
    ben = api.person("Ben")
    assert ask(api, ben, "GET", f"/videos/{video.id}").status_code == 403
    assert ask(api, ben, "GET", "/videos/nothing").status_code == 404


def test_deleting_removes_everything(api: ApiHarness) -> None:
    """The transcode, the files, the record, and the film in rooms."""
    room = party(api)
    video = film(api, room.owner)
    room.host.ask("PATCH", room.path(), {"video_id": video.id})
    assert room.host.ask("DELETE", f"/videos/{video.id}").status_code == 204
    assert api.jobs.cancelled == [video.id]
    assert api.objects.deleted == [video.id]
    assert api.services.store.get(Video, video.id) is None
    assert room.host.ask("GET", room.path()).json()["film"] is None
    assert room.host.ask("DELETE", f"/videos/{video.id}").status_code == 404


def test_only_failed_films_are_retried(api: ApiHarness) -> None:
    """MEDIA: failed jobs were never retried. A film that is ready has nothing to retry: 409."""
    ana = api.person()
    failed = film(api, ana, status="failed", playable=False, failure={"code": "internal", "message": "-"})
    assert ask(api, ana, "POST", f"/videos/{failed.id}/retry").json()["status"] == "queued"
    assert api.jobs.launched == [(failed.id, failed.generation, 1)]
    answer = ask(api, ana, "POST", f"/videos/{film(api, ana).id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_retry")


def test_a_picture_is_loaded_without_credentials(api: ApiHarness) -> None:
    """Its URL works in an <img>, for this film and for two hours at most."""
    ana = api.person()
    video, other = film(api, ana), film(api, ana)
    api.objects.media[f"{video.id}/{video.generation}/poster.jpg"] = b"picture"
    url = ask(api, ana, "GET", f"/videos/{video.id}").json()["poster_url"]
    answer = api.new_client().get(url)
    assert (answer.content, answer.headers["content-type"]) == (b"picture", "image/jpeg")
    assert api.client.get(url.replace(video.id, other.id)).status_code == 403
    api.clock.advance(hours=2)
    assert api.client.get(url).status_code == 403

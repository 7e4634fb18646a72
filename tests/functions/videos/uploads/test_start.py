"""Announcing an upload, and restarting it."""

from datetime import timedelta
from typing import Any

from fakes.api_harness import ApiHarness, Person
from watchparty_api.records import Video
from watchparty_api.videos.uploads.cleanup import ABANDONED_AFTER, end_abandoned
from watchparty_api.videos.uploads.start import start_upload


def announced(api: ApiHarness, person: Person) -> dict[str, Any]:
    body = {"filename": "film.mkv", "size_bytes": 1000}
    answer = api.client.post("/api/v1/videos", json=body, headers=person.headers)
    assert answer.status_code == 201, answer.text
    video: dict[str, Any] = answer.json()["video"]
    return video


def status(api: ApiHarness, video_id: str) -> str:
    video = api.services.store.get(Video, video_id)
    assert video is not None
    return video.status


def test_a_restart_gives_the_upload_another_week(api: ApiHarness) -> None:
    """An upload that is resumed after six days does not expire on the seventh."""
    person = api.person()
    video = announced(api, person)
    api.clock.advance(seconds=(ABANDONED_AFTER - timedelta(days=1)).total_seconds())
    headers = api.sign_in(person.account).headers
    assert api.client.post(f"/api/v1/videos/{video['id']}/upload", headers=headers).status_code == 201
    api.clock.advance(seconds=timedelta(days=2).total_seconds())
    end_abandoned(api.services)
    assert status(api, video["id"]) == "uploading"
    api.clock.advance(seconds=ABANDONED_AFTER.total_seconds())
    end_abandoned(api.services)
    assert status(api, video["id"]) == "failed"


def test_two_tabs_can_start_it_at_the_same_moment(api: ApiHarness) -> None:
    """Both get a start, and neither gets a conflict."""
    owner = api.person()
    video = api.services.store.get(Video, announced(api, owner)["id"])
    assert video is not None
    starts = [start_upload(api.services, owner.account, video, base_url="http://watch.test") for _ in range(2)]
    assert len(starts) == 2
    assert status(api, video.id) == "uploading"

"""Announcing an upload, and restarting it."""

from datetime import timedelta
from typing import Any

from fakes.house import House, Person
from watchparty_api.records import Video
from watchparty_api.videos.uploads.cleanup import ABANDONED_AFTER, end_abandoned
from watchparty_api.videos.uploads.start import start_upload


def announced(house: House, person: Person) -> dict[str, Any]:
    body = {"filename": "film.mkv", "size_bytes": 1000}
    answer = house.client.post("/api/v1/videos", json=body, headers=person.headers)
    assert answer.status_code == 201, answer.text
    video: dict[str, Any] = answer.json()["video"]
    return video


def status(house: House, video_id: str) -> str:
    video = house.services.store.get(Video, video_id)
    assert video is not None
    return video.status


def test_a_restart_gives_the_upload_another_week(house: House) -> None:
    """An upload that is resumed after six days does not expire on the seventh."""
    person = house.person()
    video = announced(house, person)
    house.clock.advance(seconds=(ABANDONED_AFTER - timedelta(days=1)).total_seconds())
    headers = house.sign_in(person.account).headers
    assert house.client.post(f"/api/v1/videos/{video['id']}/upload", headers=headers).status_code == 201
    house.clock.advance(seconds=timedelta(days=2).total_seconds())
    end_abandoned(house.services)
    assert status(house, video["id"]) == "uploading"
    house.clock.advance(seconds=ABANDONED_AFTER.total_seconds())
    end_abandoned(house.services)
    assert status(house, video["id"]) == "failed"


def test_two_tabs_can_start_it_at_the_same_moment(house: House) -> None:
    """Both get a start, and neither gets a conflict."""
    video = house.services.store.get(Video, announced(house, house.person())["id"])
    assert video is not None
    starts = [start_upload(house.services, video, base_url="http://watch.test") for _ in range(2)]
    assert len(starts) == 2
    assert status(house, video.id) == "uploading"

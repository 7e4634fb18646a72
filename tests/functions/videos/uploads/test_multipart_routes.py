"""Multipart uploads over HTTP, from the announcement to a film that is being prepared, against a local S3 service."""

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from httpx2 import Response

from fakes.api_harness import SITE, ApiHarness, Person
from fakes.s3_service import S3Service, fresh_buckets, s3_store
from watchparty_api.rate_limits.limits import RULES
from watchparty_api.videos.uploads.cleanup import ABANDONED_AFTER, end_abandoned

MIB = 2**20
FILM = os.urandom(9 * MIB)
FILE = {"filename": "film.mp4", "size_bytes": len(FILM), "content_type": "video/mp4", "fingerprint": "a1b2c3d4e5"}


@pytest.fixture
def s3(s3_endpoint: str) -> S3Service:
    return fresh_buckets(s3_endpoint)


@pytest.fixture
def home(api: ApiHarness, s3: S3Service) -> ApiHarness:
    """An API whose films are in buckets."""
    return replace(api, services=replace(api.services, objects=s3_store(s3, now=api.clock)))


def ask(home: ApiHarness, person: Person, path: str, body: Any = None) -> Response:
    return home.client.post(f"/api/v1{path}", json=body, headers=person.headers)


def create_upload(home: ApiHarness, person: Person, **fields: Any) -> str:
    made = ask(home, person, "/videos", FILE | fields).json()
    video_id = str(made["video"]["id"])
    assert made["upload"]["protocol"] == "s3-multipart"
    assert made["upload"]["start_url"] == f"{SITE}/api/v1/videos/{video_id}/upload/parts"
    return video_id


def send(home: ApiHarness, person: Person, video_id: str, numbers: list[int]) -> None:
    """Sends parts to the URLs that the API returns."""
    found = ask(home, person, f"/videos/{video_id}/upload/parts", {"numbers": numbers}).json()
    for part in found["addresses"]:
        begin = (part["number"] - 1) * found["part_size_bytes"]
        sent = httpx2.put(part["url"], content=FILM[begin : begin + part["size_bytes"]])
        assert sent.status_code == 200


def stored(home: ApiHarness, person: Person, video_id: str) -> Any:
    return ask(home, person, f"/videos/{video_id}/upload/parts", {}).json()["stored"]


def test_a_film_in_parts_is_prepared(home: ApiHarness, s3: S3Service) -> None:
    """Announced, sent, listed and completed: the transcode is launched once, and the response shows it."""
    ana = home.person()
    video_id = create_upload(home, ana)
    send(home, ana, video_id, [2])
    assert stored(home, ana, video_id) == [2]
    early = ask(home, ana, f"/videos/{video_id}/upload/complete")
    assert (early.status_code, early.json()["code"]) == (409, "upload_incomplete")
    send(home, ana, video_id, [1])
    done = ask(home, ana, f"/videos/{video_id}/upload/complete")
    assert (done.status_code, done.json()["status"]) == (200, "queued")
    assert s3.content(s3.uploads, f"{video_id}/original") == FILM
    assert [video for video, _, _ in home.jobs.launched] == [video_id]


def test_a_finished_upload_takes_no_parts(home: ApiHarness) -> None:
    """409 after completion, for another start too; 410 after it was aborted, until it is started again."""
    ana = home.person()
    video_id = create_upload(home, ana)
    assert ask(home, ana, f"/videos/{video_id}/upload/abort").status_code == 204
    gone = ask(home, ana, f"/videos/{video_id}/upload/parts", {"numbers": [1]})
    assert (gone.status_code, gone.json()["code"]) == (410, "upload_gone")
    assert ask(home, ana, f"/videos/{video_id}/upload").status_code == 201
    send(home, ana, video_id, [1, 2])
    assert ask(home, ana, f"/videos/{video_id}/upload/complete").status_code == 200
    for call, body in (("/parts", {}), ("/complete", None), ("/abort", None), ("", None)):
        answer = ask(home, ana, f"/videos/{video_id}/upload{call}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_uploaded")
    assert len(home.jobs.launched) == 1


def test_another_device_continues_the_upload(home: ApiHarness) -> None:
    """The fingerprint finds the video, and the stored parts count."""
    ana = home.person()
    video_id = create_upload(home, ana)
    send(home, ana, video_id, [1])
    assert create_upload(home, ana) == video_id
    assert stored(home, ana, video_id) == [1]


def test_an_upload_belongs_to_its_owner(home: ApiHarness) -> None:
    """403 for another account and 401 for anonymous callers, on every route."""
    video_id = create_upload(home, home.person("Ana"))
    for call, body in (("parts", {"numbers": [1]}), ("complete", None), ("abort", None)):
        path = f"/videos/{video_id}/upload/{call}"
        assert ask(home, home.person("Ben"), path, body).status_code == 403
        assert home.client.post(f"/api/v1{path}", json=body).status_code == 401


@pytest.mark.parametrize("numbers", [[0], [3], [10_001], ["1"], [1.5], list(range(1, 102))])
def test_part_numbers_are_checked(home: ApiHarness, numbers: list[Any]) -> None:
    """422 for a part that the file does not have, and for more than a hundred parts."""
    ana = home.person()
    answer = ask(home, ana, f"/videos/{create_upload(home, ana)}/upload/parts", {"numbers": numbers})
    assert answer.status_code == 422


def test_a_site_with_another_protocol_refuses_parts(api: ApiHarness) -> None:
    """409, so that a client that confuses the protocols finds out."""
    ana = api.person()
    video_id = ask(api, ana, "/videos", FILE).json()["video"]["id"]
    answer = ask(api, ana, f"/videos/{video_id}/upload/parts", {"numbers": [1]})
    assert (answer.status_code, answer.json()["code"]) == (409, "other_protocol")


def test_part_requests_are_limited(home: ApiHarness) -> None:
    """Far above what the fastest connection needs."""
    ana = home.person()
    video_id = create_upload(home, ana)
    (rule,) = RULES["upload_parts"]
    for _ in range(rule.amount):
        home.services.limiter.hit("upload_parts", ana.id)
    answer = ask(home, ana, f"/videos/{video_id}/upload/parts", {})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 0


def test_an_abandoned_multipart_upload_ends_after_a_week(home: ApiHarness, s3: S3Service) -> None:
    """Maintenance ends the upload, and nothing of it stays in the bucket."""
    ana = home.person()
    video_id = create_upload(home, ana)
    send(home, ana, video_id, [1])
    home.clock.advance(seconds=(ABANDONED_AFTER + timedelta(seconds=1)).total_seconds())
    end_abandoned(home.services)
    assert s3.client.list_multipart_uploads(Bucket=s3.uploads).get("Uploads", []) == []
    seen = home.client.get(f"/api/v1/videos/{video_id}", headers=home.sign_in(ana.account).headers).json()
    assert (seen["status"], seen["failure"]["code"]) == ("failed", "incomplete")


def test_a_deleted_video_leaves_no_parts(home: ApiHarness, s3: S3Service) -> None:
    """Its unfinished upload is aborted."""
    ana = home.person()
    video_id = create_upload(home, ana)
    send(home, ana, video_id, [1])
    assert home.client.delete(f"/api/v1/videos/{video_id}", headers=ana.headers).status_code == 204
    assert s3.client.list_multipart_uploads(Bucket=s3.uploads).get("Uploads", []) == []

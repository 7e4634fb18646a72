"""A home server with films in an S3-compatible store: uploaded in parts, prepared there, played from there.

The server and its transcoder are separate processes; the store is moto's server, so signatures are not checked.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from e2e.films import copyable
from e2e.home import Home as Server
from fakes.s3_service import CREDENTIALS, S3Service, fresh_buckets
from fakes.waiting import eventually

pytestmark = [pytest.mark.service, pytest.mark.integration, pytest.mark.media]

Json = dict[str, Any]


@pytest.fixture
def s3(s3_endpoint: str) -> S3Service:
    return fresh_buckets(s3_endpoint)


@pytest.fixture
def server(s3: S3Service, tmp_path: Path) -> Iterator[Server]:
    running = Server(
        tmp_path / "data",
        WATCHPARTY_S3_ENDPOINT=s3.endpoint,
        WATCHPARTY_UPLOADS_BUCKET=s3.uploads,
        WATCHPARTY_MEDIA_BUCKET=s3.media,
        **CREDENTIALS,
    )
    yield running
    running.stop()


def ok(answer: httpx2.Response) -> Json:
    assert answer.is_success, answer.text
    content: Json = answer.json()
    return content


def upload(api: httpx2.Client, film: bytes) -> str:
    request = {"filename": "film.mp4", "size_bytes": len(film), "content_type": "video/mp4"}
    created = ok(api.post("/videos", json=request))
    video_id = str(created["video"]["id"])
    assert created["upload"]["protocol"] == "s3-multipart"
    each = ok(api.post(created["upload"]["start_url"], json={}))["part_size_bytes"]
    numbers = list(range(1, -(-len(film) // each) + 1))
    for part in ok(api.post(created["upload"]["start_url"], json={"numbers": numbers}))["addresses"]:
        begin = (part["number"] - 1) * each
        assert httpx2.put(part["url"], content=film[begin : begin + part["size_bytes"]]).status_code == 200
    assert ok(api.post(f"/videos/{video_id}/upload/complete"))["status"] in ("queued", "processing", "ready")
    return video_id


def fetched(api: httpx2.Client, url: str) -> bytes:
    """Returns a file of the film, following the redirect to the store."""
    answer = api.get(url, follow_redirects=True)
    assert answer.status_code == 200, (url, answer.text)
    return bytes(answer.content)


def names(playlist: bytes, ending: str) -> list[str]:
    return re.findall(rf"[\w./-]+\.{ending}", playlist.decode())


def test_a_film_is_uploaded_prepared_and_played_there(server: Server, s3: S3Service) -> None:
    """The data folder stays empty, segments redirect to the store, and deletion leaves nothing behind."""
    film = copyable(60).read_bytes()
    with httpx2.Client(base_url=f"{server.url}/api/v1", headers={"Origin": server.url}) as api:
        host = ok(api.post("/auth/temporary", json={"display_name": "Ada"}))
        api.headers["Authorization"] = f"Bearer {host['access_token']}"
        video_id = upload(api, film)
        video = eventually("the film is ready", lambda: ready(api, video_id), within_s=120)
        assert (video["failure"], round(video["duration_s"])) == (None, 60)
        assert not list(server.data.glob("uploads/*"))
        assert not list(server.data.glob("media/*"))

        grant = ok(api.post(f"/videos/{video_id}/playback", json={}))
        master = f"{server.url}{grant['manifest_url']}"
        folder, _, _ = master.rpartition("/")
        playlist = names(fetched(api, master), "m3u8")[0]
        segment = f"{folder}/{playlist.rpartition('/')[0]}/{names(fetched(api, f'{folder}/{playlist}'), 'm4s')[0]}"
        redirect = api.get(segment, follow_redirects=False)
        assert redirect.status_code == 302
        assert redirect.headers["location"].startswith(f"{s3.endpoint}/{s3.media}/media/{video_id}/")
        assert fetched(api, segment)[4:8] in (b"styp", b"moof", b"sidx")
        assert api.get(video["poster_url"].removeprefix("/api/v1")).content[:2] == b"\xff\xd8"

        assert api.delete(f"/videos/{video_id}").status_code == 204
    left = [s3.client.list_objects_v2(Bucket=bucket)["KeyCount"] for bucket in (s3.uploads, s3.media)]
    assert left == [0, 0]


def ready(api: httpx2.Client, video_id: str) -> Json | None:
    video = ok(api.get(f"/videos/{video_id}"))
    return video if video["status"] in ("ready", "failed") else None

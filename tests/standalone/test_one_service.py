"""The whole site on one Cloud Run service: the standalone server with Firestore, buckets and the Cloud Run job.

Real clients use the Firestore emulator, the strict bucket service and a local Cloud Run API. The test performs the work
of other processes by hand: the function for bucket events and the transcoder.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials
from starlette.testclient import TestClient

from fakes.function_process import cloud_environment
from fakes.google.cloud_run_api import JOB, CloudRunApi, cloud_run_api
from fakes.google.gcs_client import bucket_store
from fakes.google.strict_gcs import StrictGcs, strict_gcs
from fakes.transcode_events import said
from watchparty.bootstrap import Home, build_on_cloud_run
from watchparty.config import home_config
from watchparty_api.accounts.sign_up import open_setup
from watchparty_api.ports.jobs import CloudRunJobs, Endpoint
from watchparty_api.store.firestore import FirestoreStore
from watchparty_api.videos.transcodes.runs import apply_event
from watchparty_api.videos.uploads.finalize import on_upload_event

pytestmark = [pytest.mark.service, pytest.mark.integration]

SITE = "https://watch.example"
FILM = b"a film of some bytes" * 1000
NOTHING_GIVEN = argparse.Namespace(host=None, port=None, data=None, no_browser=False, demo=False)


@dataclass
class Service:
    """The server and the services that it uses."""

    home: Home
    gcs: StrictGcs
    api: CloudRunApi

    def browser(self) -> TestClient:
        return TestClient(self.home.app, base_url=SITE, headers={"Origin": SITE}, follow_redirects=False)

    def admin(self) -> tuple[TestClient, dict[str, str]]:
        browser = self.browser()
        who = {"email": "ada@example.org", "password": "correct horse", "display_name": "Ada"}
        answer = ok(browser.post("/api/v1/setup", json={"token": open_setup(self.home.services), **who}))
        return browser, {"Authorization": f"Bearer {answer['access_token']}"}

    def upload(self, browser: TestClient, headers: dict[str, str]) -> str:
        """Uploads a film as a browser does; the bucket's event arrives twice."""
        request = {"filename": "film.mp4", "size_bytes": len(FILM), "content_type": "video/mp4"}
        created = ok(browser.post("/api/v1/videos", json=request, headers=headers))
        start = httpx2.post(created["upload"]["start_url"], headers=created["upload"]["headers"])
        whole = {"Content-Range": f"bytes 0-{len(FILM) - 1}/{len(FILM)}"}
        assert httpx2.put(start.headers["location"], content=FILM, headers=whole).status_code == 200
        for event in self.gcs.events * 2:
            on_upload_event(self.home.services, event)
        return str(created["video"]["id"])

    def transcode(self, video_id: str) -> None:
        """Writes the job's output to the media bucket and sends its events."""
        (run,) = self.api.started
        assert run["VIDEO_ID"] == video_id
        folder = f"media/{video_id}/{run['GENERATION']}"
        self.gcs.put(
            "demo-media", f"{folder}/master.m3u8", b"#EXTM3U\n#EXT-X-ENDLIST\n", "application/vnd.apple.mpegurl"
        )
        self.gcs.put("demo-media", f"{folder}/v360/1.m4s", b"segment", "video/mp4")
        event: dict[str, Any] = {"video_id": video_id, "generation": int(run["GENERATION"])}
        for kind in ("playable", "finished"):
            apply_event(self.home.services, said(kind, **event))


def ok(answer: Any) -> dict[str, Any]:
    assert answer.is_success, answer.text
    content: dict[str, Any] = answer.json()
    return content


def given(folder: Path, store_url: str) -> dict[str, str]:
    """The environment that Terraform gives the service, with the test's own folder."""
    environ = cloud_environment(folder / "keys", store_url=store_url)
    return {**environ, "HOME": str(folder), "PORT": "8080"}


@pytest.fixture
def service(firestore_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)  # the client's own setting
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    config = home_config(NOTHING_GIVEN, given(tmp_path, f"firestore://demo-{tmp_path.name.replace('_', '-')}"))
    with strict_gcs(key.public_key()) as gcs, cloud_run_api() as api:
        endpoint = Endpoint(host=api.host, scheme="http", credentials=AnonymousCredentials())
        assert config.cloud is not None
        home = build_on_cloud_run(
            config.cloud,
            objects=bucket_store(gcs, key, now=lambda: datetime.now(UTC)),
            jobs=CloudRunJobs(JOB, endpoint),
        )
        with TestClient(home.app):  # runs until the test ends
            yield Service(home, gcs, api)
        assert isinstance(home.services.store.adapter, FirestoreStore)
        home.services.store.close()


def test_from_an_upload_to_a_guest_who_watches_and_is_removed(service: Service) -> None:
    """Film data never passes through the service: uploads use a signed start, downloads signed addresses."""
    browser, headers = service.admin()
    video_id = service.upload(browser, headers)
    assert len(service.api.started) == 1, "two events, one start"
    service.transcode(video_id)
    room = ok(browser.post("/api/v1/rooms", json={"video_id": video_id}, headers=headers))

    guest = service.browser()
    joined = ok(guest.post(f"/api/v1/rooms/{room['id']}/join", json={"display_name": "Gil"}))
    master = joined["playback"]["manifest_url"]
    assert guest.get(master).text.startswith("#EXTM3U")
    segment = master.replace("master.m3u8", "v360/1.m4s")
    redirect = guest.get(segment)
    assert redirect.status_code == 302
    assert redirect.headers["cache-control"] == "no-store"
    assert httpx2.get(redirect.headers["location"]).content == b"segment"
    assert httpx2.get(redirect.headers["location"].replace("1.m4s", "2.m4s")).status_code == 403
    assert service.browser().get(segment).status_code == 401

    removed = browser.delete(
        f"/api/v1/rooms/{room['id']}/members/{joined['connection']['participant_id']}", headers=headers
    )
    assert removed.is_success
    assert guest.get(segment).status_code == 403
    assert guest.get(master).status_code == 403


def test_the_join_token_opens_the_socket_of_the_same_service(service: Service) -> None:
    """Page, API and relay are one origin, and the relay verifies tokens with the service's own keys."""
    browser, headers = service.admin()
    room = ok(browser.post("/api/v1/rooms", json={}, headers=headers))
    joined = ok(service.browser().post(f"/api/v1/rooms/{room['id']}/join", json={"display_name": "Gil"}))
    with service.browser().websocket_connect("/ws", subprotocols=["watchparty.v1"]) as socket:
        socket.send_text(json.dumps({"t": "hello", "v": 1, "token": joined["connection"]["join_token"]}))
        welcome = json.loads(socket.receive_text())
    assert (welcome["t"], welcome["room"]["id"]) == ("welcome", room["id"])


def test_sockets_move_before_cloud_run_cuts_them(service: Service) -> None:
    """Cloud Run ends a request, and so a socket, after 60 minutes: the relay asks clients to reconnect before that."""
    assert service.home.relay.relay.rotates


def test_the_service_accepts_no_uploads(service: Service) -> None:
    """Originals go directly to the bucket."""
    assert service.browser().post("/upload/v1").status_code == 405

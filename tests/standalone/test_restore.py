"""Restores backups as docs/operations.md and docs/self-hosting.md describe: the copy is the same site."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from google.cloud import firestore as google
from starlette.testclient import TestClient

from e2e.films import copyable
from e2e.home import Home as Server
from fakes.function_process import cloud_environment
from fakes.waiting import eventually
from standalone.test_prewarm import KIB256, begin_upload, send
from watchparty.__main__ import main
from watchparty.bootstrap import build_home
from watchparty.demo import Api
from watchparty_api.config import Config
from watchparty_api.records import KINDS, WorkspaceSettings
from watchparty_api.services import SETTINGS_ID
from watchparty_api.store.firestore import open_store
from watchparty_api.store.shapes import kind_name

pytestmark = [pytest.mark.service, pytest.mark.integration]

SITE = "https://watch.example"


def test_a_backup_taken_while_the_server_runs_is_the_same_site(tmp_path: Path) -> None:
    """`watchparty backup`, its drill and `restore`: host, room, guest, keys, film and half an upload are all there."""
    film = copyable(60).read_bytes()
    server = Server(tmp_path / "data")
    try:
        host = Api(server.url)
        host.become_temporary_host("Ada")
        video_id, location = begin_upload(host, server, film)
        assert send(location, film, KIB256, len(film)) == 200
        unfinished, half = begin_upload(host, server, film)
        room = host.call("POST", "/rooms", {"name": "Club"})
        with httpx2.Client(base_url=server.url, headers={"Origin": server.url}) as browser:
            guest = browser.post(
                f"/api/v1/rooms/{room['id']}/join", json={"display_name": "Ida", "guest_key": True}
            ).json()
        prepared = eventually("the film is ready", lambda: ready(host, video_id), within_s=120)
        back_up = ["backup", str(tmp_path / "backups"), "--data", str(server.data)]
        assert main(back_up) == 0
        assert main([*back_up, "--drill"]) == 0
        files = media(server.data)
    finally:
        server.kill()
    assert main(["restore", str(tmp_path / "backups"), "--data", str(tmp_path / "copy")]) == 0
    assert media(tmp_path / "copy") == files
    restored = Server(tmp_path / "copy", port=server.port)
    try:
        assert host.call("GET", f"/rooms/{room['id']}")["name"] == "Club"
        assert host.call("GET", f"/videos/{video_id}")["renditions"] == prepared["renditions"]
        assert host.call("GET", f"/videos/{unfinished}")["status"] == "uploading"
        assert send(half, film, KIB256, len(film)) == 200
        with httpx2.Client(base_url=restored.url, headers={"Origin": restored.url}) as browser:
            again = browser.post(
                f"/api/v1/rooms/{room['id']}/join/renew", json={}, headers={"X-Guest-Key": guest["guest_key"]}
            ).json()
            assert again["connection"]["participant_id"] == guest["connection"]["participant_id"]
    finally:
        restored.stop()


def media(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.glob("media/**/*") if path.is_file()}


def ready(host: Api, video_id: str) -> Any:
    video = host.call("GET", f"/videos/{video_id}")
    return video if video["status"] == "ready" else None


def test_a_restored_database_is_the_same_site(
    firestore_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google restores into another database; the same code finds all accounts and rooms there."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)
    keys = tmp_path / "keys"
    settings = WorkspaceSettings(
        workspace_id="main", id=SETTINGS_ID, created_at=datetime.now(UTC), temporary_hosts=True
    )
    open_store("firestore://demo-restore/watchparty").create("main", settings)
    site = browser_on("firestore://demo-restore/watchparty", keys)
    made = site.post("/api/v1/auth/temporary", json={"display_name": "Ada"}).json()
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    room = site.post("/api/v1/rooms", json={"name": "Club"}, headers=headers).json()
    copied = stand_in_for_googles_restore("demo-restore", "watchparty", "watchparty-2")
    assert copied >= 4  # account, session, room, its link and host
    site.delete(f"/api/v1/rooms/{room['id']}", headers=headers)  # a change after the backup
    restored = browser_on("firestore://demo-restore/watchparty-2", keys)
    assert restored.get("/api/v1/rooms", headers=headers).json()["items"][0]["name"] == "Club"
    assert restored.get("/api/v1/auth/me", headers=headers).json()["display_name"] == "Ada"
    assert site.get("/api/v1/rooms", headers=headers).json()["items"] == []


def browser_on(store_url: str, keys: Path) -> TestClient:
    from argparse import Namespace

    from watchparty.config import home_config

    options = Namespace(host=None, port=None, data=None, no_browser=True, demo=False)
    environ: dict[str, Any] = {"HOME": str(keys.parent), "PORT": "1", **cloud_environment(keys, store_url=store_url)}
    config = home_config(options, environ)
    assert isinstance(config.cloud, Config)
    return TestClient(build_home(config).app, base_url=SITE, headers={"Origin": SITE})


def stand_in_for_googles_restore(project: str, source: str, target: str) -> int:
    """Copies every document of every kind, because the emulator has no restore."""
    before, after = (google.Client(project=project, database=name) for name in (source, target))
    count = 0
    for kind in KINDS:
        for document in before.collection("workspaces", "main", kind_name(kind)).stream():
            after.document(document.reference.path).set(document.to_dict() or {})
            count += 1
    return count

"""Restores backups as docs/operations.md and docs/self-hosting.md describe: the copy is the same site."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from google.cloud import firestore as google
from starlette.testclient import TestClient

from e2e.home import Home as Server
from fakes.function_process import cloud_environment
from watchparty.bootstrap import build_home
from watchparty_api.config import Config
from watchparty_api.records import KINDS, WorkspaceSettings
from watchparty_api.services import SETTINGS_ID
from watchparty_api.store.firestore import open_store
from watchparty_api.store.shapes import kind_name

pytestmark = [pytest.mark.service, pytest.mark.integration]

SITE = "https://watch.example"


def test_a_copy_taken_while_the_server_runs_is_the_same_site(tmp_path: Path) -> None:
    """With `.backup` of the databases and copies of the folders, host, room, guest and keys are all there."""
    server = Server(tmp_path / "data")
    try:
        with httpx2.Client(base_url=server.url, headers={"Origin": server.url}) as browser:
            host = browser.post("/api/v1/auth/temporary", json={"display_name": "Ada"}).json()
            headers = {"Authorization": f"Bearer {host['access_token']}"}
            room = browser.post("/api/v1/rooms", json={"name": "Club"}, headers=headers).json()
            guest = browser.post(
                f"/api/v1/rooms/{room['id']}/join", json={"display_name": "Ida", "guest_key": True}
            ).json()
        back_up(server.data, tmp_path / "copy")
    finally:
        server.kill()
    restored = Server(tmp_path / "copy")
    try:
        with httpx2.Client(base_url=restored.url, headers={"Origin": restored.url}) as browser:
            assert browser.get("/api/v1/auth/me", headers=headers).json()["display_name"] == "Ada"
            assert browser.get(f"/api/v1/rooms/{room['id']}", headers=headers).json()["name"] == "Club"
            again = browser.post(
                f"/api/v1/rooms/{room['id']}/join/renew", json={}, headers={"X-Guest-Key": guest["guest_key"]}
            ).json()
            assert again["connection"]["participant_id"] == guest["connection"]["participant_id"]
    finally:
        restored.stop()


def back_up(data: Path, copy: Path) -> None:
    """Makes a backup as docs/self-hosting.md describes it for a running server."""
    databases = sorted(data.glob("*.sqlite"))
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.sqlite*", "*.lock"))
    for path in databases:
        with sqlite3.connect(path) as source, sqlite3.connect(copy / path.name) as target:
            source.backup(target)


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

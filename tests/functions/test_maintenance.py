"""The periodic tasks: what the function `sweep` runs, and what the table says of each deployment."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import party
from fakes.transcode_events import waiting_video
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.deletion import delete_expired_temporary_accounts
from watchparty_api.maintenance import TASKS, MaintenanceFailed, delete_expired, run_cloud_tasks
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import Account, Session, Video
from watchparty_api.store.queries import NOTICES_BY_DUE
from watchparty_api.videos.quota import ORIGINAL_RETENTION


def test_a_round_delivers_lost_notices_and_starts_stuck_transcodes(api: ApiHarness) -> None:
    """A notice that the relay missed is delivered, and a run that could not be started is started."""
    here = party(api)
    api.relay.reachable = False
    assert here.host.ask("PATCH", here.path(), {"chat": False}).status_code == 200
    api.services.store.create(waiting_video(heard_at=None))
    api.relay.reachable = True
    api.clock.advance(seconds=10)
    run_cloud_tasks(api.services)
    assert here.notices() == ["settings"]
    assert api.services.store.query(NOTICES_BY_DUE).items == ()
    assert api.jobs.launched == [("v1", waiting_video().generation, 1)]


def test_a_task_that_fails_does_not_stop_the_others(api: ApiHarness, caplog: pytest.LogCaptureFixture) -> None:
    """Transcodes come after the notices, and are started although delivering notices failed. The round itself fails,
    so the function answers 500 and the operator's alerts fire."""
    api.services.store.create(waiting_video(heard_at=None))

    class Broken:
        def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
            raise RuntimeError("broken")

    here = party(api)
    api.relay.reachable = False
    here.host.ask("PATCH", here.path(), {"chat": False})
    api.clock.advance(seconds=10)
    with pytest.raises(MaintenanceFailed, match="deliver notices"):
        run_cloud_tasks(replace(api.services, relay=Broken()))
    assert "could not deliver notices" in caplog.text
    video = api.services.store.get(Video, "v1")
    assert video is not None
    assert video.heard_at == api.clock()
    assert len(api.jobs.launched) == 1


def test_the_bucket_deletes_originals_in_the_cloud(api: ApiHarness) -> None:
    """The tasks that the cloud skips are done by a lifecycle rule of the uploads bucket, and by Firestore's expiry."""
    assert [task.name for task in TASKS if not task.in_cloud] == [
        "delete expired records",
        "delete originals of finished films",
    ]
    video = waiting_video(status="ready", updated_at=api.clock() - 2 * ORIGINAL_RETENTION)
    api.services.store.create(video)
    api.objects.originals["v1"] = StoredObject("v1/original", "1", 1, "video/mp4")
    run_cloud_tasks(api.services)
    assert "v1" in api.objects.originals
    terraform = (Path(__file__).parents[2] / "terraform" / "buckets.tf").read_text()
    uploads = terraform.partition('resource "google_storage_bucket" "uploads"')[2].partition("\nresource ")[0]
    assert re.search(
        r"lifecycle_rule \{\s+condition \{\s+age = var.original_days\s+\}\s+action \{\s+type = \"Delete\"", uploads
    )


def test_only_expired_records_are_deleted(api: ApiHarness) -> None:
    """A one-hour link is deleted after its hour; a 30-day session stays until its 30 days have passed."""
    ana = api.person()
    one_time_tokens.mint(api.services, "reset", account_id=ana.id)
    lasting, _ = one_time_tokens.mint(api.services, "account_invite")
    headers = ana.headers | {"Idempotency-Key": "k"}
    assert api.client.post("/api/v1/rooms", json={}, headers=headers).status_code == 201
    assert delete_expired(api.services) == 0
    api.clock.advance(hours=24)
    assert delete_expired(api.services) == 2
    assert one_time_tokens.find(api.services, "account_invite", lasting).purpose == "account_invite"
    assert api.services.store.get(Session, ana.session_id) is not None
    api.clock.advance(days=30)
    assert delete_expired(api.services) == 2
    assert api.services.store.get(Session, ana.session_id) is None


def test_an_expired_temporary_host_is_deleted_with_everything(api: ApiHarness) -> None:
    """After 24 hours the account and its rooms are deleted; other accounts are not."""
    lasting = api.person()
    host = api.client.post("/api/v1/auth/temporary", json={}).json()
    headers = {"Authorization": f"Bearer {host['access_token']}"}
    room = api.client.post("/api/v1/rooms", json={}, headers=headers).json()
    assert delete_expired_temporary_accounts(api.services) == 0
    api.clock.advance(hours=24)
    assert delete_expired_temporary_accounts(api.services) == 1
    assert api.services.store.get(Account, host["account"]["id"]) is None
    assert api.services.store.get(Account, lasting.id) is not None
    assert api.client.get(f"/api/v1/rooms/{room['id']}").status_code == 410

"""The administration, and its entries in the audit log."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import SITE, ApiHarness, Person
from fakes.party import film
from watchparty_api.backup_status import BackupStatus
from watchparty_api.bootstrap import routers
from watchparty_api.findings import Finding
from watchparty_api.records import Account, Video
from watchparty_api.store.port import WorkspaceStore, Write
from watchparty_api.store.queries import ACCOUNTS_BY_ROLE
from watchparty_api.web.http import create_app

ADMIN = "/api/v1/admin"


@pytest.fixture
def ada(api: ApiHarness) -> Person:
    return api.person("Ada", role="admin")


def call(api: ApiHarness, who: Person, method: str, path: str, body: Any = None) -> Any:
    return api.client.request(method, f"{ADMIN}{path}", json=body, headers=who.headers)


def actions(api: ApiHarness, who: Person) -> list[str]:
    return [entry["action"] for entry in call(api, who, "GET", "/audit").json()["items"]]


def test_settings_change_what_the_page_sees(api: ApiHarness, ada: Person) -> None:
    """Each change takes effect immediately and leaves an audit entry."""
    assert call(api, ada, "PATCH", "/settings", {"registration": "open", "brand_name": "Kino"}).status_code == 200
    assert call(api, ada, "PATCH", "/settings", {"temporary_hosts": False}).status_code == 200
    config = api.client.get("/api/v1/config").json()
    assert (config["registration"], config["brand_name"], config["temporary_hosts"]) == ("open", "Kino", False)
    assert actions(api, ada) == ["settings.changed", "settings.changed"]


@pytest.mark.parametrize("body", [{"registration": "closed"}, {"quota_bytes": -1}, {"secret": 1}, {"brand_name": " "}])
def test_settings_that_make_no_sense_are_refused(api: ApiHarness, ada: Person, body: dict[str, Any]) -> None:
    """Unknown and invalid settings answer 422."""
    assert call(api, ada, "PATCH", "/settings", body).status_code == 422


def test_a_suspended_person_is_out_at_once(api: ApiHarness, ada: Person) -> None:
    """Suspension ends sessions and tokens; lifting it allows signing in again."""
    ben = api.person("Ben")
    assert call(api, ada, "PATCH", f"/accounts/{ben.id}", {"suspended": True}).json()["suspended"] is True
    assert api.client.get("/api/v1/auth/me", headers=ben.headers).status_code == 403
    call(api, ada, "PATCH", f"/accounts/{ben.id}", {"suspended": False})
    assert api.client.get("/api/v1/auth/me", headers=ben.headers).status_code == 401  # the device stays signed out


def test_role_and_quota(api: ApiHarness, ada: Person) -> None:
    """A role and its loss take effect immediately; a quota of null restores the site's default, an absent one stays."""
    ben = api.person("Ben")
    call(api, ada, "PATCH", f"/accounts/{ben.id}", {"role": "admin", "quota_bytes": 5})
    assert call(api, ben, "GET", f"/accounts/{ben.id}").json()["quota_bytes"] == 5
    call(api, ada, "PATCH", f"/accounts/{ben.id}", {"role": "user"})
    assert call(api, ada, "GET", f"/accounts/{ben.id}").json()["quota_bytes"] == 5
    call(api, ada, "PATCH", f"/accounts/{ben.id}", {"quota_bytes": None})
    assert call(api, ada, "GET", f"/accounts/{ben.id}").json()["quota_bytes"] is None
    assert call(api, ben, "GET", "/settings").status_code == 401


@pytest.mark.parametrize("change", [{"role": "user"}, {"suspended": True}])
def test_the_last_admin_stays_one(api: ApiHarness, ada: Person, change: dict[str, Any]) -> None:
    """The last admin cannot be demoted, suspended or deleted."""
    assert call(api, ada, "PATCH", f"/accounts/{ada.id}", change).json()["code"] == "last_admin"
    assert call(api, ada, "DELETE", f"/accounts/{ada.id}").json()["code"] == "last_admin"


@pytest.mark.parametrize(
    ("method", "change"), [("PATCH", {"role": "user"}), ("PATCH", {"suspended": True}), ("DELETE", None)]
)
def test_of_two_admins_who_remove_each_other_one_stays(
    api: ApiHarness, ada: Person, method: str, change: dict[str, Any] | None
) -> None:
    """Both have seen the other as an admin; the second to commit is refused."""
    ben, store = api.person("Ben", role="admin"), api.services.store
    answers: list[Any] = []

    class Slow(WorkspaceStore):
        """Ada's commit comes after Ben's."""

        def commit(self, writes: Sequence[Write]) -> None:
            if not answers:
                answers.append(call(api, ben, method, f"/accounts/{ada.id}", change))
            super().commit(writes)

    slow = replace(api, services=replace(api.services, store=Slow(store.adapter, store.workspace_id)))
    answers.append(call(slow, ada, method, f"/accounts/{ben.id}", change))
    assert answers[0].is_success
    assert (answers[1].status_code, answers[1].json()["code"]) == (409, "changed_meanwhile")
    assert [each.id for each in store.query_all(ACCOUNTS_BY_ROLE, "admin") if not each.suspended] == [ben.id]


def test_an_account_is_deleted_by_an_admin(api: ApiHarness, ada: Person) -> None:
    """The account is deleted; the audit log names it by id, not by name or address."""
    ben = api.person("Benjamin")
    assert call(api, ada, "DELETE", f"/accounts/{ben.id}").status_code == 204
    assert api.services.store.get(Account, ben.id) is None
    assert call(api, ada, "GET", f"/accounts/{ben.id}").status_code == 404
    log = call(api, ada, "GET", "/audit/export").text
    assert ben.id in log
    assert "Benjamin" not in log
    assert str(ben.account.email) not in log


def test_an_invitation_is_a_link_with_its_secret_in_the_fragment(api: ApiHarness, ada: Person) -> None:
    """The link is shown once and mailed, registers one person with its role, and can be revoked."""
    made = call(api, ada, "POST", "/account-invites", {"email": "ben@example.org", "role": "admin"}).json()
    assert made["url"].startswith(f"{SITE}/register#invite=")
    secret = made["url"].partition("=")[2]
    assert (api.mail.sent[-1][0], made["url"] in api.mail.sent[-1][2]) == ("ben@example.org", True)
    assert secret not in call(api, ada, "GET", "/account-invites").text
    person = {"email": "ben@example.org", "password": "correct horse", "display_name": "Ben", "invite": secret}
    assert api.client.post("/api/v1/auth/register", json=person).json()["account"]["role"] == "admin"
    second = call(api, ada, "POST", "/account-invites", {}).json()
    assert call(api, ada, "DELETE", f"/account-invites/{second['id']}").status_code == 204
    person |= {"email": "eve@example.org", "invite": second["url"].partition("=")[2]}
    assert api.client.post("/api/v1/auth/register", json=person).status_code == 410


def test_rooms_are_listed_and_closed(api: ApiHarness, ada: Person) -> None:
    """Admins can list and close rooms, but not read their chat."""
    ben = api.person("Ben")
    room = api.client.post("/api/v1/rooms", json={"name": "Night"}, headers=ben.headers).json()
    assert [each["name"] for each in call(api, ada, "GET", "/rooms").json()["items"]] == ["Night"]
    assert api.client.get(f"/api/v1/rooms/{room['id']}/chat", headers=ada.headers).status_code == 403
    assert call(api, ada, "POST", f"/rooms/{room['id']}/close").status_code == 204
    assert api.client.get(f"/api/v1/rooms/{room['id']}", headers=ben.headers).status_code == 410
    assert api.relay.kinds(room["id"])[-1] == "close"
    assert actions(api, ada) == ["room.closed"]


def test_films_and_jobs_are_listed_and_a_failed_one_runs_again(api: ApiHarness, ada: Person) -> None:
    """Jobs list films by the state of their transcode; only a failed one can be retried."""
    now = api.clock()
    states: list[tuple[str, Any]] = [("v1", "failed"), ("v2", "ready"), ("v3", "processing")]
    for id_, status in states:
        failure = {"code": "corrupt", "message": "No picture."} if status == "failed" else None
        api.services.store.create(
            Video(workspace_id="main", id=id_, created_at=now, owner_id="ben", title="F", status=status,
                  generation="1", failure=failure, updated_at=now),
        )  # fmt: skip
    assert {each["id"] for each in call(api, ada, "GET", "/videos").json()["items"]} == {"v1", "v2", "v3"}
    failed = call(api, ada, "GET", "/jobs?status=failed").json()["items"]
    assert [(each["id"], each["failure_code"]) for each in failed] == [("v1", "corrupt")]
    assert [each["id"] for each in call(api, ada, "GET", "/jobs").json()["items"]] == ["v3"]
    assert call(api, ada, "POST", "/videos/v2/requeue").status_code == 409
    assert call(api, ada, "POST", "/videos/v1/requeue").json()["status"] == "queued"
    assert api.jobs.launched
    assert actions(api, ada) == ["video.requeued"]


def test_the_log_is_verified_and_exported(api: ApiHarness, ada: Person) -> None:
    """The export is one JSON object per line, oldest first, and the chain is valid."""
    call(api, ada, "PATCH", "/settings", {"registration": "open"})
    call(api, ada, "POST", "/account-invites", {})
    assert call(api, ada, "GET", "/audit/verify").json() == {"entries": 2, "broken_at": None}
    lines = [json.loads(line) for line in call(api, ada, "GET", "/audit/export").text.splitlines()]
    assert [line["action"] for line in lines] == ["settings.changed", "account_invite.created"]
    assert lines[1]["previous_hash"] == lines[0]["entry_hash"]


def test_the_overview_has_space_queue_and_version(api: ApiHarness, ada: Person) -> None:
    """What an admin looks for first; counts are those of the lists."""
    api.objects.free = 5 * 10**9
    found = call(api, ada, "GET", "/overview").json()
    assert found["version"] == api.client.get("/api/v1/config").json()["version"]
    assert found["free_bytes"] == 5 * 10**9
    assert (found["accounts"], found["videos"], found["failed_events"]) == (1, 0, 0)
    film(api, ada, status="failed")
    film(api, ada, status="queued")
    found = call(api, ada, "GET", "/overview").json()
    assert found["queue"] == {"uploading": 0, "waiting": 1, "preparing": 0, "failed": 1}
    assert found["videos"] == 2


def test_the_overview_says_when_the_site_was_backed_up(api: ApiHarness, ada: Person) -> None:
    """Null where another service makes backups; otherwise the times, and why the last attempt failed."""
    assert call(api, ada, "GET", "/overview").json()["backup"] is None
    noon = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    status = BackupStatus(scheduled=True, attempted_at=noon, target="/mnt/usb", failure="/mnt/usb can’t be used.")
    at_home = replace(api.services, backup_status=lambda: status)
    app = create_app(at_home, routers())
    found = TestClient(app, base_url=SITE).get(f"{ADMIN}/overview", headers=ada.headers).json()
    assert found["backup"] == {
        "scheduled": True,
        "attempted_at": "2026-11-30T12:00:00Z",
        "succeeded_at": None,
        "drilled_at": None,
        "failure": "/mnt/usb can’t be used.",
    }


def test_the_doctor_reports_what_the_server_finds(api: ApiHarness, ada: Person) -> None:
    """Null where another service watches the server; otherwise the findings, in their order."""
    assert call(api, ada, "GET", "/doctor").json() == {"findings": None}
    finding = Finding("disk_full", "error", "certain", "The disk is full.", "Delete films.")
    app = create_app(replace(api.services, diagnose=lambda: [finding]), routers())
    found = TestClient(app, base_url=SITE).get(f"{ADMIN}/doctor", headers=ada.headers).json()
    assert found == {"findings": [asdict(finding)]}


def test_lists_name_people_and_things(api: ApiHarness, ada: Person) -> None:
    """Owners of rooms and films, and who did what to whom; after a deletion only ids are left."""
    ben = api.person("Ben")
    room = api.client.post("/api/v1/rooms", json={"name": "Kino"}, headers=ben.headers).json()
    film(api, ben, title="The Long Evening")
    assert [one["owner_name"] for one in call(api, ada, "GET", "/rooms").json()["items"]] == ["Ben"]
    assert [one["owner_name"] for one in call(api, ada, "GET", "/videos").json()["items"]] == ["Ben"]
    call(api, ada, "POST", f"/rooms/{room['id']}/close", {})
    call(api, ada, "PATCH", f"/accounts/{ben.id}", {"quota_bytes": 5})

    def lines() -> list[tuple[str, str | None, str | None]]:
        entries = call(api, ada, "GET", "/audit").json()["items"]
        return [(entry["action"], entry["actor_name"], entry["target_name"]) for entry in entries]

    assert ("room.closed", "Ada", "Kino") in lines()
    assert ("account.changed", "Ada", "Ben") in lines()
    call(api, ada, "DELETE", f"/accounts/{ben.id}")
    assert ("account.changed", "Ada", None) in lines()


def test_only_admins_read_the_overview(api: ApiHarness) -> None:
    """403 for others, 401 without credentials."""
    assert call(api, api.person("Ben"), "GET", "/overview").status_code == 403
    assert api.client.get(f"{ADMIN}/overview").status_code == 401

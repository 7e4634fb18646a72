"""The administration, and its entries in the audit log."""

import json
from typing import Any

import pytest

from fakes.house import SITE, House, Person
from watchparty_api.records import Account, Video

ADMIN = "/api/v1/admin"


@pytest.fixture
def ada(house: House) -> Person:
    return house.person("Ada", role="admin")


def call(house: House, who: Person, method: str, path: str, body: Any = None) -> Any:
    return house.client.request(method, f"{ADMIN}{path}", json=body, headers=who.headers)


def actions(house: House, who: Person) -> list[str]:
    return [entry["action"] for entry in call(house, who, "GET", "/audit").json()["items"]]


def test_settings_change_what_the_page_sees(house: House, ada: Person) -> None:
    """Each change takes effect immediately and leaves an audit entry."""
    assert call(house, ada, "PATCH", "/settings", {"registration": "open", "brand_name": "Kino"}).status_code == 200
    assert call(house, ada, "PATCH", "/settings", {"temporary_hosts": False}).status_code == 200
    config = house.client.get("/api/v1/config").json()
    assert (config["registration"], config["brand_name"], config["temporary_hosts"]) == ("open", "Kino", False)
    assert actions(house, ada) == ["settings.changed", "settings.changed"]


@pytest.mark.parametrize("body", [{"registration": "closed"}, {"quota_bytes": -1}, {"secret": 1}, {"brand_name": " "}])
def test_settings_that_make_no_sense_are_refused(house: House, ada: Person, body: dict[str, Any]) -> None:
    """Unknown and invalid settings answer 422."""
    assert call(house, ada, "PATCH", "/settings", body).status_code == 422


def test_a_suspended_person_is_out_at_once(house: House, ada: Person) -> None:
    """Suspension ends sessions and tokens; lifting it allows signing in again."""
    ben = house.person("Ben")
    assert call(house, ada, "PATCH", f"/accounts/{ben.id}", {"suspended": True}).json()["suspended"] is True
    assert house.client.get("/api/v1/auth/me", headers=ben.headers).status_code == 403
    call(house, ada, "PATCH", f"/accounts/{ben.id}", {"suspended": False})
    assert house.client.get("/api/v1/auth/me", headers=ben.headers).status_code == 401  # the device stays signed out


def test_role_and_quota(house: House, ada: Person) -> None:
    """A role takes effect immediately; a quota of null restores the site's default, an absent one stays."""
    ben = house.person("Ben")
    call(house, ada, "PATCH", f"/accounts/{ben.id}", {"role": "admin", "quota_bytes": 5})
    assert call(house, ben, "GET", f"/accounts/{ben.id}").json()["quota_bytes"] == 5
    call(house, ada, "PATCH", f"/accounts/{ben.id}", {"role": "user"})
    assert call(house, ada, "GET", f"/accounts/{ben.id}").json()["quota_bytes"] == 5
    call(house, ada, "PATCH", f"/accounts/{ben.id}", {"quota_bytes": None})
    assert call(house, ada, "GET", f"/accounts/{ben.id}").json()["quota_bytes"] is None
    assert call(house, ben, "GET", "/settings").status_code == 403


@pytest.mark.parametrize("change", [{"role": "user"}, {"suspended": True}])
def test_the_last_admin_stays_one(house: House, ada: Person, change: dict[str, Any]) -> None:
    """The last admin cannot be demoted, suspended or deleted."""
    assert call(house, ada, "PATCH", f"/accounts/{ada.id}", change).json()["code"] == "last_admin"
    assert call(house, ada, "DELETE", f"/accounts/{ada.id}").json()["code"] == "last_admin"


def test_an_account_is_deleted_by_an_admin(house: House, ada: Person) -> None:
    """The account is deleted; the audit log names it by id, not by name or address."""
    ben = house.person("Benjamin")
    assert call(house, ada, "DELETE", f"/accounts/{ben.id}").status_code == 204
    assert house.services.store.get(Account, ben.id) is None
    assert call(house, ada, "GET", f"/accounts/{ben.id}").status_code == 404
    log = call(house, ada, "GET", "/audit/export").text
    assert ben.id in log
    assert "Benjamin" not in log
    assert str(ben.account.email) not in log


def test_an_invitation_is_a_link_with_its_secret_in_the_fragment(house: House, ada: Person) -> None:
    """The link is shown once and mailed, registers one person with its role, and can be revoked."""
    made = call(house, ada, "POST", "/account-invites", {"email": "ben@example.org", "role": "admin"}).json()
    assert made["url"].startswith(f"{SITE}/register#invite=")
    secret = made["url"].partition("=")[2]
    assert (house.mail.sent[-1][0], made["url"] in house.mail.sent[-1][2]) == ("ben@example.org", True)
    assert secret not in call(house, ada, "GET", "/account-invites").text
    person = {"email": "ben@example.org", "password": "correct horse", "display_name": "Ben", "invite": secret}
    assert house.client.post("/api/v1/auth/register", json=person).json()["account"]["role"] == "admin"
    second = call(house, ada, "POST", "/account-invites", {}).json()
    assert call(house, ada, "DELETE", f"/account-invites/{second['id']}").status_code == 204
    person |= {"email": "eve@example.org", "invite": second["url"].partition("=")[2]}
    assert house.client.post("/api/v1/auth/register", json=person).status_code == 410


def test_rooms_are_listed_and_closed(house: House, ada: Person) -> None:
    """Admins can list and close rooms, but not read their chat."""
    ben = house.person("Ben")
    room = house.client.post("/api/v1/rooms", json={"name": "Night"}, headers=ben.headers).json()
    assert [each["name"] for each in call(house, ada, "GET", "/rooms").json()["items"]] == ["Night"]
    assert house.client.get(f"/api/v1/rooms/{room['id']}/chat", headers=ada.headers).status_code == 403
    assert call(house, ada, "POST", f"/rooms/{room['id']}/close").status_code == 204
    assert house.client.get(f"/api/v1/rooms/{room['id']}", headers=ben.headers).status_code == 410
    assert house.relay.kinds(room["id"])[-1] == "close"
    assert actions(house, ada) == ["room.closed"]


def test_films_and_jobs_are_listed_and_a_failed_one_runs_again(house: House, ada: Person) -> None:
    """Jobs list films by the state of their transcode; only a failed one can be retried."""
    now = house.clock()
    states: list[tuple[str, Any]] = [("v1", "failed"), ("v2", "ready"), ("v3", "processing")]
    for id_, status in states:
        failure = {"code": "corrupt", "message": "No picture."} if status == "failed" else None
        house.services.store.create(
            Video(workspace_id="main", id=id_, created_at=now, owner_id="ben", title="F", status=status,
                  generation="1", failure=failure, updated_at=now),
        )  # fmt: skip
    assert {each["id"] for each in call(house, ada, "GET", "/videos").json()["items"]} == {"v1", "v2", "v3"}
    failed = call(house, ada, "GET", "/jobs?status=failed").json()["items"]
    assert [(each["id"], each["failure_code"]) for each in failed] == [("v1", "corrupt")]
    assert [each["id"] for each in call(house, ada, "GET", "/jobs").json()["items"]] == ["v3"]
    assert call(house, ada, "POST", "/videos/v2/requeue").status_code == 409
    assert call(house, ada, "POST", "/videos/v1/requeue").json()["status"] == "queued"
    assert house.jobs.launched
    assert actions(house, ada) == ["video.requeued"]


def test_the_log_is_verified_and_exported(house: House, ada: Person) -> None:
    """The export is one JSON object per line, oldest first, and the chain is valid."""
    call(house, ada, "PATCH", "/settings", {"registration": "open"})
    call(house, ada, "POST", "/account-invites", {})
    assert call(house, ada, "GET", "/audit/verify").json() == {"entries": 2, "broken_at": None}
    lines = [json.loads(line) for line in call(house, ada, "GET", "/audit/export").text.splitlines()]
    assert [line["action"] for line in lines] == ["settings.changed", "account_invite.created"]
    assert lines[1]["previous_hash"] == lines[0]["entry_hash"]

"""What operators do to a running site: a restored database."""

import pytest
from google.cloud import firestore

from cloud.journey.site import Api
from cloud.plan import PROJECT
from cloud.production import Production
from fakes.waiting import eventually
from watchparty_api.records import KINDS
from watchparty_api.store.shapes import kind_name


def test_a_restored_database_is_the_site_of_the_backup(
    site: Production, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `database` set to the restored one, what was deleted after the backup is there, and its account signs in."""
    room = admin.call("POST", "/rooms", json={"name": "Club"})
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", site.firestore)  # the client's own setting
    before, after = (firestore.Client(project=PROJECT, database=name) for name in ("watchparty", "watchparty-2"))
    for kind in KINDS:
        for document in before.collection("workspaces", "main", kind_name(kind)).stream():
            after.document(document.reference.path).set(document.to_dict() or {})
    admin.call("DELETE", f"/rooms/{room['id']}")
    original = site.choices
    site.deploy(original.with_variables(database="watchparty-2"))
    try:
        assert admin.call("GET", f"/rooms/{room['id']}")["name"] == "Club"
        assert admin.client.post("/api/v1/auth/refresh", json={}).status_code == 200
    finally:
        site.deploy(original)
    eventually("the original database is back", lambda: room["id"] not in str(admin.call("GET", "/rooms")))

"""Administrators find events that could not be stored, and try them again or discard them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fakes.api_harness import ApiHarness, Person
from fakes.party import party
from watchparty_api.maintenance import delete_expired
from watchparty_api.records import DeadLetter, RoomAction
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.store.queries import DEAD_LETTERS

PATH = "/api/v1/admin/dead-letters"


def ask(api: ApiHarness, admin: Person, method: str, path: str) -> Any:
    return api.client.request(method, path, headers=admin.headers)


def poison(room_id: str, **facts: Any) -> dict[str, Any]:
    about = {"cmd": "pause", "mode": "paused", "pos_s": 1.0, "rate": float("inf"), "at": "2026-11-01T20:00:00Z"}
    return {"id": f"{room_id}:1:action:1", "room": room_id, "epoch": 1, "kind": "action", **about, **facts}


def test_a_dead_letter_is_listed_tried_again_and_discarded(api: ApiHarness) -> None:
    """What is still refused stays, with the reason in the answer."""
    admin, here = api.person("Ada", role="admin"), party(api)
    ingest(api.services, [poison(here.id)])
    (letter,) = ask(api, admin, "GET", PATH).json()["items"]
    assert letter["source"] == "room_event"
    assert "rate" in letter["reason"]
    refused = ask(api, admin, "POST", f"{PATH}/{letter['id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "still_refused")
    assert ask(api, admin, "DELETE", f"{PATH}/{letter['id']}").status_code == 204
    assert ask(api, admin, "GET", PATH).json()["items"] == []
    assert ask(api, admin, "DELETE", f"{PATH}/{letter['id']}").status_code == 404


def test_an_event_that_is_accepted_now_is_stored(api: ApiHarness) -> None:
    """For example after an upgrade: the letter is gone and the event is in the room's log."""
    admin, here = api.person("Ada", role="admin"), party(api)
    event = poison(here.id, kind="dance")
    ingest(api.services, [event])
    (letter,) = ask(api, admin, "GET", PATH).json()["items"]
    mended = poison(here.id, rate=1.0)
    _replace_payload(api, letter["id"], mended)
    assert ask(api, admin, "POST", f"{PATH}/{letter['id']}/retry").status_code == 204
    assert api.services.store.get(RoomAction, mended["id"]) is not None
    assert ask(api, admin, "GET", PATH).json()["items"] == []


def test_dead_letters_are_deleted_after_a_month(api: ApiHarness) -> None:
    """They can contain what was said."""
    ingest(api.services, [poison(party(api).id)])
    api.clock.advance(seconds=timedelta(days=30, seconds=1).total_seconds())
    delete_expired(api.services)
    assert list(api.services.store.query_all(DEAD_LETTERS)) == []


def _replace_payload(api: ApiHarness, letter_id: str, event: dict[str, Any]) -> None:
    letter = api.services.store.get(DeadLetter, letter_id)
    assert letter is not None
    api.services.store.replace(replace(letter, payload=json.dumps(event)))

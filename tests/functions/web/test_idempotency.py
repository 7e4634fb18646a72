"""The `Idempotency-Key` of creating calls."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.api_harness import ApiHarness, Person
from watchparty_api.errors import Conflict, Forbidden
from watchparty_api.records import IdempotencyKey
from watchparty_api.store.queries import ALL_ROOMS
from watchparty_api.web.idempotency import Once


def make(api: ApiHarness, who: Person, key: str | None, name: str = "Night") -> Any:
    headers = who.headers | ({"Idempotency-Key": key} if key is not None else {})
    return api.client.post("/api/v1/rooms", json={"name": name}, headers=headers)


def test_the_same_key_makes_one_room(api: ApiHarness) -> None:
    """A repeated POST returns the room that the first one created."""
    ana = api.person()
    first, second = make(api, ana, "k1"), make(api, ana, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert api.services.store.count(ALL_ROOMS) == 1


def test_without_a_key_each_request_creates(api: ApiHarness) -> None:
    """Without the header each request creates."""
    ana = api.person()
    assert make(api, ana, None).json()["id"] != make(api, ana, None).json()["id"]


def test_a_key_belongs_to_its_caller_and_body(api: ApiHarness) -> None:
    """Keys are per caller; another body under the same key is refused."""
    ana, ben = api.person(), api.person()
    first = make(api, ana, "k1").json()["id"]
    assert make(api, ben, "k1").json()["id"] != first
    assert make(api, ana, "k1", "Other").json()["code"] == "idempotency_mismatch"


def test_a_key_is_forgotten_after_a_day(api: ApiHarness) -> None:
    """After 24 hours the same key creates again."""
    ana = api.person()
    first = make(api, ana, "k1").json()["id"]
    api.clock.advance(hours=24)
    assert make(api, api.sign_in(ana.account), "k1").json()["id"] != first


@pytest.mark.parametrize("key", ["", "x" * 201, "a b"])
def test_an_invalid_key_is_malformed(api: ApiHarness, key: str) -> None:
    """A key must be 1 to 200 visible characters."""
    assert make(api, api.person(), key).status_code == 400


def test_a_failed_creation_can_be_repeated(api: ApiHarness) -> None:
    """A refused creation does not use up the key."""
    once = Once(api.services, "key", "body")

    def refused() -> str:
        raise Forbidden("no", "No.")

    with pytest.raises(Forbidden):
        once(refused)
    assert once(lambda: "made") == "made"
    assert once(lambda: "again") == "made"


def test_a_request_under_way_is_a_conflict_until_it_is_given_up(api: ApiHarness) -> None:
    """A second request is refused while the first is running; a dead process's claim is taken over after a minute."""
    once = Once(api.services, "key", "body")
    claim = IdempotencyKey(
        workspace_id="main", id="key", created_at=api.clock(), body_hash="body", status=0, answer={},
        expires_at=api.clock(),
    )  # fmt: skip
    api.clock.advance(seconds=59)
    api.services.store.create(replace(claim, expires_at=api.clock.time.replace(year=2027)))
    with pytest.raises(Conflict):
        once(lambda: "too early")
    api.clock.advance(seconds=1)
    assert once(lambda: "taken over") == "taken over"

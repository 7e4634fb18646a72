"""Rooms over HTTP: create, read, change, new link, close."""

import pytest

from fakes.api_harness import SITE, ApiHarness
from fakes.party import Browser, film, party


def test_a_room_needs_nothing_but_an_account(api: ApiHarness) -> None:
    """An empty body creates an open room with a generated name, whose link has 128 random bits."""
    room = party(api).room
    assert room["name"]
    assert (room["access"], room["control"], room["chat"], room["capacity"]) == ("open", "moderators", True, 50)
    assert room["wait"] == {"policy": "quorum", "max_s": 8.0}
    assert room["url"] == f"{SITE}/r/{room['id']}"
    assert len(room["id"]) == 22
    assert room["you"]["role"] == "host"


def test_the_same_idempotency_key_creates_one_room(api: ApiHarness) -> None:
    """A repeated request returns the room of the first one."""
    ana = api.person()
    headers = ana.headers | {"Idempotency-Key": "click-1"}
    answers = [api.client.post("/api/v1/rooms", json={"name": "Film club"}, headers=headers) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 81},
        {"name": "\u202e\u0000"},
        {"acess": "members"},
        {"access": "secret"},
        {"capacity": 0},
        {"wait": {"policy": "all", "max_s": 61}},
        {"slow_s": -1},
    ],
)
def test_invalid_fields_are_named(api: ApiHarness, body: dict[str, object]) -> None:
    """Invalid lengths, ranges, values and misspelt fields are 422 and name the field."""
    answer = Browser(api, api.person()).ask("POST", "/rooms", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"]


@pytest.mark.parametrize("body", ['{"video_id": "\\ud800"}', '{"\\ud800": 1}'], ids=["value", "field"])
def test_an_unpaired_surrogate_is_refused(api: ApiHarness, body: str) -> None:
    """JSON can contain what no text can hold; it is refused before it is used, and the refusal can be encoded."""
    headers = api.person().headers | {"Content-Type": "application/json"}
    assert api.client.post("/api/v1/rooms", content=body, headers=headers).status_code == 422


def test_open_rooms_are_listed_most_recently_used_first(api: ApiHarness) -> None:
    """GET /rooms lists only the caller's open rooms."""
    ana = Browser(api, api.person())
    ids = []
    for name in ("one", "two", "three"):
        ids.append(ana.ask("POST", "/rooms", {"name": name}).json()["id"])
        api.clock.advance(minutes=1)
    party(api)
    ana.ask("DELETE", f"/rooms/{ids[1]}")
    assert [item["name"] for item in ana.ask("GET", "/rooms").json()["items"]] == ["three", "one"]


def test_the_card_shows_newcomers_only_public_data(api: ApiHarness) -> None:
    """Name, host's name, the film's title and progress and the poster's URL, but no account and no file name."""
    here = party(api, name="Silent classics")
    video = film(api, here.owner, status="processing", progress=0.4, playable=True, playable_s=60.0)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    card = Browser(api).ask("GET", here.path()).json()
    assert (card["kind"], card["name"], card["host_name"]) == ("card", "Silent classics", "Sofie Sand")
    assert card["film"] == {
        "title": "Nosferatu",
        "status": "processing",
        "progress": 0.4,
        "playable": True,
        "duration_s": 5400.0,
    }
    assert card["poster_url"] == f"/api/v1/rooms/{here.id}/poster"
    text = str(card)
    assert "example.org" not in text
    assert video.filename not in text
    assert video.id not in text


def test_changed_settings_are_counted_and_notified(api: ApiHarness) -> None:
    """A change increments settings_rev and the relay receives all settings at once."""
    here = party(api)
    answer = here.host.ask("PATCH", here.path(), {"control": "everyone", "slow_s": 5, "wait": {"policy": "never"}})
    assert answer.status_code == 200
    assert (answer.json()["settings_rev"], answer.json()["slow_s"]) == (2, 5)
    _, notice = api.relay.delivered[-1]
    assert notice["kind"] == "settings"
    assert notice["set"] == {
        "rev": 2,
        "control": "everyone",
        "chat": True,
        "wait": {"policy": "never", "max_s": 8.0},
        "slow_s": 5,
        "capacity": 50,
    }


def test_a_password_can_be_set_and_removed(api: ApiHarness) -> None:
    """`password: null` removes it, a missing one changes nothing, and no response ever contains it."""
    here = party(api, password="popcorn")
    assert here.room["password_required"]
    assert here.host.ask("PATCH", here.path(), {"name": "Other"}).json()["password_required"]
    cleared = here.host.ask("PATCH", here.path(), {"password": None}).json()
    assert not cleared["password_required"]
    assert "popcorn" not in str(here.room)


def test_a_new_link_replaces_the_old_one_for_newcomers_only(api: ApiHarness) -> None:
    """The old link is 410 for newcomers and the room for members. The new one leads to the same room."""
    here = party(api)
    guest = here.guest("Max")
    moved = here.host.ask("POST", here.path("/link"), {}).json()
    link_id = moved["url"].rpartition("/")[2]
    assert moved["id"] == here.id
    assert link_id != here.id
    newcomer = Browser(api)
    for answer in (newcomer.ask("GET", here.path()), newcomer.join(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (410, "link_replaced")
    assert guest.ask("GET", here.path()).json()["kind"] == "room"
    assert guest.renew(here.id).status_code == 200
    joined = newcomer.join(link_id)
    assert (joined.status_code, joined.json()["room"]["id"]) == (200, here.id)


def test_the_second_new_link_ends_the_first(api: ApiHarness) -> None:
    """Newcomers can use only the newest link."""
    here = party(api)
    first, second = (here.host.ask("POST", here.path("/link"), {}).json()["url"].rpartition("/")[2] for _ in range(2))
    assert Browser(api).ask("GET", f"/rooms/{first}").status_code == 410
    assert Browser(api).ask("GET", f"/rooms/{second}").status_code == 200


def test_a_closed_room_is_gone_for_everyone(api: ApiHarness) -> None:
    """After closing, every request is 410 `room_closed`, and the relay is notified."""
    here = party(api)
    guest = here.guest("Max")
    assert here.host.ask("DELETE", here.path()).status_code == 204
    assert here.notices() == ["close"]
    for answer in (here.host.ask("GET", here.path()), guest.renew(here.id), Browser(api).join(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (410, "room_closed")


def test_an_unknown_room_is_not_found(api: ApiHarness) -> None:
    """404, the same for reading and joining."""
    assert Browser(api).ask("GET", "/rooms/nowhere").json()["code"] == "room_not_found"
    assert Browser(api).join("nowhere").status_code == 404


def test_the_poster_follows_the_rooms_access(api: ApiHarness) -> None:
    """Anyone can see it in open and knock rooms, only members in members rooms."""
    here = party(api)
    video = film(api, here.owner)
    api.objects.write_media(f"{video.id}/{video.generation}/poster.jpg", b"\xff\xd8picture", content_type="image/jpeg")
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    guest, newcomer = here.guest("Max"), Browser(api)
    shown = newcomer.ask("GET", here.path("/poster"))
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, b"\xff\xd8picture", "image/jpeg")
    here.host.ask("PATCH", here.path(), {"access": "members"})
    assert newcomer.ask("GET", here.path("/poster")).status_code == 401
    assert newcomer.ask("GET", here.path()).json()["poster_url"] is None
    assert guest.ask("GET", here.path("/poster")).status_code == 200

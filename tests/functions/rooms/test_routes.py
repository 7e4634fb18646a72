"""Rooms over HTTP: make, read, change, a new link, close."""

import pytest

from fakes.house import SITE, House
from fakes.party import Browser, film, party


def test_a_room_needs_nothing_but_an_account(house: House) -> None:
    """An empty body makes an open room with a made-up name, whose link carries 128 random bits."""
    room = party(house).room
    assert room["name"]
    assert (room["access"], room["control"], room["chat"], room["capacity"]) == ("open", "moderators", True, 50)
    assert room["wait"] == {"policy": "quorum", "max_s": 8.0}
    assert room["url"] == f"{SITE}/r/{room['id']}"
    assert len(room["id"]) == 22
    assert room["you"]["role"] == "host"


def test_the_same_idempotency_key_makes_one_room(house: House) -> None:
    """A hurried second click answers with the room of the first."""
    ana = house.person()
    headers = ana.headers | {"Idempotency-Key": "click-1"}
    answers = [house.client.post("/api/v1/rooms", json={"name": "Film club"}, headers=headers) for _ in range(2)]
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
def test_what_does_not_fit_is_refused_with_the_field(house: House, body: dict[str, object]) -> None:
    """Lengths, ranges, closed lists and misspelt fields are 422 and name what was wrong."""
    answer = Browser(house, house.person()).ask("POST", "/rooms", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"]


@pytest.mark.parametrize("body", ['{"video_id": "\\ud800"}', '{"\\ud800": 1}'], ids=["value", "field"])
def test_half_a_character_is_a_mistake_of_the_sender(house: House, body: str) -> None:
    """JSON can spell what no text can hold; it is refused before it gets anywhere, and the refusal can be written."""
    headers = house.person().headers | {"Content-Type": "application/json"}
    assert house.client.post("/api/v1/rooms", content=body, headers=headers).status_code == 422


def test_mine_are_listed_newest_use_first_and_closed_ones_are_not(house: House) -> None:
    """GET /rooms shows the caller's open rooms only."""
    ana = Browser(house, house.person())
    ids = []
    for name in ("one", "two", "three"):
        ids.append(ana.ask("POST", "/rooms", {"name": name}).json()["id"])
        house.clock.advance(minutes=1)
    party(house)
    ana.ask("DELETE", f"/rooms/{ids[1]}")
    assert [item["name"] for item in ana.ask("GET", "/rooms").json()["items"]] == ["three", "one"]


def test_the_card_tells_strangers_what_is_on_the_door(house: House) -> None:
    """Name, host's name, progress of the film and the picture's address; no account, no file name."""
    here = party(house, name="Silent classics")
    video = film(house, here.owner, status="processing", progress=0.4, playable=True, playable_s=60.0)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    card = Browser(house).ask("GET", here.path()).json()
    assert (card["kind"], card["name"], card["host_name"]) == ("card", "Silent classics", "Sofie Sand")
    assert card["film"] == {"status": "processing", "progress": 0.4, "playable": True, "duration_s": 5400.0}
    assert card["poster_url"] == f"/api/v1/rooms/{here.id}/poster"
    text = str(card)
    assert "example.org" not in text
    assert "nosferatu" not in text.lower()
    assert video.id not in text


def test_settings_are_counted_and_told(house: House) -> None:
    """A change counts settings_rev up and the relay hears all settings at once."""
    here = party(house)
    answer = here.host.ask("PATCH", here.path(), {"control": "everyone", "slow_s": 5, "wait": {"policy": "never"}})
    assert answer.status_code == 200
    assert (answer.json()["settings_rev"], answer.json()["slow_s"]) == (2, 5)
    _, notice = house.relay.delivered[-1]
    assert notice["kind"] == "settings"
    assert notice["set"] == {
        "rev": 2,
        "control": "everyone",
        "chat": True,
        "wait": {"policy": "never", "max_s": 8.0},
        "slow_s": 5,
        "capacity": 50,
    }


def test_a_password_can_be_set_and_taken_away(house: House) -> None:
    """`password: null` is a change, a missing one is none, and no answer ever shows it."""
    here = party(house, password="popcorn")
    assert here.room["password_required"]
    assert here.host.ask("PATCH", here.path(), {"name": "Other"}).json()["password_required"]
    cleared = here.host.ask("PATCH", here.path(), {"password": None}).json()
    assert not cleared["password_required"]
    assert "popcorn" not in str(here.room)


def test_a_new_link_replaces_the_old_one_for_strangers_only(house: House) -> None:
    """Old link: 410 for a stranger, the room for a member. The new one leads to the same room."""
    here = party(house)
    guest = here.guest("Max")
    moved = here.host.ask("POST", here.path("/link"), {}).json()
    link_id = moved["url"].rpartition("/")[2]
    assert moved["id"] == here.id
    assert link_id != here.id
    stranger = Browser(house)
    for answer in (stranger.ask("GET", here.path()), stranger.join(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (410, "link_replaced")
    assert guest.ask("GET", here.path()).json()["kind"] == "room"
    assert guest.renew(here.id).status_code == 200
    joined = stranger.join(link_id)
    assert (joined.status_code, joined.json()["room"]["id"]) == (200, here.id)


def test_the_second_new_link_ends_the_first(house: House) -> None:
    """Only the newest link is one for strangers."""
    here = party(house)
    first, second = (here.host.ask("POST", here.path("/link"), {}).json()["url"].rpartition("/")[2] for _ in range(2))
    assert Browser(house).ask("GET", f"/rooms/{first}").status_code == 410
    assert Browser(house).ask("GET", f"/rooms/{second}").status_code == 200


def test_a_closed_room_is_gone_for_everybody(house: House) -> None:
    """After closing, every way in answers 410 `room_closed`, and the relay was told."""
    here = party(house)
    guest = here.guest("Max")
    assert here.host.ask("DELETE", here.path()).status_code == 204
    assert here.notices() == ["close"]
    for answer in (here.host.ask("GET", here.path()), guest.renew(here.id), Browser(house).join(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (410, "room_closed")


def test_a_room_that_never_was_is_not_found(house: House) -> None:
    """404, the same for reading and joining."""
    assert Browser(house).ask("GET", "/rooms/nowhere").json()["code"] == "room_not_found"
    assert Browser(house).join("nowhere").status_code == 404


def test_the_poster_is_shown_at_the_door_of_open_rooms_and_inside_of_members_rooms(house: House) -> None:
    """Open and knock: anybody. Members only: members."""
    here = party(house)
    video = film(house, here.owner)
    house.objects.write_media(
        f"{video.id}/{video.generation}/poster.jpg", b"\xff\xd8picture", content_type="image/jpeg"
    )
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    guest, stranger = here.guest("Max"), Browser(house)
    shown = stranger.ask("GET", here.path("/poster"))
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, b"\xff\xd8picture", "image/jpeg")
    here.host.ask("PATCH", here.path(), {"access": "members"})
    assert stranger.ask("GET", here.path("/poster")).status_code == 401
    assert stranger.ask("GET", here.path()).json()["poster_url"] is None
    assert guest.ask("GET", here.path("/poster")).status_code == 200

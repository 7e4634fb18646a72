"""Faults of an earlier watch party's rooms, each with the test that would catch it here."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.house import SITE, House
from fakes.party import Browser, film, party
from watchparty_api.records import Snapshot


def test_s1_an_account_has_no_place_in_a_room_that_it_was_not_let_into(house: House) -> None:
    """S1: knowing a room's id gives an account no token, no chat and no control of its film."""
    here = party(house, access="members")
    anybody = Browser(house, house.person("Eve"))
    refused = anybody.join(here.id)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_invited")
    for method, rest, body in [
        ("GET", "/chat", None),
        ("GET", "/members", None),
        ("PATCH", "", {"video_id": None}),
        ("POST", "/next", {"after": 1}),
        ("POST", "/join/renew", {}),
    ]:
        answer = anybody.ask(method, here.path(rest), body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_a_member"), rest


def test_s3_no_one_shows_another_accounts_film(house: House) -> None:
    """S3: no one can show another account's film, in a new room, their own or by the queue; it looks missing."""
    stranger = house.person("Eve")
    here = party(house)
    theirs = film(house, stranger)
    for video_id in (theirs.id, "no-such-film"):
        for method, path, body in [
            ("POST", "/rooms", {"video_id": video_id}),
            ("PATCH", here.path(), {"video_id": video_id}),
            ("PUT", here.path("/queue"), {"items": [{"video_id": video_id}]}),
        ]:
            answer = here.host.ask(method, path, body)
            assert (answer.status_code, answer.json()["code"]) == (403, "video_not_yours"), path


def test_s3_a_controller_shows_their_own_or_the_hosts_film(house: House) -> None:
    """S3: a guest with control can show the host's films, but not those of other guests."""
    here = party(house, control="everyone")
    moderator, guest = here.member("Mo"), here.guest("Max")
    assert moderator.person is not None
    hosts, moderators = film(house, here.owner), film(house, moderator.person)
    assert guest.ask("PATCH", here.path(), {"video_id": hosts.id}).status_code == 200
    assert guest.ask("PATCH", here.path(), {"video_id": moderators.id}).status_code == 403
    assert moderator.ask("PATCH", here.path(), {"video_id": moderators.id}).status_code == 200


def test_s1_a_token_counts_in_its_own_room_only(house: House) -> None:
    """S1: a token for another room is refused, even if it names a participant of this one."""
    here, elsewhere = party(house), party(house)
    guest = here.guest("Max")
    forged = house.services.tokens.join_token({"sub": guest.participant_id, "room": elsewhere.id}, house.clock())
    answer = house.client.get(f"/api/v1/rooms/{here.id}/members", headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_member")


@pytest.mark.parametrize("decision", [None, "deny", "block"])
def test_s4_a_join_request_is_no_membership(house: House, decision: str | None) -> None:
    """S4: a join request is not a membership, whatever was decided."""
    here = party(house, access="knock")
    guest = here.guest("Max")
    request_id = here.host.ask("GET", here.path("/join-requests")).json()["items"][0]["id"]
    if decision:
        here.host.ask("POST", here.path(f"/join-requests/{request_id}"), {"decision": decision})
    assert guest.ask("GET", here.path()).json()["kind"] == "card"
    assert guest.ask("GET", here.path("/members")).status_code == 403
    assert guest.ask("PATCH", here.path(), {"video_id": None}).status_code == 403
    assert guest.renew(here.id).status_code == (202 if decision is None else 403)


def test_s5_the_host_admits_and_a_sites_admin_does_not(house: House) -> None:
    """S5: the host admits; an admin of the site has no rights in the room."""
    here = party(house, access="knock")
    here.guest("Max")
    admin = Browser(house, house.person("Ada", role="admin"))
    request_id = here.host.ask("GET", here.path("/join-requests")).json()["items"][0]["id"]
    body = {"decision": "admit"}
    assert admin.ask("GET", here.path("/join-requests")).status_code == 403
    assert admin.ask("POST", here.path(f"/join-requests/{request_id}"), body).status_code == 403
    assert admin.ask("GET", here.path()).json()["kind"] == "card"
    assert here.host.ask("POST", here.path(f"/join-requests/{request_id}"), body).status_code == 200


def test_s6_two_guests_of_one_name_are_two_people(house: House) -> None:
    """S6: admitting one of two guests named Max admits only that one; each gets their own token."""
    here = party(house, access="knock")
    one, two = here.guest("Max"), here.guest("Max")
    assert one.participant_id != two.participant_id
    requests = here.host.ask("GET", here.path("/join-requests")).json()["items"]
    wanted = next(each for each in requests if each["participant_id"] == one.participant_id)
    here.host.ask("POST", here.path(f"/join-requests/{wanted['id']}"), {"decision": "admit"})
    assert one.renew(here.id).status_code == 200
    assert two.renew(here.id).status_code == 202
    assert house.services.tokens.verify_join(str(two.join_token), house.clock())["role"] == "waiting"


def test_s6_a_participant_id_proves_nothing(house: House) -> None:
    """S6: participant ids are visible to all members, so they give no token."""
    here = party(house)
    guest = here.guest("Max")
    for key in (guest.participant_id, guest.participant_id.ljust(43, "x")):
        taken = house.new_client().post(f"/api/v1/rooms/{here.id}/join/renew", json={}, headers={"X-Guest-Key": key})
        assert taken.status_code in (401, 403)


def test_s9_only_the_card_shows_strangers_who_is_in(house: House) -> None:
    """S9: the card of an open room shows first names, that of a members-only room none; reading it stores nothing."""
    here = party(house)
    people = ({"participant_id": "p", "name": "Maximilian Secret"},)
    now = house.clock()
    snapshot = Snapshot(workspace_id="main", id=here.id, created_at=now, at=now, people_at=now, people=people, total=1)
    house.services.store.create(snapshot)
    stranger = Browser(house)
    assert stranger.ask("GET", here.path()).json()["presence"] == {"total": 1, "first_names": ["Maximilian"]}
    assert stranger.ask("GET", here.path("/members")).status_code == 401
    here.host.ask("PATCH", here.path(), {"access": "members"})
    closed = stranger.ask("GET", here.path())
    assert closed.json()["presence"] is None
    assert "Maximilian" not in closed.text
    for n in range(20):
        stranger.ask("GET", f"/rooms/guess-{n}")
    assert house.services.store.get(Snapshot, "guess-1") is None


def test_s9_doors_cannot_be_tried_without_end(house: House) -> None:
    """S9: cards and joins are rate limited per network address."""
    here = party(house)
    for action, allowed in (("card", 600), ("join", 120)):
        for _ in range(allowed - 1):
            house.services.limiter.hit(action, "testclient")
    stranger = Browser(house)
    assert [stranger.ask("GET", here.path()).status_code for _ in range(2)] == [200, 429]
    assert [stranger.join(here.id).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("POST", "/join", {"display_name": "x" * 41}),
        ("POST", "/join", {"password": "x" * 201}),
        ("PATCH", "", {"name": "x" * 81}),
        ("PATCH", "/members/me", {"display_name": "x" * 41}),
        ("PUT", "/queue", {"items": [{"video_id": "v"}] * 101}),
        ("POST", "/invitations", {"email": "not an address"}),
    ],
)
def test_s14_the_server_bounds_what_people_write(house: House, method: str, rest: str, body: dict[str, Any]) -> None:
    """S14: the server checks lengths and types, not only the page."""
    here = party(house)
    assert here.host.ask(method, here.path(rest), body).status_code == 422


def test_s14_answers_tell_no_address_and_no_place_of_storage(house: House) -> None:
    """S14: no answer of a room contains email addresses, file names, account ids or hashes."""
    here = party(house, password="popcorn")
    video = film(house, here.owner)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    guest = Browser(house)
    answers = [guest.join(here.id, password="popcorn").text]
    answers += [guest.ask("GET", here.path(rest)).text for rest in ("", "/members")]
    answers += [Browser(house).ask("GET", here.path()).text]
    for text in answers:
        for secret in (str(here.owner.account.email), here.owner.id, video.filename, "argon2", "popcorn"):
            assert secret not in text


def test_no_host_name_is_in_the_code_s13(house: House) -> None:
    """S13: a guest connects to the host of the request or the configured relay, never to a name in the code."""
    here = party(house)
    answer = Browser(house).join(here.id)
    assert answer.json()["connection"]["relay_url"] == SITE.replace("http", "ws") + "/ws"
    elsewhere = replace(house.services.config, relay_url="wss://relay.example/ws", public_url="https://watch.example")
    house.app.state.services = replace(house.services, config=elsewhere)
    joined = Browser(house).client.post(
        f"/api/v1/rooms/{here.id}/join", json={}, headers={"Origin": "https://watch.example"}
    )
    assert joined.json()["connection"]["relay_url"] == "wss://relay.example/ws"
    assert "localhost" not in joined.text
    assert "127.0.0.1" not in joined.text

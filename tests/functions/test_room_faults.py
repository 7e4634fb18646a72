"""Faults of an earlier watch party's rooms, each with the test that would catch it here."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.api_harness import SITE, ApiHarness
from fakes.party import Browser, film, party
from watchparty_api.records import Snapshot


def test_s1_an_account_has_no_place_in_a_room_that_it_was_not_let_into(api: ApiHarness) -> None:
    """S1: knowing a room's id gives an account no token, no chat and no control of its film."""
    here = party(api, access="members")
    anybody = Browser(api, api.person("Eve"))
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


def test_s3_no_one_shows_another_accounts_film(api: ApiHarness) -> None:
    """S3: no one can show another account's film, in a new room, their own or by the queue; it looks missing."""
    stranger = api.person("Eve")
    here = party(api)
    theirs = film(api, stranger)
    for video_id in (theirs.id, "no-such-film"):
        for method, path, body in [
            ("POST", "/rooms", {"video_id": video_id}),
            ("PATCH", here.path(), {"video_id": video_id}),
            ("PUT", here.path("/queue"), {"items": [{"video_id": video_id}]}),
        ]:
            answer = here.host.ask(method, path, body)
            assert (answer.status_code, answer.json()["code"]) == (403, "video_not_yours"), path


def test_s3_a_controller_shows_their_own_or_the_hosts_film(api: ApiHarness) -> None:
    """S3: a guest with control can show the host's films, but not those of other guests."""
    here = party(api, control="everyone")
    moderator, guest = here.member("Mo"), here.guest("Max")
    assert moderator.person is not None
    hosts, moderators = film(api, here.owner), film(api, moderator.person)
    assert guest.ask("PATCH", here.path(), {"video_id": hosts.id}).status_code == 200
    assert guest.ask("PATCH", here.path(), {"video_id": moderators.id}).status_code == 403
    assert moderator.ask("PATCH", here.path(), {"video_id": moderators.id}).status_code == 200


def test_s1_a_token_counts_in_its_own_room_only(api: ApiHarness) -> None:
    """S1: a token for another room is refused, even if it names a participant of this one."""
    here, elsewhere = party(api), party(api)
    guest = here.guest("Max")
    forged = api.services.tokens.join_token({"sub": guest.participant_id, "room": elsewhere.id}, api.clock())
    answer = api.client.get(f"/api/v1/rooms/{here.id}/members", headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_member")


@pytest.mark.parametrize("decision", [None, "deny", "block"])
def test_s4_a_join_request_is_no_membership(api: ApiHarness, decision: str | None) -> None:
    """S4: a join request is not a membership, whatever was decided."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    request_id = here.host.ask("GET", here.path("/join-requests")).json()["items"][0]["id"]
    if decision:
        here.host.ask("POST", here.path(f"/join-requests/{request_id}"), {"decision": decision})
    assert guest.ask("GET", here.path()).json()["kind"] == "card"
    assert guest.ask("GET", here.path("/members")).status_code == 403
    assert guest.ask("PATCH", here.path(), {"video_id": None}).status_code == 403
    assert guest.renew(here.id).status_code == (202 if decision is None else 403)


def test_s5_the_host_admits_and_a_sites_admin_does_not(api: ApiHarness) -> None:
    """S5: the host admits; an admin of the site has no rights in the room."""
    here = party(api, access="knock")
    here.guest("Max")
    admin = Browser(api, api.person("Ada", role="admin"))
    request_id = here.host.ask("GET", here.path("/join-requests")).json()["items"][0]["id"]
    body = {"decision": "admit"}
    assert admin.ask("GET", here.path("/join-requests")).status_code == 403
    assert admin.ask("POST", here.path(f"/join-requests/{request_id}"), body).status_code == 403
    assert admin.ask("GET", here.path()).json()["kind"] == "card"
    assert here.host.ask("POST", here.path(f"/join-requests/{request_id}"), body).status_code == 200


def test_s6_two_guests_of_one_name_are_two_people(api: ApiHarness) -> None:
    """S6: admitting one of two guests named Max admits only that one; each gets their own token."""
    here = party(api, access="knock")
    one, two = here.guest("Max"), here.guest("Max")
    assert one.participant_id != two.participant_id
    requests = here.host.ask("GET", here.path("/join-requests")).json()["items"]
    wanted = next(each for each in requests if each["participant_id"] == one.participant_id)
    here.host.ask("POST", here.path(f"/join-requests/{wanted['id']}"), {"decision": "admit"})
    assert one.renew(here.id).status_code == 200
    assert two.renew(here.id).status_code == 202
    assert api.services.tokens.verify_join(str(two.join_token), api.clock())["role"] == "waiting"


def test_s6_a_participant_id_proves_nothing(api: ApiHarness) -> None:
    """S6: participant ids are visible to all members, so they give no token."""
    here = party(api)
    guest = here.guest("Max")
    for key in (guest.participant_id, guest.participant_id.ljust(43, "x")):
        taken = api.new_client().post(f"/api/v1/rooms/{here.id}/join/renew", json={}, headers={"X-Guest-Key": key})
        assert taken.status_code in (401, 403)


def test_s9_only_the_card_shows_strangers_who_is_in(api: ApiHarness) -> None:
    """S9: the card of an open room shows first names, that of a members-only room none; reading it stores nothing."""
    here = party(api)
    people = ({"participant_id": "p", "name": "Maximilian Secret"},)
    now = api.clock()
    snapshot = Snapshot(workspace_id="main", id=here.id, created_at=now, at=now, people_at=now, people=people, total=1)
    api.services.store.create(snapshot)
    stranger = Browser(api)
    assert stranger.ask("GET", here.path()).json()["presence"] == {"total": 1, "first_names": ["Maximilian"]}
    assert stranger.ask("GET", here.path("/members")).status_code == 401
    here.host.ask("PATCH", here.path(), {"access": "members"})
    closed = stranger.ask("GET", here.path())
    assert closed.json()["presence"] is None
    assert "Maximilian" not in closed.text
    for n in range(20):
        stranger.ask("GET", f"/rooms/guess-{n}")
    assert api.services.store.get(Snapshot, "guess-1") is None


def test_s9_doors_cannot_be_tried_without_end(api: ApiHarness) -> None:
    """S9: cards and joins are rate limited per network address."""
    here = party(api)
    for action, allowed in (("card", 600), ("join", 120)):
        for _ in range(allowed - 1):
            api.services.limiter.hit(action, "testclient")
    stranger = Browser(api)
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
def test_s14_the_server_bounds_what_people_write(api: ApiHarness, method: str, rest: str, body: dict[str, Any]) -> None:
    """S14: the server checks lengths and types, not only the page."""
    here = party(api)
    assert here.host.ask(method, here.path(rest), body).status_code == 422


def test_s14_answers_tell_no_address_and_no_place_of_storage(api: ApiHarness) -> None:
    """S14: no answer of a room contains email addresses, file names, account ids or hashes."""
    here = party(api, password="popcorn")
    video = film(api, here.owner)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    guest = Browser(api)
    answers = [guest.join(here.id, password="popcorn").text]
    answers += [guest.ask("GET", here.path(rest)).text for rest in ("", "/members")]
    answers += [Browser(api).ask("GET", here.path()).text]
    for text in answers:
        for secret in (str(here.owner.account.email), here.owner.id, video.filename, "argon2", "popcorn"):
            assert secret not in text


def test_no_host_name_is_in_the_code_s13(api: ApiHarness) -> None:
    """S13: a guest connects to the host of the request or the configured relay, never to a name in the code."""
    here = party(api)
    answer = Browser(api).join(here.id)
    assert answer.json()["connection"]["relay_url"] == SITE.replace("http", "ws") + "/ws"
    elsewhere = replace(api.services.config, relay_url="wss://relay.example/ws", public_url="https://watch.example")
    api.app.state.services = replace(api.services, config=elsewhere)
    joined = Browser(api).client.post(
        f"/api/v1/rooms/{here.id}/join", json={}, headers={"Origin": "https://watch.example"}
    )
    assert joined.json()["connection"]["relay_url"] == "wss://relay.example/ws"
    assert "localhost" not in joined.text
    assert "127.0.0.1" not in joined.text

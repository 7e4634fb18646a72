"""Joining over HTTP: guests, accounts, names, passwords, renewal."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import jwt
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from fakes.party import Browser, Party, film, party
from watchparty_api.records import Member
from watchparty_api.store.queries import MEMBERS_OF_ROOM


def claims(token: str) -> dict[str, object]:
    decoded: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return decoded


def members(here: Party) -> tuple[Member, ...]:
    return here.api.services.store.query(MEMBERS_OF_ROOM, here.id).items


def test_a_guest_joins_with_the_link_alone(api: ApiHarness) -> None:
    """One call returns everything needed to connect, and a generated name."""
    here = party(api)
    answer = Browser(api).join(here.id)
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "admitted"
    connection = body["connection"]
    assert connection["relay_url"] == "ws://watch.test/ws"
    assert connection["role"] == "viewer"
    assert body["room"]["you"]["display_name"]
    assert answer.headers["cache-control"] == "no-store"
    told = claims(connection["join_token"])
    assert (told["sub"], told["room"], told["v"]) == (connection["participant_id"], here.id, 1)
    assert datetime.fromisoformat(connection["expires_at"]).timestamp() == told["exp"]


def test_the_guest_cookie_is_hidden_from_scripts_and_other_sites(api: ApiHarness) -> None:
    """HttpOnly, SameSite=Lax, and not Secure on plain http, where browsers would not send it back."""
    cookie = Browser(api).join(party(api).id).headers["set-cookie"]
    assert cookie.startswith("wp_guest=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_a_guest_is_the_same_after_a_reload(api: ApiHarness) -> None:
    """The same cookie is the same participant, and the second join needs no name."""
    here = party(api)
    guest = here.guest("Max")
    first = guest.participant_id
    again = guest.join(here.id).json()
    assert again["connection"]["participant_id"] == first
    assert again["room"]["you"]["display_name"] == "Max"
    assert len(members(here)) == 2


def test_a_second_tab_does_not_make_the_first_ones_token_stale(api: ApiHarness) -> None:
    """Nothing has changed, so the version stays; a new name is a change."""
    here = party(api)
    guest = here.guest("Max")
    versions = [claims(guest.join(here.id, **body).json()["connection"]["join_token"])["mver"]
                for body in ({}, {"display_name": "Max"}, {"display_name": "Maxi"})]  # fmt: skip
    assert versions == [1, 1, 2]


def test_a_client_without_cookies_gets_its_key_once(api: ApiHarness) -> None:
    """On request the key is in the response and no cookie is set; sent as a header it identifies the same guest."""
    here = party(api)
    body = {"display_name": "Bot", "guest_key": True}
    first = api.new_client().post(f"/api/v1/rooms/{here.id}/join", json=body)
    key = first.json()["guest_key"]
    assert len(key) == 43
    assert "wp_guest" not in first.headers.get("set-cookie", "")
    again = api.new_client().post(f"/api/v1/rooms/{here.id}/join", json=body, headers={"X-Guest-Key": key})
    assert again.json()["guest_key"] is None
    assert again.json()["connection"]["participant_id"] == first.json()["connection"]["participant_id"]


def test_only_the_hash_of_a_guest_key_is_stored(api: ApiHarness) -> None:
    """The stored value gives no access to the room."""
    here = party(api)
    guest = here.guest("Max")
    key = guest.client.cookies["wp_guest"]
    kept = next(each for each in members(here) if each.participant_id == guest.participant_id)
    assert kept.guest_hash is not None
    assert key not in str(kept)
    shown = api.new_client().post(f"/api/v1/rooms/{here.id}/join", json={}, headers={"X-Guest-Key": kept.guest_hash})
    assert shown.json()["connection"]["participant_id"] != guest.participant_id


def test_one_guest_is_a_different_participant_in_each_room(api: ApiHarness) -> None:
    """Guests cannot be tracked across rooms by participant id."""
    guest = Browser(api)
    one = guest.join(party(api).id).json()["connection"]["participant_id"]
    two = guest.join(party(api).id).json()["connection"]["participant_id"]
    assert one != two


def test_ten_simultaneous_joins_create_one_participant(api: ApiHarness) -> None:
    """Later requests find what the first one created."""
    here = party(api)
    browsers = [api.new_client() for _ in range(10)]
    key = "k" * 43

    def click(client: TestClient) -> str:
        answer = client.post(f"/api/v1/rooms/{here.id}/join", json={}, headers={"X-Guest-Key": key})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["connection"]["participant_id"])

    with ThreadPoolExecutor(5) as pool:
        ids = set(pool.map(click, browsers))
    assert len(ids) == 1
    assert len(members(here)) == 2


def test_an_account_joins_under_its_own_name(api: ApiHarness) -> None:
    """Unless it gives another one for this room; the relay learns that it is an account, but not which."""
    here = party(api)
    ana = Browser(api, api.person("Ana Maria"))
    told = claims(ana.join(here.id).json()["connection"]["join_token"])
    assert (told["name"], told["acct"]) == ("Ana Maria", True)
    assert ana.person is not None
    assert ana.person.id not in str(told)
    assert ana.join(here.id, display_name="Ana").json()["room"]["you"]["display_name"] == "Ana"


def test_the_host_joins_as_host(api: ApiHarness) -> None:
    """By account, so from any device."""
    here = party(api)
    assert here.host.join(here.id).json()["connection"]["role"] == "host"


def test_joining_returns_the_film(api: ApiHarness) -> None:
    """The manifest's URL is in the response, the grant in a cookie for that film only."""
    here = party(api)
    video = film(api, here.owner)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    answer = Browser(api).join(here.id)
    assert answer.json()["playback"]["manifest_url"].startswith(f"/media/{video.id}/")
    assert f"Path=/media/{video.id}/" in answer.headers["set-cookie"]


def test_a_film_that_is_not_playable_has_no_url_yet(api: ApiHarness) -> None:
    """A room can be created while its film uploads; until it is playable, `playback` is null."""
    here = party(api)
    video = film(api, here.owner, playable=False)
    made = here.host.ask("POST", "/rooms", {"video_id": video.id}).json()
    joined = Browser(api).join(made["id"]).json()
    assert (joined["playback"], joined["room"]["film"]["id"]) == (None, video.id)


def test_only_the_right_password_admits(api: ApiHarness) -> None:
    """A missing and a wrong one get the same refusal."""
    here = party(api, password="popcorn")
    for body in ({}, {"password": "popcorn "}):
        refused = Browser(api).join(here.id, **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
    assert Browser(api).join(here.id, password="popcorn").status_code == 200


def test_guessing_a_password_is_slowed(api: ApiHarness) -> None:
    """After five wrong ones in a minute the response is 429 with the time to wait, for the right one too."""
    here = party(api, password="popcorn")
    codes = [Browser(api).join(here.id, password=f"guess{n}").status_code for n in range(6)]
    assert codes == [403] * 5 + [429]
    late = Browser(api).join(here.id, password="popcorn")
    assert (late.status_code, late.json()["code"]) == (429, "rate_limited")
    assert int(late.headers["retry-after"]) > 0


def test_another_site_cannot_make_someone_join(api: ApiHarness) -> None:
    """Without our own Origin, or without JSON, nothing happens."""
    here = party(api)
    foreign = api.new_client().post(f"/api/v1/rooms/{here.id}/join", json={}, headers={"Origin": "https://evil.test"})
    form = api.new_client().post(f"/api/v1/rooms/{here.id}/join", data={"display_name": "x"})
    assert (foreign.status_code, form.status_code) == (403, 415)
    assert len(members(here)) == 1


def test_renewing_needs_only_the_cookie(api: ApiHarness) -> None:
    """Long after the token has expired, as on a phone that slept."""
    here = party(api)
    guest = here.guest("Max")
    api.clock.advance(hours=8)
    renewed = guest.renew(here.id)
    assert renewed.status_code == 200
    assert renewed.json()["connection"]["participant_id"] == guest.participant_id
    assert claims(renewed.json()["connection"]["join_token"])["iat"] == api.clock().timestamp()


def test_renewing_by_token_needs_no_cookie(api: ApiHarness) -> None:
    """An expired token without a cookie is 401."""
    here = party(api)
    guest = here.guest("Max")
    headers = guest.headers
    assert api.new_client().post(f"/api/v1/rooms/{here.id}/join/renew", json={}, headers=headers).status_code == 200
    api.clock.advance(minutes=11)
    late = api.new_client().post(f"/api/v1/rooms/{here.id}/join/renew", json={}, headers=headers)
    assert (late.status_code, late.json()["code"]) == (401, "token_expired")


def test_signing_in_does_not_renew_a_guests_membership(api: ApiHarness) -> None:
    """The same browser is then someone else, and joins as such."""
    here = party(api)
    guest = here.guest("Max")
    guest.person = api.person("Max")
    assert guest.renew(here.id).json()["code"] == "not_a_member"
    assert guest.join(here.id).json()["room"]["you"]["display_name"] == "Max"


def test_a_waiting_person_receives_the_decision_by_renewing(api: ApiHarness) -> None:
    """202 while nothing is decided, then 200 with access to the room."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    waiting = guest.renew(here.id)
    assert (waiting.status_code, waiting.json()["connection"]["role"]) == (202, "waiting")
    here.host.ask("POST", here.path(f"/join-requests/{waiting.json()['request_id']}"), {"decision": "admit"})
    admitted = guest.renew(here.id)
    assert (admitted.status_code, admitted.json()["connection"]["role"]) == (200, "viewer")


def test_a_waiting_person_sees_only_the_card(api: ApiHarness) -> None:
    """In the response to joining and when reading the room."""
    here = party(api, access="knock")
    answer = Browser(api).join(here.id, display_name="Max")
    assert answer.status_code == 202
    assert answer.json()["room"]["kind"] == "card"
    assert "playback" not in answer.json()
    assert here.guest("Eva").ask("GET", here.path()).json()["kind"] == "card"


def test_opening_the_room_admits_waiting_people(api: ApiHarness) -> None:
    """At once and with notices, and their requests are closed."""
    here = party(api, access="knock")
    guests = [here.guest("Max"), here.guest("Eva")]
    here.host.ask("PATCH", here.path(), {"access": "open"})
    assert here.notices() == ["settings", "admit", "admit"]
    assert [guest.renew(here.id).status_code for guest in guests] == [200, 200]
    assert here.host.ask("GET", here.path("/join-requests")).json()["items"] == []


def test_a_member_who_left_has_to_join_again(api: ApiHarness) -> None:
    """As the same participant, with a higher version, so that the old token is stale."""
    here = party(api)
    guest = here.guest("Max")
    before = claims(str(guest.join_token))
    assert guest.ask("POST", here.path("/members/leave"), {}).status_code == 204
    assert guest.renew(here.id).json()["code"] == "not_a_member"
    guest.join(here.id)
    after = claims(str(guest.join_token))
    assert after["sub"] == before["sub"]
    assert after["mver"] == 3
    assert here.notices() == ["remove"]


def test_a_suspended_account_loses_access_at_once(api: ApiHarness) -> None:
    """Neither its access token nor its join token is accepted."""
    here = party(api)
    ana = here.member("Ana")
    assert ana.person is not None
    join_token = {"Authorization": f"Bearer {ana.join_token}"}
    api.services.store.replace(replace(ana.person.account, suspended=True))
    assert ana.join(here.id).json()["code"] == "suspended"
    by_join_token = api.client.get(f"/api/v1/rooms/{here.id}/members", headers=join_token)
    assert (by_join_token.status_code, by_join_token.json()["code"]) == (403, "suspended")


def test_names_are_cleaned_and_bounded(api: ApiHarness) -> None:
    """Invisible characters are removed, an empty name is replaced by a generated one, a long one is refused."""
    here = party(api)
    assert Browser(api).join(here.id, display_name="Ma\u202ex").json()["room"]["you"]["display_name"] == "Max"
    assert Browser(api).join(here.id, display_name="\u2066").json()["room"]["you"]["display_name"]
    assert Browser(api).join(here.id, display_name="x" * 41).status_code == 422

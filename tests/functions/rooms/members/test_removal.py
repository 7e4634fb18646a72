"""Removing, banning, and coming back."""

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from fakes.api_harness import SITE, ApiHarness
from fakes.party import Browser, Party, party


def remove(here: Party, whom: Browser, by: Browser | None = None, *, ban: bool = False) -> Response:
    who = by or here.host
    return who.ask("DELETE", here.path(f"/members/{whom.participant_id}?ban={str(ban).lower()}"))


def from_address(api: ApiHarness, room_id: str, address: str) -> tuple[int, str | None]:
    """Lets a new guest join from an IP address of their own."""
    client = TestClient(api.app, base_url=SITE, headers={"Origin": SITE}, client=(address, 1))
    answer = client.post(f"/api/v1/rooms/{room_id}/join", json={})
    return answer.status_code, answer.json().get("code")


def test_a_removed_member_loses_access_at_once(api: ApiHarness) -> None:
    """The relay is notified, the old token is refused, and renewal gives the reason."""
    here = party(api)
    guest = here.guest("Max")
    assert remove(here, guest).json() == {
        "participant_id": guest.participant_id,
        "banned": False,
        "link_lowered": False,
        "offer": None,
    }
    _, notice = api.relay.delivered[-1]
    assert (notice["kind"], notice["mver"]) == ("remove", 2)
    assert guest.ask("GET", here.path()).json()["kind"] == "card"
    assert guest.ask("GET", here.path("/members")).json()["code"] == "removed"
    assert guest.renew(here.id).json()["code"] == "removed"


def test_a_removed_member_comes_back_as_a_muted_viewer(api: ApiHarness) -> None:
    """Role and delegated control have ended; a mute survives leaving the room."""
    here = party(api)
    moderator = here.member("Mo", "moderator")
    here.host.ask("PATCH", here.path(f"/members/{moderator.participant_id}"), {"muted": True, "controls": True})
    remove(here, moderator)
    you = moderator.join(here.id).json()["room"]["you"]
    assert (you["role"], you["muted"], you["can_control"]) == ("viewer", True, False)


def test_a_ban_lasts_and_suggests_approval(api: ApiHarness) -> None:
    """The cookie is recognised; in an open room the response suggests approving newcomers, which really helps."""
    here = party(api)
    guest = here.guest("Max")
    assert remove(here, guest, ban=True).json()["offer"] == "knock"
    for answer in (guest.join(here.id), guest.renew(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (403, "banned")


def test_a_banned_account_stays_banned_on_every_device(api: ApiHarness) -> None:
    """And so does the browser that it used as a guest."""
    here = party(api)
    ana = here.member("Ana")
    remove(here, ana, ban=True)
    assert Browser(api, ana.person).join(here.id).json()["code"] == "banned"
    guest = here.guest("Max")
    remove(here, guest, ban=True)
    guest.person = api.person("Max")
    assert guest.join(here.id).json()["code"] == "banned"


def test_a_member_who_left_can_be_banned(api: ApiHarness) -> None:
    """So that they cannot come back."""
    here = party(api)
    guest = here.guest("Max")
    guest.ask("POST", here.path("/members/leave"), {})
    remove(here, guest, ban=True)
    assert guest.join(here.id).json()["code"] == "banned"


def test_a_ban_covers_the_address_for_a_day(api: ApiHarness) -> None:
    """Clearing cookies does not help from the same address until the next day; neighbours can join all the time."""
    here = party(api)
    api.clock.advance(seconds=1)
    assert from_address(api, here.id, "203.0.113.9") == (200, None)
    listed = here.host.ask("GET", here.path("/members")).json()["items"]
    here.host.ask("DELETE", here.path(f"/members/{listed[-1]['participant_id']}?ban=true"))
    assert from_address(api, here.id, "203.0.113.9") == (403, "banned")
    assert from_address(api, here.id, "203.0.113.10") == (200, None)
    api.clock.advance(hours=24)
    assert from_address(api, here.id, "203.0.113.9") == (200, None)


def test_a_ban_at_home_does_not_exclude_the_household(api: ApiHarness) -> None:
    """Host and guest share an IP address, so it does not identify the guest."""
    here = party(api)
    guest = here.guest("Max")
    remove(here, guest, ban=True)
    assert guest.join(here.id).json()["code"] == "banned"
    assert here.guest_status("Eva") == 200


def test_a_lifted_ban_lets_the_person_join_again(api: ApiHarness) -> None:
    """Like someone who was removed: in an open room they simply join."""
    here = party(api)
    guest = here.guest("Max")
    remove(here, guest, ban=True)
    ban = here.host.ask("GET", here.path("/bans")).json()["items"][0]
    assert here.host.ask("DELETE", here.path(f"/bans/{ban['id']}")).status_code == 204
    assert guest.join(here.id).status_code == 200
    assert here.host.ask("GET", here.path("/bans")).json()["items"] == []
    assert here.host.ask("DELETE", here.path(f"/bans/{ban['id']}")).status_code == 404


def test_the_host_cannot_be_removed_nor_remove_themselves(api: ApiHarness) -> None:
    """Every room has a host."""
    here = party(api)
    moderator = here.member("Mo", "moderator")
    here.host.participant_id = here.host_id
    assert remove(here, here.host, moderator, ban=True).status_code == 403
    assert remove(here, here.host).status_code == 403


def test_a_moderator_can_remove_viewers_and_waiting_people(api: ApiHarness) -> None:
    """But not moderators. A waiting person is refused by it and notified."""
    here = party(api)
    moderator, other, viewer = here.member("Mo", "moderator"), here.member("Two", "moderator"), here.guest("Max")
    assert remove(here, viewer, moderator).status_code == 200
    assert remove(here, other, moderator).status_code == 403
    here.host.ask("PATCH", here.path(), {"access": "knock"})
    waiting = here.guest("Eva")
    assert remove(here, waiting, moderator).status_code == 200
    assert here.notices()[-1] == "deny"
    assert here.host.ask("GET", here.path("/join-requests")).json()["items"] == []


def test_a_suspended_account_is_removed_from_every_room(api: ApiHarness) -> None:
    """At once and with notices, not when its token expires; once reinstated, it comes back as the same participant."""
    here, there = party(api), party(api, access="knock")
    moderator = here.member("Mo", "moderator")
    moderator.join(there.id)
    admin = Browser(api, api.person("Ada", role="admin"))
    assert moderator.person is not None
    account = f"/admin/accounts/{moderator.person.id}"
    assert admin.ask("PATCH", account, {"suspended": True}).status_code == 200
    assert (here.notices()[-1], there.notices()) == ("remove", ["remove"])
    assert there.host.ask("GET", there.path("/join-requests")).json()["items"] == []
    admin.ask("PATCH", account, {"suspended": False})
    moderator.person = api.sign_in(moderator.person.account)
    assert moderator.join(here.id).json()["connection"]["role"] == "moderator"


def invited(by: Browser, here: Party) -> str:
    made = by.ask("POST", here.path("/invitations"), {"role": "moderator"})
    assert made.status_code == 201, made.text
    secret: str = made.json()["url"].partition("#invite=")[2]
    return secret


@pytest.mark.parametrize("how", ["suspended", "deleted"])
@pytest.mark.parametrize("away", [False, True], ids=["there", "left before"])
def test_an_excluded_account_cannot_return_by_its_own_invitation(api: ApiHarness, how: str, away: bool) -> None:
    """Nor can anyone else use it, even if the account had left the room before."""
    here = party(api)
    moderator = here.member("Mo", "moderator")
    here.host.ask("PATCH", here.path(), {"access": "members"})
    link = invited(moderator, here)
    if away:
        assert moderator.ask("POST", here.path("/leave")).status_code == 204
    api.clock.advance(seconds=1)
    assert moderator.person is not None
    admin = Browser(api, api.person("Ada", role="admin"))
    account = f"/admin/accounts/{moderator.person.id}"
    if how == "suspended":
        assert admin.ask("PATCH", account, {"suspended": True}).status_code == 200
    else:
        assert admin.ask("DELETE", account).status_code == 204
    assert Browser(api).join(here.id, invite=link).json()["code"] == "not_invited"
    assert here.host.ask("GET", here.path("/invitations")).json()["items"] == []


def test_a_suspended_hosts_room_admits_no_one_new(api: ApiHarness) -> None:
    """Members stay until the room is closed; once the host is reinstated, people can join again."""
    here = party(api)
    link, inside = invited(here.host, here), here.guest("Max")
    admin = Browser(api, api.person("Ada", role="admin"))
    account = f"/admin/accounts/{here.owner.id}"
    admin.ask("PATCH", account, {"suspended": True})
    api.clock.advance(seconds=1)
    for body in ({}, {"invite": link}):
        answer = Browser(api).join(here.id, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "room_shut")
    assert inside.renew(here.id).status_code == 200
    admin.ask("PATCH", account, {"suspended": False})
    assert Browser(api).join(here.id, invite=link).json()["connection"]["role"] == "viewer"  # the link was downgraded


def test_a_deleted_account_leaves_the_rooms_of_others(api: ApiHarness) -> None:
    """Its own rooms are closed, and it is removed from the others."""
    here = party(api)
    member = here.member("Eva")
    assert member.ask("DELETE", "/auth/me").status_code == 204
    assert here.notices() == ["remove", "erase"]


def test_removing_twice_has_no_further_effect(api: ApiHarness) -> None:
    """There is no second notice."""
    here = party(api)
    guest = here.guest("Max")
    for _ in range(2):
        assert remove(here, guest).status_code == 200
    assert here.notices() == ["remove"]


def test_the_host_who_leaves_comes_back_as_host(api: ApiHarness) -> None:
    """Leaving does not give up the role."""
    here = party(api)
    here.host.join(here.id)
    assert here.host.ask("POST", here.path("/members/leave"), {}).status_code == 204
    assert here.host.ask("DELETE", here.path()).status_code == 403
    assert here.host.join(here.id).json()["connection"]["role"] == "host"

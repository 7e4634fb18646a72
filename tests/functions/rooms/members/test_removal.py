"""Removing, banning, and coming back."""

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from fakes.house import SITE, House
from fakes.party import Browser, Party, party


def remove(here: Party, whom: Browser, by: Browser | None = None, *, ban: bool = False) -> Response:
    who = by or here.host
    return who.ask("DELETE", here.path(f"/members/{whom.participant_id}?ban={str(ban).lower()}"))


def from_address(house: House, room_id: str, address: str) -> tuple[int, str | None]:
    """A new guest joins from an address of its own."""
    client = TestClient(house.app, base_url=SITE, headers={"Origin": SITE}, client=(address, 1))
    answer = client.post(f"/api/v1/rooms/{room_id}/join", json={})
    return answer.status_code, answer.json().get("code")


def test_who_is_removed_is_out_at_once(house: House) -> None:
    """The relay is told, the old token opens nothing, and renewal says why."""
    here = party(house)
    guest = here.guest("Max")
    assert remove(here, guest).json() == {
        "participant_id": guest.participant_id,
        "banned": False,
        "link_lowered": False,
        "offer": None,
    }
    _, notice = house.relay.delivered[-1]
    assert (notice["kind"], notice["mver"]) == ("remove", 2)
    assert guest.ask("GET", here.path()).json()["kind"] == "card"
    assert guest.ask("GET", here.path("/members")).json()["code"] == "removed"
    assert guest.renew(here.id).json()["code"] == "removed"


def test_who_was_removed_comes_back_as_a_viewer_and_still_muted(house: House) -> None:
    """Rank and lent control ended; a mute is not shaken off by leaving the room."""
    here = party(house)
    moderator = here.member("Mo", "moderator")
    here.host.ask("PATCH", here.path(f"/members/{moderator.participant_id}"), {"muted": True, "controls": True})
    remove(here, moderator)
    you = moderator.join(here.id).json()["room"]["you"]
    assert (you["role"], you["muted"], you["can_control"]) == ("viewer", True, False)


def test_a_ban_lasts_and_offers_to_knock(house: House) -> None:
    """The cookie is known again; in an open room the answer offers what would really help."""
    here = party(house)
    guest = here.guest("Max")
    assert remove(here, guest, ban=True).json()["offer"] == "knock"
    for answer in (guest.join(here.id), guest.renew(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (403, "banned")


def test_a_banned_account_stays_banned_on_every_device(house: House) -> None:
    """And so does the browser that it used as a guest."""
    here = party(house)
    ana = here.member("Ana")
    remove(here, ana, ban=True)
    assert Browser(house, ana.person).join(here.id).json()["code"] == "banned"
    guest = here.guest("Max")
    remove(here, guest, ban=True)
    guest.person = house.person("Max")
    assert guest.join(here.id).json()["code"] == "banned"


def test_who_left_can_still_be_banned(house: House) -> None:
    """Trouble that left by itself is kept out, too."""
    here = party(house)
    guest = here.guest("Max")
    guest.ask("POST", here.path("/members/leave"), {})
    remove(here, guest, ban=True)
    assert guest.join(here.id).json()["code"] == "banned"


def test_a_ban_holds_the_address_for_a_day(house: House) -> None:
    """Cleared cookies do not help from the same address, until tomorrow; neighbours come in all the time."""
    here = party(house)
    house.clock.advance(seconds=1)
    assert from_address(house, here.id, "203.0.113.9") == (200, None)
    listed = here.host.ask("GET", here.path("/members")).json()["items"]
    here.host.ask("DELETE", here.path(f"/members/{listed[-1]['participant_id']}?ban=true"))
    assert from_address(house, here.id, "203.0.113.9") == (403, "banned")
    assert from_address(house, here.id, "203.0.113.10") == (200, None)
    house.clock.advance(hours=24)
    assert from_address(house, here.id, "203.0.113.9") == (200, None)


def test_a_ban_at_home_does_not_shut_out_the_household(house: House) -> None:
    """Host and guest come from one address, so the address is no mark of the guest's."""
    here = party(house)
    guest = here.guest("Max")
    remove(here, guest, ban=True)
    assert guest.join(here.id).json()["code"] == "banned"
    assert here.guest_status("Eva") == 200


def test_a_lifted_ban_lets_the_person_ask_again(house: House) -> None:
    """As somebody who was removed: in an open room they simply come in."""
    here = party(house)
    guest = here.guest("Max")
    remove(here, guest, ban=True)
    ban = here.host.ask("GET", here.path("/bans")).json()["items"][0]
    assert here.host.ask("DELETE", here.path(f"/bans/{ban['id']}")).status_code == 204
    assert guest.join(here.id).status_code == 200
    assert here.host.ask("GET", here.path("/bans")).json()["items"] == []
    assert here.host.ask("DELETE", here.path(f"/bans/{ban['id']}")).status_code == 404


def test_the_host_cannot_be_removed_nor_remove_themselves(house: House) -> None:
    """A room without a host would be nobody's."""
    here = party(house)
    moderator = here.member("Mo", "moderator")
    here.host.participant_id = here.host_id
    assert remove(here, here.host, moderator, ban=True).status_code == 403
    assert remove(here, here.host).status_code == 403


def test_a_moderator_removes_viewers_and_who_waits(house: House) -> None:
    """Not moderators. Who waits is refused by it and hears so."""
    here = party(house)
    moderator, other, viewer = here.member("Mo", "moderator"), here.member("Two", "moderator"), here.guest("Max")
    assert remove(here, viewer, moderator).status_code == 200
    assert remove(here, other, moderator).status_code == 403
    here.host.ask("PATCH", here.path(), {"access": "knock"})
    waiting = here.guest("Eva")
    assert remove(here, waiting, moderator).status_code == 200
    assert here.notices()[-1] == "deny"
    assert here.host.ask("GET", here.path("/join-requests")).json()["items"] == []


def test_a_suspended_account_is_shown_out_of_every_room(house: House) -> None:
    """At once and by notices, not when its token ends; forgiven, it comes back as who it was."""
    here, there = party(house), party(house, access="knock")
    moderator = here.member("Mo", "moderator")
    moderator.join(there.id)
    admin = Browser(house, house.person("Ada", role="admin"))
    assert moderator.person is not None
    account = f"/admin/accounts/{moderator.person.id}"
    assert admin.ask("PATCH", account, {"suspended": True}).status_code == 200
    assert (here.notices()[-1], there.notices()) == ("remove", ["remove"])
    assert there.host.ask("GET", there.path("/join-requests")).json()["items"] == []
    admin.ask("PATCH", account, {"suspended": False})
    moderator.person = house.sign_in(moderator.person.account)
    assert moderator.join(here.id).json()["connection"]["role"] == "moderator"


def invited(by: Browser, here: Party) -> str:
    made = by.ask("POST", here.path("/invitations"), {"role": "moderator"})
    assert made.status_code == 201, made.text
    secret: str = made.json()["url"].partition("#invite=")[2]
    return secret


@pytest.mark.parametrize("how", ["suspended", "deleted"])
@pytest.mark.parametrize("away", [False, True], ids=["there", "left before"])
def test_who_is_shut_out_has_no_way_back_by_a_link_of_their_own(house: House, how: str, away: bool) -> None:
    """Nor anybody else by it, also when they had left the room before."""
    here = party(house)
    moderator = here.member("Mo", "moderator")
    here.host.ask("PATCH", here.path(), {"access": "members"})
    link = invited(moderator, here)
    if away:
        assert moderator.ask("POST", here.path("/leave")).status_code == 204
    house.clock.advance(seconds=1)
    assert moderator.person is not None
    admin = Browser(house, house.person("Ada", role="admin"))
    account = f"/admin/accounts/{moderator.person.id}"
    if how == "suspended":
        assert admin.ask("PATCH", account, {"suspended": True}).status_code == 200
    else:
        assert admin.ask("DELETE", account).status_code == 204
    assert Browser(house).join(here.id, invite=link).json()["code"] == "not_invited"
    assert here.host.ask("GET", here.path("/invitations")).json()["items"] == []


def test_nobody_new_comes_to_the_party_of_a_suspended_host(house: House) -> None:
    """Who is in stays until the room is closed; and when the host is forgiven the door is open again."""
    here = party(house)
    link, inside = invited(here.host, here), here.guest("Max")
    admin = Browser(house, house.person("Ada", role="admin"))
    account = f"/admin/accounts/{here.owner.id}"
    admin.ask("PATCH", account, {"suspended": True})
    house.clock.advance(seconds=1)
    for body in ({}, {"invite": link}):
        answer = Browser(house).join(here.id, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "room_shut")
    assert inside.renew(here.id).status_code == 200
    admin.ask("PATCH", account, {"suspended": False})
    assert Browser(house).join(here.id, invite=link).json()["connection"]["role"] == "viewer"  # the link is over


def test_a_deleted_account_leaves_the_rooms_of_others(house: House) -> None:
    """Its own are closed, and from the others it is gone."""
    here = party(house)
    member = here.member("Eva")
    assert member.ask("DELETE", "/auth/me").status_code == 204
    assert here.notices() == ["remove"]


def test_removing_twice_is_removing_once(house: House) -> None:
    """No second notice for what was done."""
    here = party(house)
    guest = here.guest("Max")
    for _ in range(2):
        assert remove(here, guest).status_code == 200
    assert here.notices() == ["remove"]


def test_the_host_who_leaves_comes_back_as_host(house: House) -> None:
    """Leaving gives nothing away."""
    here = party(house)
    here.host.join(here.id)
    assert here.host.ask("POST", here.path("/members/leave"), {}).status_code == 204
    assert here.host.ask("DELETE", here.path()).status_code == 403
    assert here.host.join(here.id).json()["connection"]["role"] == "host"

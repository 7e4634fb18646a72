"""Roles, mutes, delegated control, and handing the room over."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from fakes.api_harness import ApiHarness
from fakes.party import Browser, Party, film, party


def change(here: Party, by: Browser, whom: Browser, **body: Any) -> Response:
    return by.ask("PATCH", here.path(f"/members/{whom.participant_id}"), body)


def test_changing_a_role_notifies_the_relay(api: ApiHarness) -> None:
    """One commit, one notice and the next version; the old token acts in the new role at once."""
    here = party(api)
    guest = here.guest("Max")
    assert guest.ask("GET", here.path("/bans")).status_code == 403
    assert change(here, here.host, guest, role="moderator").json()["role"] == "moderator"
    _, notice = api.relay.delivered[-1]
    assert (notice["kind"], notice["role"], notice["ctl"], notice["mver"]) == ("role", "moderator", None, 2)
    assert guest.ask("GET", here.path("/bans")).status_code == 200


def test_a_removed_role_no_longer_counts(api: ApiHarness) -> None:
    """The token still says moderator; the store does not."""
    here = party(api)
    moderator = here.member("Mo", "moderator")
    moderator.person = None  # shows its join token, which says moderator
    moderator.renew(here.id)
    change(here, here.host, moderator, role="viewer")
    assert moderator.ask("GET", here.path("/invitations")).status_code == 403


def test_muting_notifies_the_relay(api: ApiHarness) -> None:
    """So does unmuting."""
    here = party(api)
    guest = here.guest("Max")
    assert change(here, here.host, guest, muted=True).json()["muted"]
    assert not change(here, here.host, guest, muted=False).json()["muted"]
    assert here.notices() == ["mute", "mute"]
    assert [notice["mver"] for _, notice in api.relay.delivered] == [2, 3]


def test_role_and_mute_together_are_two_notices_with_two_versions(api: ApiHarness) -> None:
    """The relay ignores versions that are not newer, so each notice has its own."""
    here = party(api)
    change(here, here.host, here.guest("Max"), role="moderator", muted=True)
    assert [(n["kind"], n["mver"]) for _, n in api.relay.delivered] == [("role", 2), ("mute", 3)]


def test_control_is_delegated_for_a_time_or_indefinitely_and_taken_back(api: ApiHarness) -> None:
    """By `control_until`, `controls: true`, and null."""
    here = party(api)
    guest = here.guest("Max")
    until = api.clock() + timedelta(minutes=10)
    change(here, here.host, guest, control_until=until.isoformat())
    change(here, here.host, guest, controls=True)
    change(here, here.host, guest, control_until=None)
    assert [n["ctl"] for _, n in api.relay.delivered] == [until.timestamp() * 1000, 253_402_300_799_000, None]
    past = change(here, here.host, guest, control_until=api.clock().isoformat())
    assert (past.status_code, past.json()["code"]) == (422, "out_of_range")


def test_a_moderator_can_only_delegate_control_they_have(api: ApiHarness) -> None:
    """In a room where only the host controls, a moderator has no control to delegate."""
    here = party(api)
    moderator, guest = here.member("Mo", "moderator"), here.guest("Max")
    assert change(here, moderator, guest, controls=True).status_code == 200
    here.host.ask("PATCH", here.path(), {"control": "host"})
    assert change(here, moderator, guest, controls=True).status_code == 403


@pytest.mark.parametrize("body", [{"role": "moderator"}, {"muted": True}, {"controls": True}])
def test_no_one_can_act_on_equals_or_higher_roles(api: ApiHarness, body: dict[str, Any]) -> None:
    """Moderators not on moderators, no one on the host, and no one on themselves."""
    here = party(api)
    one, two = here.member("One", "moderator"), here.member("Two", "moderator")
    here.host.participant_id = here.host_id
    for whom in (two, here.host, one):
        assert change(here, one, whom, **body).status_code == 403
    assert change(here, here.host, here.host, **body).status_code == 403


def test_only_the_host_changes_roles(api: ApiHarness) -> None:
    """A moderator can mute a viewer but not promote them."""
    here = party(api)
    moderator, guest = here.member("Mo", "moderator"), here.guest("Max")
    assert change(here, moderator, guest, muted=True).status_code == 200
    assert change(here, moderator, guest, role="moderator").status_code == 403


def test_a_guest_cannot_become_the_host(api: ApiHarness) -> None:
    """A room belongs to an account; and handing over cannot be combined with other changes."""
    here = party(api)
    refused = change(here, here.host, here.guest("Max"), role="host")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_account")
    assert change(here, here.host, here.member("Eva"), role="host", muted=True).status_code == 422


def test_only_members_in_the_room_can_be_changed(api: ApiHarness) -> None:
    """Waiting or gone is 409, unknown is 404."""
    here = party(api, access="knock")
    waiting = here.guest("Max")
    assert change(here, here.host, waiting, muted=True).json()["code"] == "not_in_room"
    waiting.participant_id = "nobody"
    assert change(here, here.host, waiting, muted=True).status_code == 404


def test_a_new_name_makes_the_old_token_stale(api: ApiHarness) -> None:
    """The version increases, and the next token carries the name."""
    here = party(api)
    guest = here.guest("Max")
    assert (
        guest.ask("PATCH", here.path("/members/me"), {"display_name": " Maxi\u202e "}).json()["display_name"] == "Maxi"
    )
    assert guest.renew(here.id).json()["room"]["you"]["display_name"] == "Maxi"


def test_the_member_list_contains_nothing_private(api: ApiHarness) -> None:
    """Names and roles, but no account, hash or address."""
    here = party(api)
    api.clock.advance(seconds=1)
    here.guest("Max")
    api.clock.advance(seconds=1)
    listed = here.guest("Eva").ask("GET", here.path("/members"))
    assert [item["display_name"] for item in listed.json()["items"]] == ["Sofie Sand", "Max", "Eva"]
    assert here.owner.id not in listed.text
    assert "hash" not in listed.text


def test_a_room_handed_over_does_not_open_its_new_hosts_films(api: ApiHarness) -> None:
    """Neither directly nor through the queue; the new host shows and queues their own."""
    room = party(api, control="moderators")
    ben = room.member("Ben")
    assert ben.person is not None
    secret = film(api, ben.person)
    handed = room.host.ask("PATCH", room.path(f"/members/{ben.participant_id}"), {"role": "host"})
    assert handed.status_code == 200
    assert ben.ask("POST", room.path("/host-offer"), {"decision": "accept"}).status_code == 200
    show, queue = {"video_id": secret.id}, {"items": [{"video_id": secret.id}]}
    assert room.host.ask("PATCH", room.path(), show).status_code == 403
    assert room.host.ask("PUT", room.path("/queue"), queue).status_code == 403
    assert room.host.ask("POST", f"/videos/{secret.id}/playback", {"room_id": room.id}).status_code == 403
    assert ben.ask("PUT", room.path("/queue"), queue).status_code == 200
    assert ben.ask("PATCH", room.path(), show).status_code == 200

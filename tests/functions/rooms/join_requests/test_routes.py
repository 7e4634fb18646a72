"""Join requests and their decisions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import Browser, Party, party


def waiting(here: Party) -> list[dict[str, str]]:
    items: list[dict[str, str]] = here.host.ask("GET", here.path("/join-requests")).json()["items"]
    return items


def decide(here: Party, request_id: str, decision: str) -> tuple[int, str | None]:
    answer = here.host.ask("POST", here.path(f"/join-requests/{request_id}"), {"decision": decision})
    return answer.status_code, answer.json().get("code")


def test_a_waiting_person_is_listed_once(api: ApiHarness) -> None:
    """A reload while waiting is not a second request; a new name appears in the list."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    guest.join(here.id)
    guest.ask("PATCH", here.path("/members/me"), {"display_name": "Maxi"})
    assert [(item["display_name"], item["participant_id"]) for item in waiting(here)] == [
        ("Maxi", guest.participant_id)
    ]


def test_admitting_notifies_the_relay(api: ApiHarness) -> None:
    """The notice names request and participant, with the membership's new version."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    request_id = waiting(here)[0]["id"]
    assert decide(here, request_id, "admit") == (200, None)
    _, notice = api.relay.delivered[-1]
    assert (notice["kind"], notice["req"], notice["mver"]) == ("admit", request_id, 2)
    assert notice["participant_id"] == guest.participant_id
    assert guest.renew(here.id).status_code == 200


def test_a_denied_person_can_ask_again(api: ApiHarness) -> None:
    """Renewal reports the refusal; a new attempt is a new request."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    first = waiting(here)[0]["id"]
    decide(here, first, "deny")
    assert here.notices() == ["deny"]
    assert guest.renew(here.id).json()["code"] == "denied"
    assert guest.join(here.id).status_code == 202
    assert waiting(here)[0]["id"] != first


def test_blocking_denies_and_bans(api: ApiHarness) -> None:
    """A blocked person can neither renew nor join again."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    decide(here, waiting(here)[0]["id"], "block")
    for answer in (guest.renew(here.id), guest.join(here.id)):
        assert (answer.status_code, answer.json()["code"]) == (403, "banned")
    assert [ban["display_name"] for ban in here.host.ask("GET", here.path("/bans")).json()["items"]] == ["Max"]


@pytest.mark.parametrize("second", ["admit", "deny", "block"])
def test_a_second_decision_is_a_conflict(api: ApiHarness, second: str) -> None:
    """Whatever it is, it changes nothing."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    request_id = waiting(here)[0]["id"]
    decide(here, request_id, "admit")
    assert decide(here, request_id, second) == (409, "already_decided")
    assert guest.renew(here.id).status_code == 200
    assert here.notices() == ["admit"]


def test_r11_two_clicks_on_admit_admit_once(api: ApiHarness) -> None:
    """R11: if host and moderators decide at the same moment, one decision counts and one notice is sent."""
    here = party(api, access="knock")
    moderator = here.member("Mo", "moderator")
    guest = here.guest("Max")
    request_id = waiting(here)[0]["id"]
    before = len(here.notices())
    deciders = [here.host, moderator] * 4

    def click(who: Browser) -> int:
        return who.ask("POST", here.path(f"/join-requests/{request_id}"), {"decision": "admit"}).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(click, deciders))
    assert codes == [200] + [409] * 7
    assert here.notices()[before:] == ["admit"]
    assert guest.renew(here.id).status_code == 200


def test_r11_a_denial_after_an_admission_is_a_removal(api: ApiHarness) -> None:
    """R11: a decision cannot be reversed, but someone who was admitted by mistake can be removed."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    request_id = waiting(here)[0]["id"]
    decide(here, request_id, "admit")
    assert decide(here, request_id, "deny")[0] == 409
    here.host.ask("DELETE", here.path(f"/members/{guest.participant_id}"))
    assert guest.renew(here.id).json()["code"] == "removed"


def test_many_are_decided_in_one_call(api: ApiHarness) -> None:
    """By id, where those already decided are skipped; then everyone else."""
    here = party(api, access="knock")
    guests = [here.guest(f"Guest {n}") for n in range(5)]
    ids = [guest.renew(here.id).json()["request_id"] for guest in guests]
    decide(here, ids[0], "deny")
    some = here.host.ask("POST", here.path("/join-requests:decide"), {"decision": "admit", "ids": [*ids[:3], "none"]})
    assert some.json() == {"decided": ids[1:3], "skipped": [ids[0], "none"]}
    rest = here.host.ask("POST", here.path("/join-requests:decide"), {"decision": "admit", "all": True})
    assert sorted(rest.json()["decided"]) == sorted(ids[3:])
    assert [guest.renew(here.id).status_code for guest in guests] == [403, 200, 200, 200, 200]


def test_either_ids_or_all(api: ApiHarness) -> None:
    """Neither and both are refused."""
    here = party(api, access="knock")
    for which in ({}, {"ids": [], "all": True}):
        answer = here.host.ask("POST", here.path("/join-requests:decide"), {"decision": "admit", **which})
        assert answer.status_code == 422


def test_a_withdrawn_request_is_not_listed(api: ApiHarness) -> None:
    """A late decision does not find it, and withdrawing does not admit anyone."""
    here = party(api, access="knock")
    guest = here.guest("Max")
    request_id = waiting(here)[0]["id"]
    guest.ask("POST", here.path("/members/leave"), {})
    assert waiting(here) == []
    assert decide(here, request_id, "admit") == (409, "already_decided")
    assert guest.join(here.id).status_code == 202


def test_a_request_of_another_room_is_not_found(api: ApiHarness) -> None:
    """Hosts decide only about their own room."""
    here, other = party(api, access="knock"), party(api, access="knock")
    here.guest("Max")
    request_id = waiting(here)[0]["id"]
    assert decide(other, request_id, "admit") == (404, "request_not_found")


def test_requests_are_limited_per_address(api: ApiHarness) -> None:
    """Ten new requests per minute from one address are enough for a family."""
    here = party(api, access="knock")
    codes = [here.guest_status(f"Guest {n}") for n in range(11)]
    assert codes == [202] * 10 + [429]

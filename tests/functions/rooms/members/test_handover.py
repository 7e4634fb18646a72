"""Handing a room over: an offer that the other person accepts."""

from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import Browser, Party, party
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.rooms.host_offers import OFFER_LIFE


def offer(here: Party, whom: Browser) -> Any:
    return here.host.ask("PATCH", here.path(f"/members/{whom.participant_id}"), {"role": "host"})


def answer(here: Party, by: Browser, decision: str = "accept") -> Any:
    return by.ask("POST", here.path("/host-offer"), {"decision": decision})


def role(here: Party, who: Browser) -> str:
    return str(who.ask("GET", here.path()).json()["you"]["role"])


def shown_offer(here: Party, who: Browser) -> Any:
    return who.ask("GET", here.path()).json()["host_offer"]


def last_offer(api: ApiHarness) -> dict[str, Any]:
    return [notice for _, notice in api.relay.delivered if notice["kind"] == "host_offer"][-1]


def test_an_offer_alone_changes_nothing(api: ApiHarness) -> None:
    """The host stays the host, and the two people whom it concerns see the offer, no one else."""
    here = party(api)
    eva, mo = here.member("Eva"), here.member("Mo", "moderator")
    made = offer(here, eva)
    assert (made.status_code, made.json()["role"]) == (200, "viewer")
    assert made.json()["offered_until"] == (api.clock() + OFFER_LIFE).isoformat().replace("+00:00", "Z")
    assert (role(here, here.host), role(here, eva)) == ("host", "viewer")
    for who in (here.host, eva):
        assert shown_offer(here, who)["display_name"] == "Eva"
    assert shown_offer(here, mo) is None
    notice = last_offer(api)
    assert (notice["to"], notice["by"], notice["rev"]) == (eva.participant_id, here.host_id, 1)


def test_accepting_makes_the_host(api: ApiHarness) -> None:
    """There is always one host, and the previous one stays as a moderator; the offer is closed."""
    here = party(api)
    eva = here.member("Eva")
    offer(here, eva)
    assert answer(here, eva).json()["role"] == "host"
    assert (role(here, here.host), role(here, eva)) == ("moderator", "host")
    kinds = [(n["kind"], n.get("role")) for _, n in api.relay.delivered[-3:]]
    assert kinds == [("role", "moderator"), ("role", "host"), ("host_offer", None)]
    assert last_offer(api)["to"] is None
    assert shown_offer(here, eva) is None
    assert answer(here, eva).json()["code"] == "offer_gone"
    assert here.host.ask("DELETE", here.path()).status_code == 403
    assert eva.ask("GET", here.path()).json()["host_name"] == "Eva"
    log = eva.ask("GET", here.path("/events")).json()["items"]
    assert {"host_offered", "host_changed"} <= {entry["kind"] for entry in log}


def test_declining_and_withdrawing_end_the_offer(api: ApiHarness) -> None:
    """Afterwards it cannot be accepted, and the host can offer the room again."""
    here = party(api)
    eva = here.member("Eva")
    for end in (lambda: answer(here, eva, "decline"), lambda: here.host.ask("DELETE", here.path("/host-offer"))):
        offer(here, eva)
        assert end().is_success
        assert answer(here, eva).json()["code"] == "offer_gone"
        assert last_offer(api)["to"] is None
    assert here.host.ask("DELETE", here.path("/host-offer")).status_code == 204  # there is none any more
    assert (role(here, here.host), role(here, eva)) == ("host", "viewer")


def test_an_offer_expires(api: ApiHarness) -> None:
    """After ten minutes no one sees it, it cannot be accepted, and another person can get one."""
    here = party(api)
    eva, ben = here.member("Eva"), here.member("Ben")
    offer(here, eva)
    api.clock.advance(seconds=OFFER_LIFE.total_seconds())
    assert shown_offer(here, here.host) is None
    assert (answer(here, eva).status_code, answer(here, eva).json()["code"]) == (410, "offer_gone")
    assert offer(here, ben).status_code == 200


def test_there_is_one_offer_at_a_time(api: ApiHarness) -> None:
    """A second person is refused while the first has not answered; the same person again changes nothing."""
    here = party(api)
    eva, ben = here.member("Eva"), here.member("Ben")
    until = offer(here, eva).json()["offered_until"]
    api.clock.advance(seconds=60)
    assert offer(here, eva).json()["offered_until"] == until
    refused = offer(here, ben)
    assert (refused.status_code, refused.json()["code"]) == (409, "offer_open")
    assert answer(here, ben).status_code == 403
    assert answer(here, eva).status_code == 200


@pytest.mark.parametrize("leaving", ["eva", "host"])
@pytest.mark.parametrize("how", ["leaves", "is gone"])
def test_an_offer_ends_when_either_leaves(api: ApiHarness, leaving: str, how: str) -> None:
    """On leaving, or when the relay reports that the person's last connection is gone."""
    here = party(api)
    eva = here.member("Eva")
    offer(here, eva)
    if how == "leaves":
        who = eva if leaving == "eva" else here.host
        assert who.ask("POST", here.path("/leave"), {}).status_code == 204
    else:
        gone = eva.participant_id if leaving == "eva" else here.host_id
        event = {"id": "e1", "room": here.id, "epoch": 1, "at": api.clock().isoformat(), "kind": "session_ended"}
        ingest(api.services, [{**event, "participant_id": gone, "name": "x", "total": 1}])
    assert last_offer(api)["to"] is None
    if leaving == "host" or how == "is gone":
        assert answer(here, eva).json()["code"] == "offer_gone"


def test_others_leaving_change_nothing(api: ApiHarness) -> None:
    """Only the two people count."""
    here = party(api)
    eva, ben = here.member("Eva"), here.member("Ben")
    offer(here, eva)
    ben.ask("POST", here.path("/leave"), {})
    assert answer(here, eva).status_code == 200


@pytest.mark.parametrize("ban", [False, True])
def test_a_removed_person_loses_the_offer(api: ApiHarness, ban: bool) -> None:
    """Coming back does not bring it back."""
    here = party(api)
    eva = here.member("Eva")
    offer(here, eva)
    here.host.ask("DELETE", here.path(f"/members/{eva.participant_id}?ban={str(ban).lower()}"))
    assert last_offer(api)["to"] is None
    assert answer(here, eva).status_code == 403


def test_a_deleted_account_and_a_new_password_end_offers(api: ApiHarness) -> None:
    """Both leave the account's rooms, or end what its devices started."""
    here = party(api)
    eva = here.member("Eva")
    offer(here, eva)
    assert eva.ask("DELETE", "/auth/me").status_code == 204
    assert shown_offer(here, here.host) is None
    assert last_offer(api)["to"] is None


def test_only_the_host_offers_and_withdraws(api: ApiHarness) -> None:
    """Neither a moderator, the person herself, nor someone in another room."""
    here, there = party(api), party(api)
    eva, mo = here.member("Eva"), here.member("Mo", "moderator")
    path = here.path(f"/members/{eva.participant_id}")
    assert mo.ask("PATCH", path, {"role": "host"}).status_code == 403
    assert eva.ask("PATCH", path, {"role": "host"}).status_code == 403
    offer(here, eva)
    for who in (mo, eva, there.host, Browser(api)):
        assert who.ask("DELETE", here.path("/host-offer")).status_code in (401, 403)
    for who in (mo, here.host, there.host, Browser(api)):
        assert answer(here, who).status_code in (401, 403)
    elsewhere = there.member("Eve")
    elsewhere.person = None
    assert elsewhere.ask("POST", here.path("/host-offer"), {"decision": "accept"}).status_code == 403
    assert answer(here, eva).status_code == 200


def test_an_offer_needs_the_host_who_made_it(api: ApiHarness) -> None:
    """The account of a host that is suspended in the meantime hands nothing over, nor does a closed room."""
    here = party(api)
    eva = here.member("Eva")
    offer(here, eva)
    assert here.host.ask("DELETE", here.path()).status_code == 204
    assert answer(here, eva).status_code == 410


def test_a_second_accept_at_the_same_moment_is_refused(api: ApiHarness) -> None:
    """Whoever comes second finds the offer gone; the offer names one person, so there is one host."""
    here = party(api)
    eva = here.member("Eva")
    offer(here, eva)
    assert [answer(here, eva).status_code for _ in range(2)] == [200, 410]

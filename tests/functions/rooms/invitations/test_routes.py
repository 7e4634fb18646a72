"""Personal invitation links."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from fakes.api_harness import SITE, ApiHarness
from fakes.party import Browser, Party, party
from watchparty_api.rooms.invitations.routes import NAMED_USERS


def invite(here: Party, **body: Any) -> tuple[str, dict[str, Any]]:
    """Creates an invitation and returns its secret and the response."""
    answer = here.host.ask("POST", here.path("/invitations"), body)
    assert answer.status_code == 201, answer.text
    return answer.json()["url"].partition("#invite=")[2], answer.json()


def role(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    given: str = answer.json()["connection"]["role"]
    return given


def uses(here: Party) -> list[int]:
    return [item["uses"] for item in here.host.ask("GET", here.path("/invitations")).json()["items"]]


def test_the_secret_is_in_the_fragment_and_shown_once(api: ApiHarness) -> None:
    """No server, log or Referer receives it, and neither the list nor the store contains it."""
    here = party(api, access="members")
    secret, made = invite(here)
    assert made["url"].startswith(f"{SITE}/r/{here.id}#invite=")
    listed = here.host.ask("GET", here.path("/invitations"))
    assert secret not in listed.text
    assert secret.partition(".")[2] not in listed.text
    assert made["invitation"]["id"] == listed.json()["items"][0]["id"]


def test_an_invitation_skips_membership_and_password(api: ApiHarness) -> None:
    """It admits with the role that it grants."""
    here = party(api, access="members", password="popcorn")
    assert Browser(api).join(here.id).json()["code"] == "not_invited"
    secret, _ = invite(here, role="moderator")
    joined = Browser(api).join(here.id, invite=secret)
    assert (joined.status_code, joined.json()["connection"]["role"]) == (200, "moderator")


def test_an_invitation_cannot_grant_the_host_role(api: ApiHarness) -> None:
    """The highest role of an invitation is moderator."""
    here = party(api)
    assert here.host.ask("POST", here.path("/invitations"), {"role": "host"}).status_code == 422


def test_uses_are_counted_once_per_participant(api: ApiHarness) -> None:
    """A reload is not a second use; the next person is, and after that the invitation is used up."""
    here = party(api, access="members")
    secret, _ = invite(here, max_uses=2)
    first = Browser(api)
    for _ in range(3):
        assert first.join(here.id, invite=secret).status_code == 200
    assert uses(here) == [1]
    assert Browser(api).join(here.id, invite=secret).status_code == 200
    assert Browser(api).join(here.id, invite=secret).json()["code"] == "not_invited"
    assert first.join(here.id, invite=secret).status_code == 200
    assert uses(here) == [2]


def test_a_removed_member_can_use_their_invitation_again(api: ApiHarness) -> None:
    """It counted for them already, so a single use is still theirs."""
    here = party(api, access="members")
    secret, _ = invite(here, max_uses=1)
    guest = Browser(api)
    guest.join(here.id, invite=secret)
    here.host.ask("DELETE", here.path(f"/members/{guest.participant_id}"))
    assert guest.join(here.id).json()["code"] == "not_invited"
    assert guest.join(here.id, invite=secret).status_code == 200
    assert uses(here) == [1]


def test_concurrent_uses_of_a_single_use_link_admit_one_person(api: ApiHarness) -> None:
    """Of eight people who open one link at once, one is admitted."""
    here = party(api, access="members")
    secret, _ = invite(here, max_uses=1)

    def click(browser: Browser) -> int:
        return browser.join(here.id, invite=secret).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(click, [Browser(api) for _ in range(8)]))
    assert codes == [200] + [403] * 7
    assert uses(here) == [1]


def test_an_invitation_ends_by_expiry_and_by_revocation(api: ApiHarness) -> None:
    """People who have used it before stay."""
    here = party(api, access="members")
    ends = (api.clock() + timedelta(hours=1)).isoformat()
    timed, _ = invite(here, expires_at=ends)
    withdrawn, made = invite(here)
    inside = Browser(api)
    inside.join(here.id, invite=withdrawn)
    assert here.host.ask("DELETE", here.path(f"/invitations/{made['invitation']['id']}")).status_code == 204
    api.clock.advance(hours=1)
    for secret in (timed, withdrawn, "nonsense", f"{made['invitation']['id']}.wrong"):
        assert Browser(api).join(here.id, invite=secret).json()["code"] == "not_invited"
    assert inside.renew(here.id).status_code == 200


def test_an_invalid_invitation_to_an_open_room_is_ignored(api: ApiHarness) -> None:
    """The room's link is enough there."""
    here = party(api)
    assert Browser(api).join(here.id, invite="old.secret").status_code == 200


def test_an_invitation_to_another_room_is_invalid(api: ApiHarness) -> None:
    """Secrets belong to their room."""
    here, other = party(api, access="members"), party(api)
    secret, _ = invite(other)
    assert Browser(api).join(here.id, invite=secret).json()["code"] == "not_invited"


def test_invitations_are_mailed_if_mail_is_configured(api: ApiHarness) -> None:
    """The response says whether it was sent."""
    here = party(api, name="Film club")
    _, made = invite(here, email="max@example.org")
    assert made["mailed"]
    (to, subject, text) = api.mail.sent[0]
    assert to == "max@example.org"
    assert "Sofie Sand" in subject
    assert made["url"] in text
    api.mail.delivers = False
    assert not invite(here, email="eva@example.org")[1]["mailed"]
    assert len(api.mail.sent) == 1


@pytest.mark.parametrize("how", ["demoted", "removed", "banned"])
def test_a_demoted_moderator_cannot_regain_the_role(api: ApiHarness, how: str) -> None:
    """Neither by a link of their own, under this name or another, nor by the link that made them a moderator."""
    here = party(api, access="members")
    by_host, _ = invite(here, role="moderator")
    moderator = Browser(api)
    moderator.join(here.id, invite=by_host)
    own = moderator.ask("POST", here.path("/invitations"), {"role": "moderator"}).json()["url"].partition("#invite=")[2]
    api.clock.advance(seconds=1)
    member = here.path(f"/members/{moderator.participant_id}")
    if how == "demoted":
        assert here.host.ask("PATCH", member, {"role": "viewer"}).status_code == 200
    else:
        query = "?ban=true" if how == "banned" else ""
        assert here.host.ask("DELETE", member + query).status_code == 200

    for secret in (own, by_host):
        answer = moderator.join(here.id, invite=secret)
        assert answer.status_code == 403 or answer.json()["connection"]["role"] == "viewer"
    assert Browser(api).join(here.id, invite=own).json()["code"] == "not_invited"
    assert len(uses(here)) == 1  # the list contains only valid ones


def fall(here: Party, who: Browser, how: str) -> dict[str, Any]:
    member = here.path(f"/members/{who.participant_id}")
    if how == "demoted":
        answer = here.host.ask("PATCH", member, {"role": "viewer"})
    else:
        answer = here.host.ask("DELETE", member + ("?ban=true" if how == "banned" else ""))
    assert answer.status_code == 200, answer.text
    fell: dict[str, Any] = answer.json()
    return fell


@pytest.mark.parametrize("how", ["demoted", "removed", "banned"])
def test_a_demoted_moderators_link_admits_only_viewers(api: ApiHarness, how: str) -> None:
    """After clearing cookies they look like a new visitor. The link still admits people, and the host is informed."""
    here = party(api, access="members")
    link, _ = invite(here, role="moderator")
    mo, stays = Browser(api), Browser(api)
    for each in (mo, stays):
        assert each.join(here.id, invite=link).json()["connection"]["role"] == "moderator"
    assert fall(here, mo, how)["link_lowered"] is True

    answer = Browser(api).join(here.id, invite=link)  # another browser: no cookies
    assert answer.json().get("code") == "banned" if how == "banned" else role(answer) == "viewer"
    assert role(stays.join(here.id, invite=link)) == "moderator"
    assert [item["role"] for item in here.host.ask("GET", here.path("/invitations")).json()["items"]] == ["viewer"]


@pytest.mark.parametrize("body", [{"role": "moderator", "max_uses": 1}, {"role": "viewer"}])
def test_other_links_are_not_changed_by_a_demotion(api: ApiHarness, body: dict[str, Any]) -> None:
    """A used-up link admits no one, and a viewers' link grants nothing that was taken."""
    here = party(api)
    link, _ = invite(here, **body)
    mo = Browser(api)
    mo.join(here.id, invite=link)
    here.host.ask("PATCH", here.path(f"/members/{mo.participant_id}"), {"role": "moderator"})
    assert fall(here, mo, "demoted")["link_lowered"] is False
    assert here.host.ask("GET", here.path("/invitations")).json()["items"][0]["role"] == body["role"]


def test_a_new_invitation_can_raise_the_role_again(api: ApiHarness) -> None:
    """A later decision of the host counts."""
    here = party(api)
    moderator = here.member("Mo", "moderator")
    here.host.ask("PATCH", here.path(f"/members/{moderator.participant_id}"), {"role": "viewer"})
    api.clock.advance(seconds=1)
    secret, _ = invite(here, role="moderator")
    assert moderator.join(here.id, invite=secret).json()["connection"]["role"] == "moderator"


def test_mails_per_recipient_are_limited(api: ApiHarness) -> None:
    """Three per hour to one address, from any inviter; then the response says that it was not mailed."""
    mailed = [invite(party(api), email=f"{name}@Example.org")[1]["mailed"] for name in ("max", "Max", "MAX", "max")]
    assert mailed == [True, True, True, False]
    assert invite(party(api), email="eva@example.org")[1]["mailed"]
    assert len(api.mail.sent) == 4


def test_mails_per_sender_address_are_limited(api: ApiHarness) -> None:
    """Twenty per hour from one IP address, over all accounts behind it."""
    parties = [party(api) for _ in range(3)]
    mailed = [invite(parties[n % 3], email=f"p{n}@example.org")[1]["mailed"] for n in range(21)]
    assert mailed == [True] * 20 + [False]


def test_a_new_room_does_not_reset_the_limit(api: ApiHarness) -> None:
    """Invitations are counted per account."""
    here = party(api)
    for _ in range(60):
        invite(here)
    room = here.host.ask("POST", "/rooms", {}).json()
    assert here.host.ask("POST", f"/rooms/{room['id']}/invitations", {}).status_code == 429


@pytest.mark.parametrize("who", ["temporary host", "guest"])
def test_unregistered_hosts_only_get_the_link(api: ApiHarness, who: str) -> None:
    """No one can send mail through us without leaving an address of their own."""
    here = party(api)
    if who == "guest":
        inviting = here.guest("Max")
        here.host.ask("PATCH", here.path(f"/members/{inviting.participant_id}"), {"role": "moderator"})
        room_id = here.id
    else:
        inviting = Browser(api, api.person("Tom", temporary=True, email=None))
        room_id = inviting.ask("POST", "/rooms", {}).json()["id"]
    answer = inviting.ask("POST", f"/rooms/{room_id}/invitations", {"email": "max@example.org"})
    assert (answer.status_code, answer.json()["mailed"]) == (201, False)
    assert api.mail.sent == []


def test_the_list_names_who_joined_with_which_invitation(api: ApiHarness) -> None:
    """Each person is listed once, with the invitation that they joined with, and others are not."""
    here = party(api, access="members")
    (first, _), (second, _), _ = (invite(here) for _ in range(3))
    for name, secret in (("Max", first), ("Ida", first), ("Lea", second)):
        assert Browser(api).join(here.id, display_name=name, invite=secret).status_code == 200
    listed = here.host.ask("GET", here.path("/invitations")).json()["items"]
    names = [sorted(each["name"] for each in item["used_by"]) for item in listed]
    assert sorted(names) == [[], ["Ida", "Max"], ["Lea"]]


def test_an_invitation_names_a_limited_number_of_people(api: ApiHarness) -> None:
    """A link for a whole class stays a short entry; `uses` counts everyone."""
    here = party(api, access="members")
    secret, _ = invite(here)
    for number in range(NAMED_USERS + 1):
        assert Browser(api).join(here.id, display_name=f"Guest {number}", invite=secret).status_code == 200
    (item,) = here.host.ask("GET", here.path("/invitations")).json()["items"]
    assert (item["uses"], len(item["used_by"])) == (NAMED_USERS + 1, NAMED_USERS)

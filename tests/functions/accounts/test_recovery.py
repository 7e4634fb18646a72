"""Password reset and email verification."""

import re

import pytest
from httpx2 import Response

from fakes.house import SITE, House
from fakes.party import Browser
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import account_by_email, create_account
from watchparty_api.records import Account

PASSWORD = "correct horse"


@pytest.fixture
def ana(house: House) -> Account:
    return create_account(house.services, email="ana@example.org", password=PASSWORD, display_name="Ana")


def forgot(house: House, email: str = "ana@example.org") -> Response:
    return house.client.post("/api/v1/auth/password/forgot", json={"email": email})


def secret_in(house: House) -> str:
    """The secret of the link in the last mail: it is in the fragment, which reaches no server and no log."""
    found = re.search(rf"{re.escape(SITE)}/[a-z]+#[a-z]+=(\S+)", house.mail.sent[-1][2])
    assert found is not None
    return found[1]


def test_the_answer_never_tells_whether_an_address_exists(house: House, ana: Account) -> None:
    """The answer is the same for a known and an unknown address; only the known one gets a mail."""
    known, unknown = forgot(house), forgot(house, "nobody@example.org")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert [to for to, _, _ in house.mail.sent] == ["ana@example.org"]


def test_the_link_sets_a_new_password_once_and_signs_out_everywhere(house: House, ana: Account) -> None:
    """Afterwards the old password, the old sessions and the link itself are refused."""
    device = house.sign_in(ana)
    forgot(house)
    secret = secret_in(house)
    body = {"token": secret, "password": "another horse"}
    assert house.client.post("/api/v1/auth/password/reset", json=body).status_code == 204
    assert house.client.get("/api/v1/auth/me", headers=device.headers).status_code == 401
    login = {"email": "ana@example.org", "password": PASSWORD}
    assert house.client.post("/api/v1/auth/login", json=login).status_code == 401
    login["password"] = "another horse"
    assert house.client.post("/api/v1/auth/login", json=login).status_code == 200
    assert house.client.post("/api/v1/auth/password/reset", json=body).status_code == 410


def test_a_reset_link_ends_after_an_hour(house: House, ana: Account) -> None:
    """A reset link is refused after one hour."""
    forgot(house)
    house.clock.advance(hours=1)
    body = {"token": secret_in(house), "password": "another horse"}
    assert house.client.post("/api/v1/auth/password/reset", json=body).status_code == 410


def test_a_link_is_for_its_purpose_only(house: House, ana: Account) -> None:
    """A reset link does not verify an address."""
    forgot(house)
    assert house.client.post("/api/v1/auth/verify-email", json={"token": secret_in(house)}).status_code == 410


def test_mails_to_one_address_are_limited(house: House, ana: Account) -> None:
    """After a few mails to one address no more are sent for an hour; the answer stays the same."""
    answers = {forgot(house).status_code for _ in range(8)}
    assert answers == {202}
    assert len(house.mail.sent) == 3


def test_an_address_is_verified_by_its_link(house: House) -> None:
    """Changing the address sends a link to it, which marks it as verified."""
    create_account(house.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    answer = house.client.post("/api/v1/auth/login", json={"email": "ana@example.org", "password": PASSWORD}).json()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    change = {"email": "new@example.org", "current_password": PASSWORD}
    house.client.patch("/api/v1/auth/me", json=change, headers=headers)
    assert house.client.post("/api/v1/auth/verify-email", json={"token": secret_in(house)}).status_code == 204
    account = account_by_email(house.services, "new@example.org")
    assert account is not None
    assert account.email_verified


def test_without_mail_nothing_is_promised_by_another_answer(house: House, ana: Account) -> None:
    """Without a mail server nothing is sent, and the answer is the same."""
    house.mail.delivers = False
    assert forgot(house).status_code == 202
    assert house.mail.sent == []


def api_token(house: House, headers: dict[str, str]) -> dict[str, str]:
    """Returns the headers of a new API token."""
    wish = {"name": "script", "scopes": ["account:read"]}
    token = house.client.post("/api/v1/auth/me/tokens", json=wish, headers=headers).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def reset(house: House, secret: str, password: str = "another horse") -> int:
    body = {"token": secret, "password": password}
    return house.client.post("/api/v1/auth/password/reset", json=body).status_code


def test_a_password_reset_revokes_all_other_access(house: House, ana: Account) -> None:
    """A reset revokes API tokens, other reset links and memberships together with the sessions."""
    device = house.sign_in(ana)
    thief = Browser(house, device)
    room = thief.ask("POST", "/rooms", {}).json()
    assert thief.join(room["id"]).status_code == 200
    token = api_token(house, device.headers)
    forgot(house)
    stolen = secret_in(house)
    forgot(house)
    assert house.client.get("/api/v1/auth/me", headers=token).status_code == 200

    assert reset(house, secret_in(house)) == 204

    assert house.client.get("/api/v1/auth/me", headers=token).status_code == 401
    assert reset(house, stolen, "thief's horse") == 410
    thief.person = None  # uses the join token, which does not depend on a session
    assert thief.renew(room["id"]).status_code == 403


def test_a_reset_link_is_for_the_password_and_the_address_that_it_was_sent_for(house: House, ana: Account) -> None:
    """A reset link is void once the password or the address has changed."""
    headers = house.sign_in(ana).headers
    password = PASSWORD
    for change in ({"password": "another horse"}, {"email": "new@example.org"}):
        forgot(house)
        secret = secret_in(house)
        answer = house.client.patch("/api/v1/auth/me", json={**change, "current_password": password}, headers=headers)
        assert answer.status_code == 200, answer.text
        password = change.get("password", password)
        assert reset(house, secret) == 410


def test_a_reset_link_to_another_address_than_the_accounts_is_void(house: House, ana: Account) -> None:
    """A reset link to an old address is void, even if it was created while the address changed."""
    secret, _ = one_time_tokens.mint(house.services, "reset", account_id=ana.id, email="old@example.org")
    assert reset(house, secret) == 410


def test_a_new_password_ends_api_tokens_and_a_new_name_does_not(house: House, ana: Account) -> None:
    """A new password deletes the API tokens; a new name does not."""
    headers = house.sign_in(ana).headers
    token = api_token(house, headers)
    for change, status in (({"display_name": "Anna"}, 200), ({"password": "another horse"}, 401)):
        body = {**change, "current_password": PASSWORD}
        assert house.client.patch("/api/v1/auth/me", json=body, headers=headers).status_code == 200
        assert house.client.get("/api/v1/auth/me", headers=token).status_code == status

"""Password reset and email verification."""

import re

import pytest
from httpx2 import Response

from fakes.api_harness import SITE, ApiHarness
from fakes.party import Browser
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import account_by_email, create_account
from watchparty_api.records import Account

PASSWORD = "correct horse"


@pytest.fixture
def ana(api: ApiHarness) -> Account:
    return create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")


def forgot(api: ApiHarness, email: str = "ana@example.org") -> Response:
    return api.client.post("/api/v1/auth/password/forgot", json={"email": email})


def secret_in(api: ApiHarness) -> str:
    """The secret of the link in the last mail: it is in the fragment, which reaches no server and no log."""
    found = re.search(rf"{re.escape(SITE)}/[a-z]+#[a-z]+=(\S+)", api.mail.sent[-1][2])
    assert found is not None
    return found[1]


def test_the_answer_never_tells_whether_an_address_exists(api: ApiHarness, ana: Account) -> None:
    """The answer is the same for a known and an unknown address; only the known one gets a mail."""
    known, unknown = forgot(api), forgot(api, "nobody@example.org")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert [to for to, _, _ in api.mail.sent] == ["ana@example.org"]


def test_the_link_sets_a_new_password_once_and_signs_out_everywhere(api: ApiHarness, ana: Account) -> None:
    """Afterwards the old password, the old sessions and the link itself are refused."""
    device = api.sign_in(ana)
    forgot(api)
    secret = secret_in(api)
    body = {"token": secret, "password": "another horse"}
    assert api.client.post("/api/v1/auth/password/reset", json=body).status_code == 204
    assert api.client.get("/api/v1/auth/me", headers=device.headers).status_code == 401
    login = {"email": "ana@example.org", "password": PASSWORD}
    assert api.client.post("/api/v1/auth/login", json=login).status_code == 401
    login["password"] = "another horse"
    assert api.client.post("/api/v1/auth/login", json=login).status_code == 200
    assert api.client.post("/api/v1/auth/password/reset", json=body).status_code == 410


def test_a_reset_link_ends_after_an_hour(api: ApiHarness, ana: Account) -> None:
    """A reset link is refused after one hour."""
    forgot(api)
    api.clock.advance(hours=1)
    body = {"token": secret_in(api), "password": "another horse"}
    assert api.client.post("/api/v1/auth/password/reset", json=body).status_code == 410


def test_a_link_is_for_its_purpose_only(api: ApiHarness, ana: Account) -> None:
    """A reset link does not verify an address."""
    forgot(api)
    assert api.client.post("/api/v1/auth/verify-email", json={"token": secret_in(api)}).status_code == 410


def test_mails_to_one_address_are_limited(api: ApiHarness, ana: Account) -> None:
    """After a few mails to one address no more are sent for an hour; the answer stays the same."""
    answers = {forgot(api).status_code for _ in range(8)}
    assert answers == {202}
    assert len(api.mail.sent) == 3


def test_an_address_is_verified_by_its_link(api: ApiHarness) -> None:
    """Changing the address sends a link to it, which marks it as verified."""
    create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    answer = api.client.post("/api/v1/auth/login", json={"email": "ana@example.org", "password": PASSWORD}).json()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    change = {"email": "new@example.org", "current_password": PASSWORD}
    api.client.patch("/api/v1/auth/me", json=change, headers=headers)
    assert api.client.post("/api/v1/auth/verify-email", json={"token": secret_in(api)}).status_code == 204
    account = account_by_email(api.services, "new@example.org")
    assert account is not None
    assert account.email_verified


def test_without_mail_nothing_is_promised_by_another_answer(api: ApiHarness, ana: Account) -> None:
    """Without a mail server nothing is sent, and the answer is the same."""
    api.mail.delivers = False
    assert forgot(api).status_code == 202
    assert api.mail.sent == []


def api_token(api: ApiHarness, headers: dict[str, str]) -> dict[str, str]:
    """Returns the headers of a new API token."""
    wish = {"name": "script", "scopes": ["account:read"]}
    token = api.client.post("/api/v1/auth/me/tokens", json=wish, headers=headers).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def reset(api: ApiHarness, secret: str, password: str = "another horse") -> int:
    body = {"token": secret, "password": password}
    return api.client.post("/api/v1/auth/password/reset", json=body).status_code


def test_a_password_reset_revokes_all_other_access(api: ApiHarness, ana: Account) -> None:
    """A reset revokes API tokens, other reset links and memberships together with the sessions."""
    device = api.sign_in(ana)
    thief = Browser(api, device)
    room = thief.ask("POST", "/rooms", {}).json()
    assert thief.join(room["id"]).status_code == 200
    token = api_token(api, device.headers)
    forgot(api)
    stolen = secret_in(api)
    forgot(api)
    assert api.client.get("/api/v1/auth/me", headers=token).status_code == 200

    assert reset(api, secret_in(api)) == 204

    assert api.client.get("/api/v1/auth/me", headers=token).status_code == 401
    assert reset(api, stolen, "thief's horse") == 410
    thief.person = None  # uses the join token
    assert thief.renew(room["id"]).status_code == 401


def test_a_reset_link_is_for_the_password_and_the_address_that_it_was_sent_for(api: ApiHarness, ana: Account) -> None:
    """A reset link is void once the password or the address has changed."""
    headers = api.sign_in(ana).headers
    password = PASSWORD
    for change in ({"password": "another horse"}, {"email": "new@example.org"}):
        forgot(api)
        secret = secret_in(api)
        answer = api.client.patch("/api/v1/auth/me", json={**change, "current_password": password}, headers=headers)
        assert answer.status_code == 200, answer.text
        password = change.get("password", password)
        assert reset(api, secret) == 410


def test_a_reset_link_to_another_address_than_the_accounts_is_void(api: ApiHarness, ana: Account) -> None:
    """A reset link to an old address is void, even if it was created while the address changed."""
    secret, _ = one_time_tokens.mint(api.services, "reset", account_id=ana.id, email="old@example.org")
    assert reset(api, secret) == 410


def test_a_new_password_ends_api_tokens_and_a_new_name_does_not(api: ApiHarness, ana: Account) -> None:
    """A new password deletes the API tokens; a new name does not."""
    headers = api.sign_in(ana).headers
    token = api_token(api, headers)
    for change, status in (({"display_name": "Anna"}, 200), ({"password": "another horse"}, 401)):
        body = {**change, "current_password": PASSWORD}
        assert api.client.patch("/api/v1/auth/me", json=body, headers=headers).status_code == 200
        assert api.client.get("/api/v1/auth/me", headers=token).status_code == status

"""The first admin, registration, temporary hosts."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.sign_up import open_setup
from watchparty_api.records import Account

ANA = {"email": "Ana@Example.org", "password": "correct horse", "display_name": "Ana"}


def _settings(api: ApiHarness, **fields: Any) -> None:
    settings = replace(api.services.settings(), **fields)
    api.services.store.create(settings)


def test_a_new_site_has_no_accounts_s11(api: ApiHarness) -> None:
    """S11: there is no default account; guessed names and passwords are refused."""
    assert api.client.get("/api/v1/setup").json() == {"open": True}
    for email, password in (("admin@example.org", "admin"), ("admin@watchparty.test", "changeme"), ("a@b.co", "x")):
        answer = api.client.post("/api/v1/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 401


def test_the_setup_link_makes_the_first_admin_once(api: ApiHarness) -> None:
    """The link's secret creates one admin, who is signed in; afterwards set-up answers 410."""
    secret = open_setup(api.services)
    answer = api.client.post("/api/v1/setup", json={"token": secret, **ANA})
    assert answer.status_code == 201, answer.text
    assert answer.json()["account"]["role"] == "admin"
    assert answer.json()["account"]["email"] == "ana@example.org"
    me = api.client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["display_name"] == "Ana"
    assert api.client.get("/api/v1/setup").status_code == 410
    again = api.client.post("/api/v1/setup", json={"token": secret, **ANA, "email": "eve@example.org"})
    assert again.status_code == 410
    assert open_setup(api.services) is None


def test_a_new_start_makes_the_old_setup_link_void(api: ApiHarness) -> None:
    """Only the link of the latest start works."""
    old, new = open_setup(api.services), open_setup(api.services)
    assert api.client.post("/api/v1/setup", json={"token": old, **ANA}).status_code == 410
    assert api.client.post("/api/v1/setup", json={"token": new, **ANA}).status_code == 201


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", None])
def test_setup_demands_the_sites_origin(api: ApiHarness, origin: str | None) -> None:
    """Set-up requires the site's Origin."""
    secret = open_setup(api.services)
    client = api.new_client()
    del client.headers["origin"]
    headers = {} if origin is None else {"Origin": origin}
    answer = client.post("/api/v1/setup", json={"token": secret, **ANA}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin")


def test_registration_is_by_invitation_unless_opened(api: ApiHarness) -> None:
    """Without an invitation the answer is 403, with one 201; an invitation works once."""
    assert api.client.post("/api/v1/auth/register", json=ANA).json()["code"] == "invitation_needed"
    secret, _ = one_time_tokens.mint(api.services, "account_invite", created_by="admin")
    answer = api.client.post("/api/v1/auth/register", json={**ANA, "invite": secret})
    assert answer.status_code == 201, answer.text
    assert answer.json()["account"]["role"] == "user"
    again = api.client.post("/api/v1/auth/register", json={**ANA, "email": "ben@example.org", "invite": secret})
    assert again.status_code == 410


def test_open_registration_needs_no_invitation(api: ApiHarness) -> None:
    """With open registration anyone can register, each address once."""
    _settings(api, registration="open")
    assert api.client.post("/api/v1/auth/register", json=ANA).status_code == 201
    again = api.client.post("/api/v1/auth/register", json={**ANA, "email": "ANA@example.org"})
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    assert api.services.store.get(Account, "ana") is None


def test_an_invitation_for_an_address_registers_no_other(api: ApiHarness) -> None:
    """An invitation for an address registers only that address."""
    secret, _ = one_time_tokens.mint(api.services, "account_invite", email="ben@example.org")
    answer = api.client.post("/api/v1/auth/register", json={**ANA, "invite": secret})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_address")


def test_a_temporary_host_starts_without_sign_up_and_ends_after_a_day(api: ApiHarness) -> None:
    """A temporary host is signed in immediately; a day later the account is refused."""
    answer = api.client.post("/api/v1/auth/temporary", json={"display_name": "Ana"})
    assert answer.status_code == 201
    assert answer.json()["account"]["temporary"] is True
    assert answer.json()["account"]["email"] is None
    api.clock.advance(hours=24)
    refused = api.client.post("/api/v1/auth/refresh", json={})
    assert refused.status_code == 401


def test_temporary_hosts_can_be_switched_off(api: ApiHarness) -> None:
    """The setting `temporary_hosts` switches them off."""
    _settings(api, temporary_hosts=False)
    assert api.client.post("/api/v1/auth/temporary", json={}).json()["code"] == "temporary_off"


def test_a_temporary_account_is_claimed_by_registering_with_it(api: ApiHarness) -> None:
    """Registering with the temporary account's access token makes the account permanent."""
    _settings(api, registration="open")
    first = api.client.post("/api/v1/auth/temporary", json={}).json()
    claimed = api.client.post(
        "/api/v1/auth/register", json=ANA, headers={"Authorization": f"Bearer {first['access_token']}"}
    )
    assert claimed.status_code == 201
    account = claimed.json()["account"]
    assert (account["id"], account["temporary"], account["expires_at"]) == (first["account"]["id"], False, None)
    assert api.client.post(
        "/api/v1/auth/login", json={"email": "ana@example.org", "password": "correct horse"}
    ).is_success


def test_an_invitation_gives_its_role_to_a_temporary_host_too(api: ApiHarness) -> None:
    """An admin invitation makes a temporary host an admin, too."""
    first = api.client.post("/api/v1/auth/temporary", json={}).json()
    secret, _ = one_time_tokens.mint(api.services, "account_invite", role="admin")
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    claimed = api.client.post("/api/v1/auth/register", json={**ANA, "invite": secret}, headers=headers).json()
    assert (claimed["account"]["id"], claimed["account"]["role"]) == (first["account"]["id"], "admin")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a" * 250 + "@example.org"),
        ("password", "short"),
        ("password", "x" * 201),
        ("display_name", ""),
        ("display_name", "x" * 41),
        ("display_name", "\u202e\u200b"),
        ("surprise", "field"),
    ],
)
def test_names_and_addresses_have_limits_s14(client: TestClient, field: str, value: str) -> None:
    """S14: the server checks lengths and characters, and the answer names the field."""
    answer = client.post("/api/v1/auth/register", json={**ANA, field: value})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"


def test_registering_is_limited_s8(client: TestClient) -> None:
    """S8: registrations per network address are limited, and the refusal says how long to wait."""
    answers = [client.post("/api/v1/auth/register", json=ANA).status_code for _ in range(31)]
    assert answers[:30] == [403] * 30
    assert answers[30] == 429

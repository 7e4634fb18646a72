"""Sign-in, refresh tokens, sign-out."""

from dataclasses import replace

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from fakes.api_harness import SITE, ApiHarness
from watchparty_api.accounts.creation import account_by_email, create_account
from watchparty_api.bootstrap import routers
from watchparty_api.records import Account
from watchparty_api.web.http import create_app

PASSWORD = "correct horse"


@pytest.fixture
def ana(api: ApiHarness) -> Account:
    return create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")


def login(client: TestClient, password: str = PASSWORD, email: str = "ana@example.org") -> Response:
    return client.post("/api/v1/auth/login", json={"email": email, "password": password})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_login_gives_an_access_token_and_the_refresh_cookie(api: ApiHarness, ana: Account) -> None:
    """The answer contains access token, lifetime and account; the refresh token is only in a strict HttpOnly cookie."""
    answer = login(api.client)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "expires_in", "account"}
    assert body["expires_in"] <= 900
    assert body["account"]["id"] == ana.id
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/api/v1/auth" in cookie
    assert "Secure" not in cookie  # plain http: browsers would not send a Secure cookie


def test_the_cookie_is_secure_on_https(api: ApiHarness, ana: Account) -> None:
    """On https the cookie is Secure."""
    config = replace(api.services.config, public_url="https://watch.test")
    client = TestClient(create_app(replace(api.services, config=config), routers()))
    assert "Secure" in login(client).headers["set-cookie"]


@pytest.mark.parametrize(("email", "password"), [("ana@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_look_the_same(
    api: ApiHarness, ana: Account, email: str, password: str
) -> None:
    """The refusal does not reveal whether the address has an account."""
    answer = login(api.client, password, email)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_failures_are_refused_without_locking_the_owner_out_s8(api: ApiHarness, ana: Account) -> None:
    """S8: guessing is refused after a few failures, even with the right password, but only for that network address."""
    for _ in range(5):
        assert login(api.client, "wrong").status_code == 401
    refused = login(api.client)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    elsewhere = TestClient(api.app, base_url=SITE, client=("192.0.2.7", 1234))
    assert login(elsewhere).status_code == 200


def test_a_suspension_is_revealed_only_with_the_password(api: ApiHarness) -> None:
    """The right password answers 403 `suspended`, a wrong one 401."""
    create_account(api.services, email="eve@example.org", password=PASSWORD, display_name="Eve")
    eve = account_by_email(api.services, "eve@example.org")
    assert eve is not None
    api.services.store.replace(replace(eve, suspended=True))
    assert login(api.client, PASSWORD, "eve@example.org").json()["code"] == "suspended"
    assert login(api.client, "wrong", "eve@example.org").json()["code"] == "wrong_credentials"


def test_refresh_replaces_the_cookie_and_keeps_the_session(api: ApiHarness, ana: Account) -> None:
    """Each refresh returns a new cookie and a new access token for the same account."""
    login(api.client)
    before = api.client.cookies["wp_refresh"]
    api.clock.advance(minutes=14)
    answer = api.client.post("/api/v1/auth/refresh", json={})
    assert answer.status_code == 200
    assert answer.json()["account"]["id"] == ana.id
    assert api.client.cookies["wp_refresh"] != before
    assert api.client.get("/api/v1/auth/me", headers=bearer(answer.json()["access_token"])).status_code == 200


def test_the_old_cookie_works_for_30_s_with_the_same_successor(api: ApiHarness, ana: Account) -> None:
    """A repeated refresh (two tabs, a lost answer) gets the same successor within 30 seconds."""
    login(api.client)
    old = api.client.cookies["wp_refresh"]
    api.client.post("/api/v1/auth/refresh", json={})
    successor = api.client.cookies["wp_refresh"]
    api.clock.advance(seconds=30)
    tab = api.new_client()
    answer = tab.post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={old}"})
    assert answer.status_code == 200
    assert tab.cookies["wp_refresh"] == successor


def test_later_reuse_revokes_the_family(api: ApiHarness, ana: Account) -> None:
    """Using an old cookie after 30 s revokes the session, with its newest cookie and access token."""
    login(api.client)
    old = api.client.cookies["wp_refresh"]
    access_token = api.client.post("/api/v1/auth/refresh", json={}).json()["access_token"]
    api.clock.advance(seconds=31)
    thief = api.new_client()
    reused = thief.post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={old}"})
    assert (reused.status_code, reused.json()["code"]) == (401, "token_reused")
    assert api.client.post("/api/v1/auth/refresh", json={}).status_code == 401
    assert api.client.get("/api/v1/auth/me", headers=bearer(access_token)).json()["code"] == "signed_out"


def test_a_grandparent_is_reuse_even_within_30_s(api: ApiHarness, ana: Account) -> None:
    """Only the direct predecessor has a grace period."""
    login(api.client)
    oldest = api.client.cookies["wp_refresh"]
    api.client.post("/api/v1/auth/refresh", json={})
    api.client.post("/api/v1/auth/refresh", json={})
    answer = api.new_client().post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={oldest}"})
    assert answer.json()["code"] == "token_reused"


def test_logout_ends_the_session_and_its_access_tokens(api: ApiHarness, ana: Account) -> None:
    """After signing out, cookie and access token are refused."""
    access_token = login(api.client).json()["access_token"]
    cookie = api.client.cookies["wp_refresh"]
    assert api.client.post("/api/v1/auth/logout", json={}).status_code == 204
    assert "wp_refresh" not in api.client.cookies
    again = api.new_client().post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={cookie}"})
    assert again.status_code == 401
    assert api.client.get("/api/v1/auth/me", headers=bearer(access_token)).status_code == 401


@pytest.mark.parametrize("call", ["refresh", "logout"])
def test_another_site_can_neither_refresh_nor_log_out(api: ApiHarness, ana: Account, call: str) -> None:
    """Refresh and logout require the site's Origin and a JSON body."""
    login(api.client)
    foreign = api.client.post(f"/api/v1/auth/{call}", json={}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    form = api.client.post(f"/api/v1/auth/{call}", data={"a": "b"})
    assert form.status_code == 415
    assert api.client.post("/api/v1/auth/refresh", json={}).status_code == 200


def test_a_refresh_token_is_no_access_token_s7(api: ApiHarness, ana: Account) -> None:
    """S7: a refresh token is no access token, and an access token does not refresh."""
    access_token = login(api.client).json()["access_token"]
    refresh_token = api.client.cookies["wp_refresh"]
    assert api.client.get("/api/v1/auth/me", headers=bearer(refresh_token)).status_code == 401
    stranger = api.new_client()
    cookie = {"Cookie": f"wp_refresh={access_token}"}
    assert stranger.post("/api/v1/auth/refresh", json={}, headers=cookie).status_code == 401


def test_an_access_token_ends_after_15_minutes_s7(api: ApiHarness, ana: Account) -> None:
    """S7: an access token expires after 15 minutes."""
    access_token = login(api.client).json()["access_token"]
    api.clock.advance(minutes=15)
    assert api.client.get("/api/v1/auth/me", headers=bearer(access_token)).json()["code"] == "token_expired"


def test_the_role_is_the_stores_and_not_the_tokens_s7(api: ApiHarness) -> None:
    """S7: an admin who is demoted loses the role immediately, whatever the token was issued for."""
    admin = api.person("Ada", role="admin")
    assert api.client.get("/api/v1/admin/settings", headers=admin.headers).status_code == 200
    api.services.store.replace(replace(admin.account, role="user"))
    assert api.client.get("/api/v1/admin/settings", headers=admin.headers).status_code == 403

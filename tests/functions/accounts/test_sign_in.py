"""Sign-in, refresh tokens, sign-out."""

from dataclasses import replace

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from fakes.house import SITE, House
from watchparty_api.accounts.creation import account_by_email, create_account
from watchparty_api.bootstrap import routers
from watchparty_api.records import Account
from watchparty_api.web.http import create_app

PASSWORD = "correct horse"


@pytest.fixture
def ana(house: House) -> Account:
    return create_account(house.services, email="ana@example.org", password=PASSWORD, display_name="Ana")


def login(client: TestClient, password: str = PASSWORD, email: str = "ana@example.org") -> Response:
    return client.post("/api/v1/auth/login", json={"email": email, "password": password})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_login_gives_an_access_token_and_the_refresh_cookie(house: House, ana: Account) -> None:
    """The answer contains access token, lifetime and account; the refresh token is only in a strict HttpOnly cookie."""
    answer = login(house.client)
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


def test_the_cookie_is_secure_on_https(house: House, ana: Account) -> None:
    """On https the cookie is Secure."""
    config = replace(house.services.config, public_url="https://watch.test")
    client = TestClient(create_app(replace(house.services, config=config), routers()))
    assert "Secure" in login(client).headers["set-cookie"]


@pytest.mark.parametrize(("email", "password"), [("ana@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_look_the_same(
    house: House, ana: Account, email: str, password: str
) -> None:
    """The refusal does not reveal whether the address has an account."""
    answer = login(house.client, password, email)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_failures_are_refused_without_locking_the_owner_out_s8(house: House, ana: Account) -> None:
    """S8: guessing is refused after a few failures, even with the right password, but only for that network address."""
    for _ in range(5):
        assert login(house.client, "wrong").status_code == 401
    refused = login(house.client)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    elsewhere = TestClient(house.app, base_url=SITE, client=("192.0.2.7", 1234))
    assert login(elsewhere).status_code == 200


def test_a_suspension_is_revealed_only_with_the_password(house: House) -> None:
    """The right password answers 403 `suspended`, a wrong one 401."""
    create_account(house.services, email="eve@example.org", password=PASSWORD, display_name="Eve")
    eve = account_by_email(house.services, "eve@example.org")
    assert eve is not None
    house.services.store.replace(replace(eve, suspended=True))
    assert login(house.client, PASSWORD, "eve@example.org").json()["code"] == "suspended"
    assert login(house.client, "wrong", "eve@example.org").json()["code"] == "wrong_credentials"


def test_refresh_replaces_the_cookie_and_keeps_the_session(house: House, ana: Account) -> None:
    """Each refresh returns a new cookie and a new access token for the same account."""
    login(house.client)
    before = house.client.cookies["wp_refresh"]
    house.clock.advance(minutes=14)
    answer = house.client.post("/api/v1/auth/refresh", json={})
    assert answer.status_code == 200
    assert answer.json()["account"]["id"] == ana.id
    assert house.client.cookies["wp_refresh"] != before
    assert house.client.get("/api/v1/auth/me", headers=bearer(answer.json()["access_token"])).status_code == 200


def test_the_old_cookie_works_for_30_s_with_the_same_successor(house: House, ana: Account) -> None:
    """A repeated refresh (two tabs, a lost answer) gets the same successor within 30 seconds."""
    login(house.client)
    old = house.client.cookies["wp_refresh"]
    house.client.post("/api/v1/auth/refresh", json={})
    successor = house.client.cookies["wp_refresh"]
    house.clock.advance(seconds=30)
    tab = house.new_client()
    answer = tab.post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={old}"})
    assert answer.status_code == 200
    assert tab.cookies["wp_refresh"] == successor


def test_later_reuse_revokes_the_family(house: House, ana: Account) -> None:
    """Using an old cookie after 30 s revokes the session, with its newest cookie and access token."""
    login(house.client)
    old = house.client.cookies["wp_refresh"]
    access_token = house.client.post("/api/v1/auth/refresh", json={}).json()["access_token"]
    house.clock.advance(seconds=31)
    thief = house.new_client()
    reused = thief.post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={old}"})
    assert (reused.status_code, reused.json()["code"]) == (401, "token_reused")
    assert house.client.post("/api/v1/auth/refresh", json={}).status_code == 401
    assert house.client.get("/api/v1/auth/me", headers=bearer(access_token)).json()["code"] == "signed_out"


def test_a_grandparent_is_reuse_even_within_30_s(house: House, ana: Account) -> None:
    """Only the direct predecessor has a grace period."""
    login(house.client)
    oldest = house.client.cookies["wp_refresh"]
    house.client.post("/api/v1/auth/refresh", json={})
    house.client.post("/api/v1/auth/refresh", json={})
    answer = house.new_client().post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={oldest}"})
    assert answer.json()["code"] == "token_reused"


def test_logout_ends_the_session_and_its_access_tokens(house: House, ana: Account) -> None:
    """After signing out, cookie and access token are refused."""
    access_token = login(house.client).json()["access_token"]
    cookie = house.client.cookies["wp_refresh"]
    assert house.client.post("/api/v1/auth/logout", json={}).status_code == 204
    assert "wp_refresh" not in house.client.cookies
    again = house.new_client().post("/api/v1/auth/refresh", json={}, headers={"Cookie": f"wp_refresh={cookie}"})
    assert again.status_code == 401
    assert house.client.get("/api/v1/auth/me", headers=bearer(access_token)).status_code == 401


@pytest.mark.parametrize("call", ["refresh", "logout"])
def test_another_site_can_neither_refresh_nor_log_out(house: House, ana: Account, call: str) -> None:
    """Refresh and logout require the site's Origin and a JSON body."""
    login(house.client)
    foreign = house.client.post(f"/api/v1/auth/{call}", json={}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    form = house.client.post(f"/api/v1/auth/{call}", data={"a": "b"})
    assert form.status_code == 415
    assert house.client.post("/api/v1/auth/refresh", json={}).status_code == 200


def test_a_refresh_token_is_no_access_token_s7(house: House, ana: Account) -> None:
    """S7: a refresh token is no access token, and an access token does not refresh."""
    access_token = login(house.client).json()["access_token"]
    refresh_token = house.client.cookies["wp_refresh"]
    assert house.client.get("/api/v1/auth/me", headers=bearer(refresh_token)).status_code == 401
    stranger = house.new_client()
    cookie = {"Cookie": f"wp_refresh={access_token}"}
    assert stranger.post("/api/v1/auth/refresh", json={}, headers=cookie).status_code == 401


def test_an_access_token_ends_after_15_minutes_s7(house: House, ana: Account) -> None:
    """S7: an access token expires after 15 minutes."""
    access_token = login(house.client).json()["access_token"]
    house.clock.advance(minutes=15)
    assert house.client.get("/api/v1/auth/me", headers=bearer(access_token)).json()["code"] == "token_expired"


def test_the_role_is_the_stores_and_not_the_tokens_s7(house: House) -> None:
    """S7: an admin who is demoted loses the role immediately, whatever the token was issued for."""
    admin = house.person("Ada", role="admin")
    assert house.client.get("/api/v1/admin/settings", headers=admin.headers).status_code == 200
    house.services.store.replace(replace(admin.account, role="user"))
    assert house.client.get("/api/v1/admin/settings", headers=admin.headers).status_code == 403

"""Canaries: no secret and no personal data reaches a log, a URL or another caller's answer."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from watchparty_api.accounts.sign_up import open_setup
from watchparty_api.bootstrap import routers
from watchparty_api.web.http import create_app

PASSWORD = "canary-password-1"
ROOM_PASSWORD = "canary-room-password"
EMAIL = "canary.ana@example.org"


def party(api: ApiHarness) -> list[str]:
    """Performs every action that handles a secret; returns the secrets."""
    client = api.client
    setup = str(open_setup(api.services))
    ana = {"email": EMAIL, "password": PASSWORD, "display_name": "Ana"}
    answer = ok(client.post("/api/v1/setup", json={"token": setup, **ana}))
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    refresh = client.cookies["wp_refresh"]
    client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD + "x"})
    again = ok(client.post("/api/v1/auth/refresh", json={}))
    token = ok(client.post("/api/v1/auth/me/tokens", json={"name": "t", "scopes": ["rooms:read"]}, headers=headers))
    client.get("/api/v1/rooms", headers={"Authorization": f"Bearer {token['token']}"})
    invite = ok(client.post("/api/v1/admin/account-invites", json={"email": "ben@example.org"}, headers=headers))
    room = ok(client.post("/api/v1/rooms", json={"password": ROOM_PASSWORD}, headers=headers))
    path = f"/api/v1/rooms/{room['id']}"
    invitation = ok(client.post(f"{path}/invitations", json={}, headers=headers))
    guest = api.new_client()
    guest.post(f"{path}/join", json={"password": "wrong"})
    joined = ok(guest.post(f"{path}/join", json={"password": ROOM_PASSWORD, "guest_key": True}))
    guest.post(f"{path}/join/renew", json={}, headers={"X-Guest-Key": joined["guest_key"]})
    client.post("/api/v1/auth/password/forgot", json={"email": EMAIL})
    client.post(
        "/api/v1/auth/login", content=b'{"email": "' + EMAIL.encode(), headers={"Content-Type": "application/json"}
    )
    secrets = [setup, PASSWORD, ROOM_PASSWORD, EMAIL, answer["access_token"], again["access_token"], refresh]
    secrets += [client.cookies["wp_refresh"], token["token"].split("_", 2)[2], joined["guest_key"]]
    secrets += [joined["connection"]["join_token"], fragment(invite["url"]), fragment(invitation["url"])]
    return [*secrets, *(text.rpartition("=")[2].split()[0] for _, _, text in api.mail.sent)]


def ok(answer: Any) -> dict[str, Any]:
    assert answer.is_success, answer.text
    content: dict[str, Any] = answer.json()
    return content


def fragment(url: str) -> str:
    address, _, secret = url.partition("#")
    assert secret
    assert "=" not in address
    return secret.rpartition("=")[2]


def test_no_secret_reaches_a_log_s12(api: ApiHarness, caplog: pytest.LogCaptureFixture) -> None:
    """S12: no log line, at any level and of any library, contains a secret or an email address.

    The test's HTTP client logs each URL, so this also proves that no URL contains a secret (S7).
    """
    caplog.set_level(logging.DEBUG)
    secrets = party(api)
    assert "HTTP Request" in caplog.text
    assert len(secrets) >= 14
    assert min(map(len, secrets)) >= 16
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_an_unexpected_error_tells_only_its_number_s12(api: ApiHarness, caplog: pytest.LogCaptureFixture) -> None:
    """S12: an internal error answers 500 with the request's id and a sentence, never a stack trace or internals."""
    broken = replace(api.services, store=None)  # type: ignore[arg-type]  # any use of it is an unexpected error
    client = TestClient(create_app(broken, routers()))
    answer = client.get("/api/v1/config", headers={"X-Request-Id": "request-12345678"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "request-12345678" in answer.json()["detail"]
    assert "NoneType" not in answer.text
    assert "request-12345678" in caplog.text


def test_a_stranger_sees_no_address_and_no_path_s14(api: ApiHarness) -> None:
    """S14: a room's card and a guest's view show names, but no email address and no storage path."""
    host = api.person("Hana", email=EMAIL)
    room = ok(api.client.post("/api/v1/rooms", json={}, headers=host.headers))
    guest = api.new_client()
    seen = guest.get(f"/api/v1/rooms/{room['id']}").text
    joined = ok(guest.post(f"/api/v1/rooms/{room['id']}/join", json={}))
    bearer = {"Authorization": f"Bearer {joined['connection']['join_token']}"}
    seen += str(joined) + guest.get(f"/api/v1/rooms/{room['id']}/members", headers=bearer).text
    assert "Hana" in seen
    assert EMAIL not in seen
    assert "uploads/" not in seen


def test_presence_needs_a_link_and_leaves_nothing_behind_s9(api: ApiHarness) -> None:
    """S9: requests for missing rooms store nothing, and reveal only that they do not exist."""
    before = api.client.get("/api/v1/rooms/nothing-here").json()
    for number in range(20):
        answer = api.client.get(f"/api/v1/rooms/made-up-{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, before["code"])
        assert api.client.get(f"/api/v1/rooms/made-up-{number}/members").status_code in (401, 404)
    assert api.relay.delivered == []

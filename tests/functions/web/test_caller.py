"""The caller of a request."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fakes.api_harness import ApiHarness, Person


def me(api: ApiHarness, person: Person) -> Any:
    return api.client.get("/api/v1/auth/me", headers=person.headers)


def test_a_suspension_counts_at_once(api: ApiHarness) -> None:
    """The next request of a suspended account is refused, although its token is valid."""
    ana = api.person()
    assert me(api, ana).status_code == 200
    api.services.store.replace(replace(ana.account, suspended=True))
    assert (me(api, ana).status_code, me(api, ana).json()["code"]) == (403, "suspended")


def test_tokens_from_before_a_sign_out_everywhere_are_refused(api: ApiHarness) -> None:
    """`tokens_valid_from` refuses tokens issued earlier, but none issued at that moment or later."""
    ana = api.person()
    api.services.store.replace(replace(ana.account, tokens_valid_from=api.clock() + timedelta(microseconds=1)))
    assert me(api, ana).json()["code"] == "signed_out"
    api.clock.advance(microseconds=1)
    assert me(api, api.sign_in(ana.account)).status_code == 200


def test_a_token_counts_with_its_own_accounts_session_alone(api: ApiHarness) -> None:
    """A token is not valid with another account's session."""
    ana, ben = api.person("Ana"), api.person("Ben")
    token = api.services.tokens.access_token(ana.account, ben.session_id, api.clock())
    assert me(api, replace(ana, access_token=token)).json()["code"] == "signed_out"


def test_an_account_that_is_gone_or_over_does_not_act(api: ApiHarness) -> None:
    """A deleted account and an expired temporary one are refused, each with its own code."""
    gone = api.person()
    over = api.person(temporary=True, email=None, expires_at=api.clock() + timedelta(minutes=1))
    assert me(api, over).status_code == 200
    api.services.store.delete(type(gone.account), gone.id)
    api.clock.advance(minutes=1)
    assert me(api, gone).json()["code"] == "account_gone"
    assert me(api, over).json()["code"] == "account_expired"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b", "Bearer wp_", "Bearer wp_a_b"])
def test_an_invalid_bearer_is_not_treated_as_anonymous(api: ApiHarness, header: str) -> None:
    """Invalid credentials are refused even by routes that anyone can call."""
    host = api.person()
    room = api.client.post("/api/v1/rooms", json={}, headers=host.headers).json()
    assert api.client.get(f"/api/v1/rooms/{room['id']}").status_code == 200
    answer = api.client.get(f"/api/v1/rooms/{room['id']}", headers={"Authorization": header})
    assert answer.status_code == 401


def token_of(api: ApiHarness, person: Person, *scopes: str, **body: Any) -> dict[str, str]:
    answer = api.client.post(
        "/api/v1/auth/me/tokens", json={"name": "script", "scopes": scopes, **body}, headers=person.headers
    )
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_an_api_token_reaches_as_far_as_its_scopes(api: ApiHarness) -> None:
    """A read scope allows only reading, a write scope only writing, in its area."""
    ana = api.person()
    reading, writing = token_of(api, ana, "rooms:read"), token_of(api, ana, "rooms:write")
    assert api.client.get("/api/v1/rooms", headers=reading).status_code == 200
    assert api.client.post("/api/v1/rooms", json={}, headers=reading).json()["code"] == "missing_scope"
    assert api.client.post("/api/v1/rooms", json={}, headers=writing).status_code == 201
    assert api.client.get("/api/v1/auth/me", headers=writing).status_code == 403


def test_no_api_token_changes_the_account(api: ApiHarness) -> None:
    """No scope allows creating a token, changing the password or deleting the account."""
    admin = api.person(role="admin")
    everything = token_of(api, admin, "account:read", "rooms:write", "admin:write", "admin:read", "videos:write")
    assert api.client.get("/api/v1/auth/me", headers=everything).status_code == 200
    assert api.client.get("/api/v1/admin/settings", headers=everything).status_code == 200
    start = {"name": "x", "scopes": ["rooms:read"]}
    assert api.client.post("/api/v1/auth/me/tokens", json=start, headers=everything).status_code == 403
    assert api.client.patch("/api/v1/auth/me", json={"display_name": "X"}, headers=everything).status_code == 403
    assert api.client.delete("/api/v1/auth/me", headers=everything).status_code == 403


def test_an_api_token_ends_with_its_day_its_deletion_and_its_account(api: ApiHarness) -> None:
    """An API token is refused when it is expired or deleted, or its account suspended."""
    ana = api.person()
    short = token_of(api, ana, "account:read", expires_at=(api.clock() + timedelta(hours=1)).isoformat())
    long = token_of(api, ana, "account:read")
    assert api.client.get("/api/v1/auth/me", headers=short).status_code == 200
    api.clock.advance(hours=1)
    assert api.client.get("/api/v1/auth/me", headers=short).json()["code"] == "token_expired"
    assert api.client.get("/api/v1/auth/me", headers=long).status_code == 200
    fresh = api.sign_in(ana.account)
    tokens = api.client.get("/api/v1/auth/me/tokens", headers=fresh.headers).json()["items"]
    assert "secret" not in str(tokens)
    for token in tokens:
        api.client.delete(f"/api/v1/auth/me/tokens/{token['id']}", headers=fresh.headers)
    assert api.client.get("/api/v1/auth/me", headers=long).status_code == 401


def test_a_wrong_secret_with_a_right_id_is_refused(api: ApiHarness) -> None:
    """A token with the right id and a wrong secret is refused."""
    bearer = token_of(api, api.person(), "account:read")["Authorization"]
    assert api.client.get("/api/v1/auth/me", headers={"Authorization": bearer[:-1]}).status_code == 401


def test_only_admins_get_admin_scopes(api: ApiHarness) -> None:
    """Only admins can create a token with an admin scope."""
    ana = api.person()
    answer = api.client.post(
        "/api/v1/auth/me/tokens", json={"name": "x", "scopes": ["admin:read"]}, headers=ana.headers
    )
    assert answer.json()["code"] == "admins_only"

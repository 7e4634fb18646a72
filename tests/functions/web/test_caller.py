"""The caller of a request."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fakes.house import House, Person


def me(house: House, person: Person) -> Any:
    return house.client.get("/api/v1/auth/me", headers=person.headers)


def test_a_suspension_counts_at_once(house: House) -> None:
    """The next request of a suspended account is refused, although its token is valid."""
    ana = house.person()
    assert me(house, ana).status_code == 200
    house.services.store.replace(replace(ana.account, suspended=True))
    assert (me(house, ana).status_code, me(house, ana).json()["code"]) == (403, "suspended")


def test_tokens_from_before_a_sign_out_everywhere_are_refused(house: House) -> None:
    """`tokens_valid_from` refuses tokens issued earlier, but none issued at that moment or later."""
    ana = house.person()
    house.services.store.replace(replace(ana.account, tokens_valid_from=house.clock() + timedelta(microseconds=1)))
    assert me(house, ana).json()["code"] == "signed_out"
    house.clock.advance(microseconds=1)
    assert me(house, house.sign_in(ana.account)).status_code == 200


def test_a_token_counts_with_its_own_accounts_session_alone(house: House) -> None:
    """A token is not valid with another account's session."""
    ana, ben = house.person("Ana"), house.person("Ben")
    token = house.services.tokens.access_token(ana.account, ben.session_id, house.clock())
    assert me(house, replace(ana, access_token=token)).json()["code"] == "signed_out"


def test_an_account_that_is_gone_or_over_does_not_act(house: House) -> None:
    """A deleted account and an expired temporary one are refused, each with its own code."""
    gone = house.person()
    over = house.person(temporary=True, email=None, expires_at=house.clock() + timedelta(minutes=1))
    assert me(house, over).status_code == 200
    house.services.store.delete(type(gone.account), gone.id)
    house.clock.advance(minutes=1)
    assert me(house, gone).json()["code"] == "account_gone"
    assert me(house, over).json()["code"] == "account_expired"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b", "Bearer wp_", "Bearer wp_a_b"])
def test_an_invalid_bearer_is_not_treated_as_anonymous(house: House, header: str) -> None:
    """Invalid credentials are refused even by routes that anyone can call."""
    host = house.person()
    room = house.client.post("/api/v1/rooms", json={}, headers=host.headers).json()
    assert house.client.get(f"/api/v1/rooms/{room['id']}").status_code == 200
    answer = house.client.get(f"/api/v1/rooms/{room['id']}", headers={"Authorization": header})
    assert answer.status_code == 401


def token_of(house: House, person: Person, *scopes: str, **body: Any) -> dict[str, str]:
    answer = house.client.post(
        "/api/v1/auth/me/tokens", json={"name": "script", "scopes": scopes, **body}, headers=person.headers
    )
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_an_api_token_reaches_as_far_as_its_scopes(house: House) -> None:
    """A read scope allows only reading, a write scope only writing, in its area."""
    ana = house.person()
    reading, writing = token_of(house, ana, "rooms:read"), token_of(house, ana, "rooms:write")
    assert house.client.get("/api/v1/rooms", headers=reading).status_code == 200
    assert house.client.post("/api/v1/rooms", json={}, headers=reading).json()["code"] == "missing_scope"
    assert house.client.post("/api/v1/rooms", json={}, headers=writing).status_code == 201
    assert house.client.get("/api/v1/auth/me", headers=writing).status_code == 403


def test_no_api_token_changes_the_account(house: House) -> None:
    """No scope allows creating a token, changing the password or deleting the account."""
    admin = house.person(role="admin")
    everything = token_of(house, admin, "account:read", "rooms:write", "admin:write", "admin:read", "videos:write")
    assert house.client.get("/api/v1/auth/me", headers=everything).status_code == 200
    assert house.client.get("/api/v1/admin/settings", headers=everything).status_code == 200
    start = {"name": "x", "scopes": ["rooms:read"]}
    assert house.client.post("/api/v1/auth/me/tokens", json=start, headers=everything).status_code == 403
    assert house.client.patch("/api/v1/auth/me", json={"display_name": "X"}, headers=everything).status_code == 403
    assert house.client.delete("/api/v1/auth/me", headers=everything).status_code == 403


def test_an_api_token_ends_with_its_day_its_deletion_and_its_account(house: House) -> None:
    """An API token is refused when it is expired or deleted, or its account suspended."""
    ana = house.person()
    short = token_of(house, ana, "account:read", expires_at=(house.clock() + timedelta(hours=1)).isoformat())
    long = token_of(house, ana, "account:read")
    assert house.client.get("/api/v1/auth/me", headers=short).status_code == 200
    house.clock.advance(hours=1)
    assert house.client.get("/api/v1/auth/me", headers=short).json()["code"] == "token_expired"
    assert house.client.get("/api/v1/auth/me", headers=long).status_code == 200
    fresh = house.sign_in(ana.account)
    tokens = house.client.get("/api/v1/auth/me/tokens", headers=fresh.headers).json()["items"]
    assert "secret" not in str(tokens)
    for token in tokens:
        house.client.delete(f"/api/v1/auth/me/tokens/{token['id']}", headers=fresh.headers)
    assert house.client.get("/api/v1/auth/me", headers=long).status_code == 401


def test_a_wrong_secret_with_a_right_id_is_refused(house: House) -> None:
    """A token with the right id and a wrong secret is refused."""
    bearer = token_of(house, house.person(), "account:read")["Authorization"]
    assert house.client.get("/api/v1/auth/me", headers={"Authorization": bearer[:-1]}).status_code == 401


def test_only_admins_get_admin_scopes(house: House) -> None:
    """Only admins can create a token with an admin scope."""
    ana = house.person()
    answer = house.client.post(
        "/api/v1/auth/me/tokens", json={"name": "x", "scopes": ["admin:read"]}, headers=ana.headers
    )
    assert answer.json()["code"] == "admins_only"

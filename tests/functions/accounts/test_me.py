"""The routes of one's own account."""

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from watchparty_api.accounts.creation import account_by_email, create_account
from watchparty_api.records import Account, Room, Video
from watchparty_api.store.queries import SESSIONS_OF_ACCOUNT

PASSWORD = "correct horse"
ME = "/api/v1/auth/me"


@pytest.fixture
def ana(api: ApiHarness) -> dict[str, str]:
    """Returns the headers of an account with a password that is signed in."""
    create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    return login(api.client)


def login(client: TestClient, password: str = PASSWORD, email: str = "ana@example.org") -> dict[str, str]:
    answer = client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def stored(api: ApiHarness) -> Account:
    account = account_by_email(api.services, "ana@example.org")
    assert account is not None
    return account


@pytest.mark.parametrize(
    "preferences",
    ['{"a":' * 900 + "1" + "}" * 900, '{"a":"\\ud800"}', '{"\\ud800":1}', '{"a":NaN}', '{"a":1e999}'],
    ids=["deep", "half a character", "half a name", "no number", "endless"],
)
def test_preferences_that_cannot_be_serialized_are_refused(
    api: ApiHarness, ana: dict[str, str], preferences: str
) -> None:
    """Preferences that cannot be serialized are refused, because every sign-in returns them."""
    headers = ana | {"Content-Type": "application/json"}
    answer = api.client.patch(ME, content=f'{{"preferences":{preferences}}}', headers=headers)
    assert answer.status_code == 422, answer.text
    assert api.client.get(ME, headers=ana).json()["preferences"] == {}
    login(api.client)


def test_what_is_given_changes(api: ApiHarness, ana: dict[str, str]) -> None:
    """Only the given fields change."""
    answer = api.client.patch(ME, json={"display_name": "  Ana\tB ", "preferences": {"volume": 3}}, headers=ana)
    assert answer.status_code == 200
    assert (answer.json()["display_name"], answer.json()["preferences"]) == ("Ana B", {"volume": 3})
    assert stored(api).email == "ana@example.org"


@pytest.mark.parametrize("change", [{"email": "b@example.org"}, {"password": "another horse"}])
def test_address_and_password_need_the_current_password(
    api: ApiHarness, ana: dict[str, str], change: dict[str, str]
) -> None:
    """Changing email address or password requires the current password."""
    for current in ({}, {"current_password": "wrong"}):
        answer = api.client.patch(ME, json={**change, **current}, headers=ana)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert api.client.patch(ME, json={**change, "current_password": PASSWORD}, headers=ana).status_code == 200


def test_a_new_password_signs_other_devices_out(api: ApiHarness, ana: dict[str, str]) -> None:
    """This device stays signed in, every other one is signed out, and only the new password works."""
    elsewhere = login(api.new_client())
    change = {"password": "another horse", "current_password": PASSWORD}
    assert api.client.patch(ME, json=change, headers=ana).status_code == 200
    assert api.client.get(ME, headers=ana).status_code == 200
    assert api.client.get(ME, headers=elsewhere).status_code == 401
    login(api.new_client(), "another horse")


def test_a_new_address_is_claimed_and_the_old_one_free(api: ApiHarness, ana: dict[str, str]) -> None:
    """Changing the address frees the old one and sends a verification link to the new one."""
    create_account(api.services, email="ben@example.org", password=PASSWORD, display_name="Ben")
    change = {"email": "ben@example.org", "current_password": PASSWORD}
    assert api.client.patch(ME, json=change, headers=ana).json()["code"] == "email_taken"
    change = {"email": "ana2@example.org", "current_password": PASSWORD}
    assert api.client.patch(ME, json=change, headers=ana).json()["email_verified"] is False
    assert api.mail.sent[-1][0] == "ana2@example.org"
    create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Another Ana")


def test_devices_are_listed_and_can_be_signed_out(api: ApiHarness, ana: dict[str, str]) -> None:
    """The list marks this device; only the account's own sessions can be ended."""
    phone = api.new_client()
    phone.headers["User-Agent"] = "Phone"
    on_phone = login(phone)
    devices = api.client.get(f"{ME}/sessions", headers=ana).json()["items"]
    assert {device["user_agent"]: device["current"] for device in devices} == {"Phone": False, "testclient": True}
    phone_id = next(device["id"] for device in devices if not device["current"])
    stranger = api.person("Eve")
    assert api.client.delete(f"{ME}/sessions/{phone_id}", headers=stranger.headers).status_code == 404
    assert api.client.get(ME, headers=on_phone).status_code == 200
    assert api.client.delete(f"{ME}/sessions/{phone_id}", headers=ana).status_code == 204
    assert api.client.get(ME, headers=on_phone).status_code == 401
    assert phone.post("/api/v1/auth/refresh", json={}).status_code == 401


def test_usage_counts_films_and_names_the_quota(api: ApiHarness, ana: dict[str, str]) -> None:
    """Used bytes are those of the account's films; the quota is the account's, or the site's default."""
    now, owner = api.clock(), stored(api)
    film = Video(
        workspace_id="main", id="v", created_at=now, owner_id=owner.id, title="F", size_bytes=7, updated_at=now
    )
    api.services.store.create(film)
    usage = api.client.get(f"{ME}/usage", headers=ana).json()
    assert usage == {"used_bytes": 7, "quota_bytes": 200 * 10**9, "videos": 1, "rooms": 0}
    temporary = api.person(temporary=True, email=None)
    assert api.client.get(f"{ME}/usage", headers=temporary.headers).json()["quota_bytes"] == 10 * 10**9
    own = api.person(quota_bytes=5)
    assert api.client.get(f"{ME}/usage", headers=own.headers).json()["quota_bytes"] == 5


def test_the_export_holds_everything_but_secrets(api: ApiHarness, ana: dict[str, str]) -> None:
    """The export contains account, sessions, tokens, rooms and films, and no hash."""
    api.client.post("/api/v1/rooms", json={"password": "let me in"}, headers=ana)
    api.client.post(f"{ME}/tokens", json={"name": "script", "scopes": ["rooms:read"]}, headers=ana)
    answer = api.client.get(f"{ME}/export", headers=ana)
    content = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert content["account"]["email"] == "ana@example.org"
    assert (len(content["sessions"]), len(content["tokens"]), len(content["rooms"])) == (1, 1, 1)
    assert "hash" not in answer.text
    assert "argon2" not in answer.text


def test_deleting_an_account_deletes_everything_it_owns(api: ApiHarness, ana: dict[str, str]) -> None:
    """Rooms are closed, films, sessions and tokens deleted, and the address is free again."""
    account = stored(api)
    room = api.client.post("/api/v1/rooms", json={}, headers=ana).json()
    now = api.clock()
    film = Video(workspace_id="main", id="v", created_at=now, owner_id=account.id, title="F", updated_at=now)
    api.services.store.create(film)
    assert api.client.request("DELETE", ME, json={"password": "wrong"}, headers=ana).status_code == 403
    assert api.client.request("DELETE", ME, headers=ana).status_code == 403
    assert api.client.request("DELETE", ME, json={"password": PASSWORD}, headers=ana).status_code == 204
    store = api.services.store
    assert store.get(Account, account.id) is None
    assert store.get(Video, "v") is None
    assert api.objects.deleted == ["v"]
    assert store.get(Room, room["id"]) is None
    assert api.client.get(f"/api/v1/rooms/{room['id']}").status_code == 410
    assert api.client.get(ME, headers=ana).status_code == 401
    assert store.count(SESSIONS_OF_ACCOUNT, account.id, False) == 0
    create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")


def test_the_last_admin_cannot_leave(api: ApiHarness) -> None:
    """The last admin cannot delete the account."""
    admin = api.person(role="admin")
    assert api.client.request("DELETE", ME, headers=admin.headers).json()["code"] == "last_admin"
    api.person(role="admin", suspended=True)
    assert api.client.request("DELETE", ME, headers=admin.headers).json()["code"] == "last_admin"
    api.person(role="admin")
    assert api.client.request("DELETE", ME, headers=admin.headers).status_code == 204

"""The routes of one's own account."""

import pytest
from starlette.testclient import TestClient

from fakes.house import House
from watchparty_api.accounts.creation import account_by_email, create_account
from watchparty_api.records import Account, Room, Video
from watchparty_api.store.queries import SESSIONS_OF_ACCOUNT

PASSWORD = "correct horse"
ME = "/api/v1/auth/me"


@pytest.fixture
def ana(house: House) -> dict[str, str]:
    """Returns the headers of an account with a password that is signed in."""
    create_account(house.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    return login(house.client)


def login(client: TestClient, password: str = PASSWORD, email: str = "ana@example.org") -> dict[str, str]:
    answer = client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def stored(house: House) -> Account:
    account = account_by_email(house.services, "ana@example.org")
    assert account is not None
    return account


@pytest.mark.parametrize(
    "preferences",
    ['{"a":' * 900 + "1" + "}" * 900, '{"a":"\\ud800"}', '{"\\ud800":1}', '{"a":NaN}', '{"a":1e999}'],
    ids=["deep", "half a character", "half a name", "no number", "endless"],
)
def test_preferences_that_cannot_be_serialized_are_refused(house: House, ana: dict[str, str], preferences: str) -> None:
    """Preferences that cannot be serialized are refused, because every sign-in returns them."""
    headers = ana | {"Content-Type": "application/json"}
    answer = house.client.patch(ME, content=f'{{"preferences":{preferences}}}', headers=headers)
    assert answer.status_code == 422, answer.text
    assert house.client.get(ME, headers=ana).json()["preferences"] == {}
    login(house.client)


def test_what_is_given_changes(house: House, ana: dict[str, str]) -> None:
    """Only the given fields change."""
    answer = house.client.patch(ME, json={"display_name": "  Ana\tB ", "preferences": {"volume": 3}}, headers=ana)
    assert answer.status_code == 200
    assert (answer.json()["display_name"], answer.json()["preferences"]) == ("Ana B", {"volume": 3})
    assert stored(house).email == "ana@example.org"


@pytest.mark.parametrize("change", [{"email": "b@example.org"}, {"password": "another horse"}])
def test_address_and_password_need_the_current_password(
    house: House, ana: dict[str, str], change: dict[str, str]
) -> None:
    """Changing email address or password requires the current password."""
    for current in ({}, {"current_password": "wrong"}):
        answer = house.client.patch(ME, json={**change, **current}, headers=ana)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert house.client.patch(ME, json={**change, "current_password": PASSWORD}, headers=ana).status_code == 200


def test_a_new_password_signs_other_devices_out(house: House, ana: dict[str, str]) -> None:
    """This device stays signed in, every other one is signed out, and only the new password works."""
    elsewhere = login(house.new_client())
    change = {"password": "another horse", "current_password": PASSWORD}
    assert house.client.patch(ME, json=change, headers=ana).status_code == 200
    assert house.client.get(ME, headers=ana).status_code == 200
    assert house.client.get(ME, headers=elsewhere).status_code == 401
    login(house.new_client(), "another horse")


def test_a_new_address_is_claimed_and_the_old_one_free(house: House, ana: dict[str, str]) -> None:
    """Changing the address frees the old one and sends a verification link to the new one."""
    create_account(house.services, email="ben@example.org", password=PASSWORD, display_name="Ben")
    change = {"email": "ben@example.org", "current_password": PASSWORD}
    assert house.client.patch(ME, json=change, headers=ana).json()["code"] == "email_taken"
    change = {"email": "ana2@example.org", "current_password": PASSWORD}
    assert house.client.patch(ME, json=change, headers=ana).json()["email_verified"] is False
    assert house.mail.sent[-1][0] == "ana2@example.org"
    create_account(house.services, email="ana@example.org", password=PASSWORD, display_name="Another Ana")


def test_devices_are_listed_and_can_be_signed_out(house: House, ana: dict[str, str]) -> None:
    """The list marks this device; only the account's own sessions can be ended."""
    phone = house.new_client()
    phone.headers["User-Agent"] = "Phone"
    on_phone = login(phone)
    devices = house.client.get(f"{ME}/sessions", headers=ana).json()["items"]
    assert {device["user_agent"]: device["current"] for device in devices} == {"Phone": False, "testclient": True}
    phone_id = next(device["id"] for device in devices if not device["current"])
    stranger = house.person("Eve")
    assert house.client.delete(f"{ME}/sessions/{phone_id}", headers=stranger.headers).status_code == 404
    assert house.client.get(ME, headers=on_phone).status_code == 200
    assert house.client.delete(f"{ME}/sessions/{phone_id}", headers=ana).status_code == 204
    assert house.client.get(ME, headers=on_phone).status_code == 401
    assert phone.post("/api/v1/auth/refresh", json={}).status_code == 401


def test_usage_counts_films_and_names_the_quota(house: House, ana: dict[str, str]) -> None:
    """Used bytes are those of the account's films; the quota is the account's, or the site's default."""
    now, owner = house.clock(), stored(house)
    film = Video(
        workspace_id="main", id="v", created_at=now, owner_id=owner.id, title="F", size_bytes=7, updated_at=now
    )
    house.services.store.create(film)
    usage = house.client.get(f"{ME}/usage", headers=ana).json()
    assert usage == {"used_bytes": 7, "quota_bytes": 200 * 10**9, "videos": 1, "rooms": 0}
    temporary = house.person(temporary=True, email=None)
    assert house.client.get(f"{ME}/usage", headers=temporary.headers).json()["quota_bytes"] == 10 * 10**9
    own = house.person(quota_bytes=5)
    assert house.client.get(f"{ME}/usage", headers=own.headers).json()["quota_bytes"] == 5


def test_the_export_holds_everything_but_secrets(house: House, ana: dict[str, str]) -> None:
    """The export contains account, sessions, tokens, rooms and films, and no hash."""
    house.client.post("/api/v1/rooms", json={"password": "let me in"}, headers=ana)
    house.client.post(f"{ME}/tokens", json={"name": "script", "scopes": ["rooms:read"]}, headers=ana)
    answer = house.client.get(f"{ME}/export", headers=ana)
    content = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert content["account"]["email"] == "ana@example.org"
    assert (len(content["sessions"]), len(content["tokens"]), len(content["rooms"])) == (1, 1, 1)
    assert "hash" not in answer.text
    assert "argon2" not in answer.text


def test_deleting_an_account_deletes_everything_it_owns(house: House, ana: dict[str, str]) -> None:
    """Rooms are closed, films, sessions and tokens deleted, and the address is free again."""
    account = stored(house)
    room = house.client.post("/api/v1/rooms", json={}, headers=ana).json()
    now = house.clock()
    film = Video(workspace_id="main", id="v", created_at=now, owner_id=account.id, title="F", updated_at=now)
    house.services.store.create(film)
    assert house.client.request("DELETE", ME, json={"password": "wrong"}, headers=ana).status_code == 403
    assert house.client.request("DELETE", ME, headers=ana).status_code == 403
    assert house.client.request("DELETE", ME, json={"password": PASSWORD}, headers=ana).status_code == 204
    store = house.services.store
    assert store.get(Account, account.id) is None
    assert store.get(Video, "v") is None
    assert house.objects.deleted == ["v"]
    closed = store.get(Room, room["id"])
    assert closed is not None
    assert closed.closed_at is not None
    assert house.client.get(ME, headers=ana).status_code == 401
    assert store.count(SESSIONS_OF_ACCOUNT, account.id, False) == 0
    create_account(house.services, email="ana@example.org", password=PASSWORD, display_name="Ana")


def test_the_last_admin_cannot_leave(house: House) -> None:
    """The last admin cannot delete the account."""
    admin = house.person(role="admin")
    assert house.client.request("DELETE", ME, headers=admin.headers).json()["code"] == "last_admin"
    house.person(role="admin", suspended=True)
    assert house.client.request("DELETE", ME, headers=admin.headers).json()["code"] == "last_admin"
    house.person(role="admin")
    assert house.client.request("DELETE", ME, headers=admin.headers).status_code == 204

"""What is over is forgotten."""

from __future__ import annotations

from fakes.house import House
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.deletion import sweep_temporary_accounts
from watchparty_api.expiry import forget_expired
from watchparty_api.records import Account, Session


def test_what_has_expired_goes_and_the_rest_stays(house: House) -> None:
    """A link of an hour goes after it, a session of 30 days stays, and then goes too."""
    ana = house.person()
    one_time_tokens.mint(house.services, "reset", account_id=ana.id)
    lasting, _ = one_time_tokens.mint(house.services, "account_invite")
    headers = ana.headers | {"Idempotency-Key": "k"}
    assert house.client.post("/api/v1/rooms", json={}, headers=headers).status_code == 201
    assert forget_expired(house.services) == 0
    house.clock.advance(hours=24)
    assert forget_expired(house.services) == 2
    assert one_time_tokens.find(house.services, "account_invite", lasting).purpose == "account_invite"
    assert house.services.store.get(Session, ana.session_id) is not None
    house.clock.advance(days=30)
    assert forget_expired(house.services) == 2
    assert house.services.store.get(Session, ana.session_id) is None


def test_a_temporary_host_is_deleted_after_the_day_with_everything(house: House) -> None:
    """The account goes with its rooms once its day is over, and nobody else's does."""
    lasting = house.person()
    host = house.client.post("/api/v1/auth/temporary", json={}).json()
    headers = {"Authorization": f"Bearer {host['access_token']}"}
    room = house.client.post("/api/v1/rooms", json={}, headers=headers).json()
    assert sweep_temporary_accounts(house.services) == 0
    house.clock.advance(hours=24)
    assert sweep_temporary_accounts(house.services) == 1
    assert house.services.store.get(Account, host["account"]["id"]) is None
    assert house.services.store.get(Account, lasting.id) is not None
    assert house.client.get(f"/api/v1/rooms/{room['id']}").status_code == 410

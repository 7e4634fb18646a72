"""Joining on an https site with a relay elsewhere."""

from dataclasses import replace

import pytest

from fakes.house import House
from fakes.party import party
from watchparty_api.config import Config


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, public_url="https://watch.test", relay_url="wss://relay.watch.test/ws")


def test_the_cookie_is_secure_and_the_relay_the_configured_one(house: House) -> None:
    """On https the guest cookie is never sent unencrypted."""
    here = party(house)
    client = house.new_client()
    answer = client.post(f"/api/v1/rooms/{here.id}/join", json={}, headers={"Origin": "https://watch.test"})
    assert answer.status_code == 200, answer.text
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.json()["connection"]["relay_url"] == "wss://relay.watch.test/ws"

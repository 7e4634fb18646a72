"""Joining on an https site with a relay elsewhere."""

from dataclasses import replace

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import party
from watchparty_api.config import Config


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, public_url="https://watch.test", relay_url="wss://relay.watch.test/ws")


def test_the_cookie_is_secure_and_the_relay_the_configured_one(api: ApiHarness) -> None:
    """On https the guest cookie is never sent unencrypted."""
    here = party(api)
    client = api.new_client()
    answer = client.post(f"/api/v1/rooms/{here.id}/join", json={}, headers={"Origin": "https://watch.test"})
    assert answer.status_code == 200, answer.text
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.json()["connection"]["relay_url"] == "wss://relay.watch.test/ws"

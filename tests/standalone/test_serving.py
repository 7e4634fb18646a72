"""The addresses that the server determines at start, and the links that follow from them."""

import argparse
import gc
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from watchparty import serving
from watchparty.bootstrap import build_home
from watchparty.config import HomeConfig, home_config

HERE = "http://127.0.0.1:8400"


@pytest.fixture
def config(tmp_path: Path) -> HomeConfig:
    options = argparse.Namespace(host=None, port=None, data=str(tmp_path), no_browser=True, demo=False)
    return home_config(options, {"HOME": str(tmp_path)})


def test_a_server_on_loopback_has_no_network_url(config: HomeConfig) -> None:
    """A server behind a proxy is not reachable from its network."""
    assert serving.network_url(replace(config, host="127.0.0.1")) is None


def test_a_room_created_on_this_machine_has_a_link_for_its_network(config: HomeConfig) -> None:
    """Friends cannot open 127.0.0.1, so the link of the room uses the network address."""
    app = build_home(replace(config, network_url="http://192.168.1.7:8400")).app
    with TestClient(app, base_url=HERE, headers={"Origin": HERE}, client=("127.0.0.1", 1)) as host:
        token = host.post("/api/v1/auth/temporary", json={}).json()["access_token"]
        room = host.post("/api/v1/rooms", json={}, headers={"Authorization": f"Bearer {token}"}).json()
    assert room["url"] == f"http://192.168.1.7:8400/r/{room['id']}"


def test_full_garbage_collections_are_rare_and_skip_what_was_loaded_at_the_start() -> None:
    """Nothing runs beside one: with 1,000 people and Python's defaults they took 220 ms each."""
    defaults = gc.get_threshold()
    try:
        serving.collect_rarely()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() == serving.COLLECT_AFTER
    finally:
        gc.unfreeze()
        gc.set_threshold(*defaults)


@pytest.mark.parametrize(
    ("setting", "value", "admitted", "status"),
    [
        ("WATCHPARTY_RELAY_SOCKET_MB", "16", int(0.9 * 16 * 1024 / 96), 503),
        ("WATCHPARTY_RELAY_NEW_CONNECTIONS", "10", 10, 429),
    ],
)
def test_the_limits_of_sockets_are_settings(
    tmp_path: Path, setting: str, value: str, admitted: int, status: int
) -> None:
    """Those of a relay that runs alone: the memory of all sockets, at 96 KiB each, and the sockets of one address."""
    options = argparse.Namespace(host=None, port=None, data=str(tmp_path), no_browser=True, demo=False)
    app = build_home(home_config(options, {"HOME": str(tmp_path), setting: value})).app
    browser = TestClient(app, base_url=HERE, headers={"Origin": HERE}, client=("127.0.0.1", 1))
    with browser, ExitStack() as sockets:

        def connect() -> None:
            path = f"{HERE.replace('http', 'ws')}/ws"
            sockets.enter_context(browser.websocket_connect(path, subprotocols=["watchparty.v1"]))

        for _ in range(admitted):
            connect()
        with pytest.raises(WebSocketDenialResponse) as refused:
            connect()
    assert refused.value.status_code == status

"""A running server with one account, and that person's command line.

An account can start 30 uploads per minute, so each module has its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.home import Home
from standalone.client.command_line import EMAIL, PASSWORD, Api, CommandLine, signed_in
from watchparty.__main__ import main


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    data = tmp_path_factory.mktemp("client") / "data"
    options = ["--data", str(data), "--email", EMAIL, "--password", PASSWORD, "--role", "admin"]
    assert main(["admin", "create-account", *options]) == 0
    home = Home(data)
    yield home
    home.stop()


@pytest.fixture(scope="module")
def api(server: Home) -> Iterator[Api]:
    with signed_in(server.url) as api:
        yield api


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return api.token("rooms:read", "rooms:write", "videos:read", "videos:write")


@pytest.fixture
def command_line(server: Home, token: str, tmp_path: Path) -> CommandLine:
    state = str(tmp_path / "state")
    return CommandLine({"WATCHPARTY_URL": server.url, "WATCHPARTY_TOKEN": token, "XDG_STATE_HOME": state})

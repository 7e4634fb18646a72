"""Plain http from another device: no clipboard API, no crypto.subtle, no Web Locks, no Secure cookies.

127.0.0.1 would hide this, because browsers trust it; a resolver rule of the browser maps `http://watch.test` here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.home import Home
from e2e.party import (
    all_play,
    create_room,
    join,
    post,
    press,
    sees_message,
    wait_for_film,
    wait_for_room,
    wait_until_in_sync,
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A server that also answers under `watch.test`."""
    running = Home(tmp_path / "data", WATCHPARTY_HOSTS="watch.test")
    yield running
    running.stop()


def test_a_watch_party_over_plain_http(home: Home, meet: Meet) -> None:
    """Creating a room, uploading, joining, playing and chatting work outside a secure context."""
    site = f"http://watch.test:{home.port}"
    resolve = (f"--host-resolver-rules=MAP watch.test 127.0.0.1:{home.port}",)
    host = meet("Ada", site=site, extra=resolve)
    link = create_room(host, copyable(60))
    assert host.page.evaluate("window.isSecureContext") is False
    assert link.startswith(site)
    guest = meet("Max", phone=True, site=site, extra=resolve)
    join(guest, link, name="Max")
    wait_for_room(guest)
    wait_for_film(host)
    wait_for_film(guest)
    press(host, "k")
    all_play([host, guest])
    wait_until_in_sync([host, guest])
    post(guest, "no lock in the address bar")
    sees_message(host, "no lock in the address bar")
    assert host.errors + guest.errors == []

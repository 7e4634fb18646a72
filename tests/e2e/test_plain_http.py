"""Opened over plain http from another device: no clipboard, no crypto.subtle, no locks, no Secure cookies.

127.0.0.1 hides all of this, because browsers trust it; `http://watch.test` is led here by the browser's own resolver.
"""

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.home import Home
from e2e.party import all_play, film_is_there, hears, in_the_room, join, make_room, press, say, together


def test_the_whole_evening_over_plain_http(home: Home, meet: Meet) -> None:
    """Make a room, upload, join, play together and talk on an address that is no secure context."""
    site = f"http://watch.test:{home.port}"
    resolve = (f"--host-resolver-rules=MAP watch.test 127.0.0.1:{home.port}",)
    host = meet("Ada", site=site, extra=resolve)
    link = make_room(host, copyable(60))
    assert host.page.evaluate("window.isSecureContext") is False
    assert link.startswith(site)
    guest = meet("Max", phone=True, site=site, extra=resolve)
    join(guest, link, name="Max")
    in_the_room(guest)
    film_is_there(host)
    film_is_there(guest)
    press(host, "k")
    all_play([host, guest])
    together([host, guest])
    say(guest, "no lock in the address bar")
    hears(host, "no lock in the address bar")
    assert host.errors + guest.errors == []

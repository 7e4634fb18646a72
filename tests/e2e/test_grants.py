"""Private playback over time: grants that expire every ten seconds are renewed, but not for removed guests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Response

from e2e.conftest import Meet
from e2e.films import long
from e2e.home import Home
from e2e.party import all_play, create_room, join, menu_of, press, wait_for_film
from fakes.waiting import eventually

LIFE_S = 10
RENEWALS = 3


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A server with short-lived grants."""
    running = Home(tmp_path / "data", WATCHPARTY_GRANT_LIFE_S=str(LIFE_S))
    yield running
    running.stop()


def test_grants_are_renewed_until_a_guest_is_removed(meet: Meet) -> None:
    """After three renewals new segments can still be fetched; after a removal, none."""
    host = meet("Ada")
    link = create_room(host, long())
    guest = meet("Max")
    grants: list[int] = []
    media: list[tuple[str, int]] = []

    def on_response(response: Response) -> None:
        if response.url.endswith("/playback"):
            grants.append(response.status)
        if "/media/" in response.url:
            media.append((response.url, response.status))

    guest.page.on("response", on_response)
    join(guest, link, name="Max")
    wait_for_film(guest)
    press(host, "k")
    all_play([host, guest])
    # The first grants arrive at once; each later one is a renewal.
    before = len(grants)

    def renewed() -> bool:
        guest.page.wait_for_timeout(500)  # lets the page's events arrive
        return len(grants) >= before + RENEWALS

    eventually(f"{RENEWALS} renewals", renewed, within_s=4 * LIFE_S)
    fetched = {url for url, _ in media}
    press(host, "8")  # to 80 %, where nothing has been fetched yet
    all_play([host, guest])
    fresh = [status for url, status in media if url not in fetched]
    assert fresh, "nothing was fetched after the jump, so the test proves nothing"
    assert [each for each in media if each[1] >= 400] == []
    assert set(grants) == {200}

    segment = next(url for url, _ in reversed(media) if ".m4s" in url)
    menu_of(host, "Max", "Remove from room")
    guest.page.get_by_text("You were removed from the room").wait_for()
    fetch = "url => fetch(url, {cache: 'no-store'}).then(answer => answer.status)"
    assert guest.page.evaluate(fetch, segment) in (401, 403)

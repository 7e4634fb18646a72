"""Private playback over time: grants that end every ten seconds are renewed unnoticed, but not for the removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Response

from e2e.conftest import Meet
from e2e.films import long
from e2e.home import Home
from e2e.party import all_play, film_is_there, join, make_room, menu_of, press
from fakes.waiting import eventually

LIFE_S = 10
RENEWALS = 3


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A server whose grants end soon."""
    running = Home(tmp_path / "data", WATCHPARTY_GRANT_LIFE_S=str(LIFE_S))
    yield running
    running.stop()


def test_a_film_plays_past_its_grants_and_stops_for_who_is_removed(meet: Meet) -> None:
    """Three renewals later, what was never fetched before still comes; after a removal, not one segment more."""
    host = meet("Ada")
    link = make_room(host, long())
    guest = meet("Max")
    grants: list[int] = []
    media: list[tuple[str, int]] = []

    def heard(response: Response) -> None:
        if response.url.endswith("/playback"):
            grants.append(response.status)
        if "/media/" in response.url:
            media.append((response.url, response.status))

    guest.page.on("response", heard)
    join(guest, link, name="Max")
    film_is_there(guest)
    press(host, "k")
    all_play([host, guest])
    # The first grants and joins come at once; from then on each is a renewal.
    before = len(grants)

    def renewed() -> bool:
        guest.page.wait_for_timeout(500)  # its events are heard meanwhile
        return len(grants) >= before + RENEWALS

    eventually(f"{RENEWALS} renewals", renewed, within_s=4 * LIFE_S)
    fetched = {url for url, _ in media}
    press(host, "8")  # eight tenths into the film, where nothing has been fetched yet
    all_play([host, guest])
    fresh = [status for url, status in media if url not in fetched]
    assert fresh, "nothing was fetched after the jump, so nothing is proved"
    assert [each for each in media if each[1] >= 400] == []
    assert set(grants) == {200}

    segment = next(url for url, _ in reversed(media) if ".m4s" in url)
    menu_of(host, "Max", "Remove from room")
    guest.page.get_by_text("You were removed from the room").wait_for()
    ask = "url => fetch(url, {cache: 'no-store'}).then(answer => answer.status)"
    assert guest.page.evaluate(ask, segment) in (401, 403)

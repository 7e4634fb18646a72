"""Captions that become ready after a film was opened are added while it plays."""

import re

from playwright.sync_api import Route

from e2e.conftest import Meet
from e2e.films import captioned
from e2e.party import all_play, create_room, join, press, wait_for_film
from e2e.people import Person
from fakes.waiting import eventually

SUBTITLES = re.compile(r'#EXT-X-MEDIA:TYPE=SUBTITLES.*\n|,SUBTITLES="[^"]*"')


_SHOWING = "[...document.querySelector('video').textTracks].filter((track) => track.mode === 'showing').length"
_SETTLED_MS = 1500


def shows(person: Person, wanted: int) -> bool:
    """Whether this many tracks are shown, and still are after the player had time to choose by itself."""
    eventually(f"{wanted} text tracks are shown", lambda: person.page.evaluate(_SHOWING) == wanted)
    person.page.wait_for_timeout(_SETTLED_MS)
    return bool(person.page.evaluate(_SHOWING) == wanted)


def test_captions_are_off_until_chosen(meet: Meet) -> None:
    """Even the file's default captions are off; the viewer's choice, on or off, survives a reload."""
    ada = meet("Ada")
    create_room(ada, captioned(60))
    wait_for_film(ada)
    ada.button("Subtitles").wait_for(timeout=60_000)
    assert shows(ada, 0)
    for wanted in (1, 0):
        press(ada, "c")
        assert shows(ada, wanted)
        ada.page.reload()  # the room's creator rejoins without a click
        wait_for_film(ada)
        ada.button("Subtitles").wait_for()
        assert shows(ada, wanted)
    assert ada.errors == []


def test_captions_that_arrive_just_after_opening_are_added(meet: Meet) -> None:
    """The player compares with the master playlist that it read, not with the one of its first check."""
    ada, max_ = meet("Ada"), meet("Max")
    link = create_room(ada, captioned(60))
    wait_for_film(ada)
    ada.button("Subtitles").wait_for(timeout=60_000)

    requests = 0

    def early(route: Route) -> None:
        """The first answer is the playlist before the captions were extracted."""
        nonlocal requests
        requests += 1
        answer = route.fetch()
        text = answer.text()
        route.fulfill(response=answer, body=SUBTITLES.sub("", text) if requests == 1 else text)

    max_.page.route("**/master.m3u8*", early)
    join(max_, link, name="Max")
    wait_for_film(max_)
    press(ada, "k")
    all_play([ada, max_])
    max_.button("Subtitles").wait_for(timeout=30_000)
    all_play([ada, max_])
    assert max_.errors == []

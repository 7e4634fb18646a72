"""Qualities and captions that are ready after a film was opened: taken up while it plays, by real pages."""

import re

from playwright.sync_api import Route

from e2e.conftest import Meet
from e2e.films import captioned
from e2e.party import all_play, film_is_there, join, make_room, press
from e2e.people import Person
from fakes.waiting import eventually

SUBTITLES = re.compile(r'#EXT-X-MEDIA:TYPE=SUBTITLES.*\n|,SUBTITLES="[^"]*"')


_SHOWING = "[...document.querySelector('video').textTracks].filter((track) => track.mode === 'showing').length"
_SETTLED_MS = 1500


def shows(person: Person, wanted: int) -> bool:
    """Whether so many tracks are shown, and still are when the player has had the time to choose by itself."""
    eventually(f"{wanted} text tracks are shown", lambda: person.page.evaluate(_SHOWING) == wanted)
    person.page.wait_for_timeout(_SETTLED_MS)
    return bool(person.page.evaluate(_SHOWING) == wanted)


def test_captions_are_off_until_somebody_wants_them(meet: Meet) -> None:
    """Also those that the file calls its default; the wish outlives the page, and so does the wish for none."""
    ada = meet("Ada")
    make_room(ada, captioned(60))
    film_is_there(ada)
    ada.button("Subtitles").wait_for(timeout=60_000)
    assert shows(ada, 0)
    for wanted in (1, 0):
        press(ada, "c")
        assert shows(ada, wanted)
        ada.page.reload()  # who has made the room is in it again without a tap
        film_is_there(ada)
        ada.button("Subtitles").wait_for()
        assert shows(ada, wanted)
    assert ada.errors == []


def test_captions_that_come_moments_after_the_film_was_opened_are_taken_up(meet: Meet) -> None:
    """However soon: what counts is what the player read, not what was there when it first looked for more."""
    ada, max_ = meet("Ada"), meet("Max")
    link = make_room(ada, captioned(60))
    film_is_there(ada)
    ada.button("Subtitles").wait_for(timeout=60_000)

    asked = 0

    def early(route: Route) -> None:
        """The first time as it was before the captions were taken out of the file."""
        nonlocal asked
        asked += 1
        answer = route.fetch()
        text = answer.text()
        route.fulfill(response=answer, body=SUBTITLES.sub("", text) if asked == 1 else text)

    max_.page.route("**/master.m3u8*", early)
    join(max_, link, name="Max")
    film_is_there(max_)
    press(ada, "k")
    all_play([ada, max_])
    max_.button("Subtitles").wait_for(timeout=30_000)
    all_play([ada, max_])
    assert max_.errors == []

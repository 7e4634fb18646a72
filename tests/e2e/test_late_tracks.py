"""Qualities and captions that are ready after a film was opened: taken up while it plays, by real pages."""

from __future__ import annotations

import re

from playwright.sync_api import Route

from e2e.conftest import Meet
from e2e.films import captioned
from e2e.party import all_play, film_is_there, join, make_room, press

SUBTITLES = re.compile(r'#EXT-X-MEDIA:TYPE=SUBTITLES.*\n|,SUBTITLES="[^"]*"')


def test_captions_that_come_moments_after_the_film_was_opened_are_taken_up(meet: Meet) -> None:
    """However soon: what counts is what the player read, not what was there when it first looked for more."""
    ada, max_ = meet("Ada"), meet("Max")
    link = make_room(ada, captioned(60))
    film_is_there(ada)
    ada.button("Captions").wait_for(timeout=60_000)

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
    max_.button("Captions").wait_for(timeout=30_000)
    all_play([ada, max_])
    assert max_.errors == []

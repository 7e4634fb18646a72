"""The main job: a film of one's own, a friend on a phone, the same frame for both, and words in between."""

from e2e.conftest import Meet
from e2e.films import must_be_encoded
from e2e.home import Home
from e2e.party import all_play, all_stand, film_is_there, hears, in_the_room, join, make_room, press, say, together
from e2e.people import apart_s
from fakes.waiting import eventually


def test_upload_watch_while_it_is_made_and_stay_together(home: Home, meet: Meet) -> None:
    """Upload through the page, watch while it is encoded, a guest by one tap on a phone; play, pause, seek, a late
    comer, a reload and a restart of the server leave everybody on the same frame, and the chat goes both ways."""
    host = meet("Ada")
    link = make_room(host, must_be_encoded())
    film_is_there(host)

    phone = meet("Max", phone=True)
    join(phone, link, name="Max")
    in_the_room(phone)
    film_is_there(phone)

    press(host, "k")
    all_play([host, phone])
    together([host, phone])

    press(host, "k")
    all_stand([host, phone])
    assert apart_s([host, phone]) <= 0.02, "a pause leaves everybody on the same frame"

    press(host, "j")  # back, because what lies ahead may still be in the making
    eventually("both are back at the start", lambda: max(p.position_at(0) for p in (host, phone)) < 0.1)
    press(host, "k")
    all_play([host, phone])

    late = meet("Lea")
    join(late, link, name="Lea")
    film_is_there(late)
    all_play([late])
    together([host, phone, late])

    say(host, "Do you see the stripes?")
    hears(phone, "Do you see the stripes?")
    say(phone, "All of them")
    hears(host, "All of them")

    phone.page.reload()
    join(phone, link)
    in_the_room(phone)
    film_is_there(phone)
    hears(phone, "All of them")

    press(host, "k")
    all_stand([host, late])
    position_s = host.position_at(0)
    home.stop()
    home.start()
    say(host, "Back again?")
    hears(late, "Back again?")
    assert abs(late.position_at(0) - position_s) < 0.1, "a restart moves nobody's film"
    press(host, "k")
    all_play([host, late])
    together([host, late])
    assert host.errors + phone.errors + late.errors == []

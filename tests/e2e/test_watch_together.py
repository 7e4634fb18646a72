"""The main use case: watching an uploaded film in sync with a friend on a phone, and chatting."""

from e2e.conftest import Meet
from e2e.films import must_be_encoded
from e2e.home import Home
from e2e.party import (
    all_paused,
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
from e2e.people import apart_s
from fakes.waiting import eventually


def test_upload_and_watch_together(home: Home, meet: Meet) -> None:
    """An upload is watched while it is encoded. Playing, pausing, seeking, joining late, a reload and a restart of the
    server leave all viewers on the same frame, and the chat works in both directions."""
    host = meet("Ada")
    link = create_room(host, must_be_encoded())
    wait_for_film(host)

    phone = meet("Max", phone=True)
    join(phone, link, name="Max")
    wait_for_room(phone)
    wait_for_film(phone)

    press(host, "k")
    all_play([host, phone])
    wait_until_in_sync([host, phone])

    press(host, "k")
    all_paused([host, phone])
    assert apart_s([host, phone]) <= 0.02, "a pause leaves all viewers on the same frame"

    press(host, "j")  # back, because the part ahead may not be encoded yet
    eventually("both are back at the start", lambda: max(p.position_at(0) for p in (host, phone)) < 0.1)
    press(host, "k")
    all_play([host, phone])

    late = meet("Lea")
    join(late, link, name="Lea")
    wait_for_film(late)
    all_play([late])
    wait_until_in_sync([host, phone, late])

    post(host, "Do you see the stripes?")
    sees_message(phone, "Do you see the stripes?")
    post(phone, "All of them")
    sees_message(host, "All of them")

    phone.page.reload()
    join(phone, link)
    wait_for_room(phone)
    wait_for_film(phone)
    sees_message(phone, "All of them")

    press(host, "k")
    all_paused([host, late])
    position_s = host.position_at(0)
    home.stop()
    home.start()
    post(host, "Back again?")
    sees_message(late, "Back again?")
    assert abs(late.position_at(0) - position_s) < 0.1, "a restart does not change the position"
    press(host, "k")
    all_play([host, late])
    wait_until_in_sync([host, late])
    assert host.errors + phone.errors + late.errors == []

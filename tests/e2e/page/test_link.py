"""Films that are linked, pasted or dropped. Each browser plays a linked film from its server, and the room keeps them
in sync."""

from starlette.staticfiles import StaticFiles

from e2e.conftest import Meet
from e2e.films import copyable, silent
from e2e.party import (
    all_paused,
    all_play,
    drop,
    join,
    open_tab,
    paste,
    press,
    wait_for_film,
    wait_for_room,
    wait_until_in_sync,
)
from e2e.people import Person, apart_s
from e2e.screens import ScreenCheck
from fakes.local_server import serving_app


def test_a_pasted_link_is_watched_together(meet: Meet) -> None:
    """An unplayable link is refused before the room is created; a playable one becomes the film, with its length, and
    playing, pausing and joining late work as with any other film."""
    film = copyable(60)
    with serving_app(StaticFiles(directory=film.parent)) as elsewhere:
        host = meet("Ada")
        host.open("/new")
        dialog = host.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Paste a link").click()
        field = dialog.get_by_label("Link to a film")
        field.fill(f"http://{elsewhere}/nothing-here.mp4")
        dialog.get_by_role("button", name="Add", exact=True).click()
        dialog.get_by_text("We couldn’t play that link").wait_for()
        check = ScreenCheck()
        check.screen(host, "new-party-link")
        check.assert_no_findings()
        field.fill(f"http://{elsewhere}/{film.name}")
        field.press("Enter")
        dialog.get_by_text("copyable 60").wait_for()
        dialog.get_by_role("button", name="Create room").click()
        host.page.get_by_role("dialog", name="Invite friends").wait_for()
        host.page.keyboard.press("Escape")
        wait_for_room(host)
        wait_for_film(host)
        host.page.get_by_text("/ 1:00").first.wait_for()
        press(host, "k")
        all_play([host])
        guest = meet("Max", phone=True)
        join(guest, host.page.url, name="Max")
        wait_for_film(guest)
        all_play([host, guest])
        wait_until_in_sync([host, guest])
        press(host, "k")
        all_paused([host, guest])
        assert apart_s([host, guest]) <= 0.02
        assert host.errors + guest.errors == []


def enter_new_room(host: Person) -> None:
    host.page.get_by_role("dialog").get_by_role("button", name="Create room").click()
    host.page.get_by_role("dialog", name="Invite friends").wait_for()
    host.page.keyboard.press("Escape")
    wait_for_room(host)


def test_films_are_dropped_and_pasted_anywhere(meet: Meet) -> None:
    """On the start page, in the room and in the library, a file beside the box is taken, never opened by the browser;
    a link starts a party or is offered in the room; a site's link is named; a film that is on is not replaced."""
    film = silent()
    host = meet("Ada")
    host.open("/login")
    host.page.get_by_role("heading").first.wait_for()
    assert drop(host, film), "a page without films does not open the file either"

    host.open("/")
    host.button("Start a watch party").wait_for()
    paste(host, "www.youtube.com/watch?v=1")
    dialog = host.page.get_by_role("dialog")
    dialog.get_by_text("YouTube plays only on its own site").wait_for()
    assert drop(host, film)
    dialog.get_by_text(film.name).wait_for()
    enter_new_room(host)
    wait_for_film(host)

    with serving_app(StaticFiles(directory=copyable(60).parent)) as elsewhere:
        paste(host, f"http://{elsewhere}/copyable-60.mp4")
        host.page.get_by_text("Added to the queue.").wait_for()
    assert drop(host, copyable(10))
    open_tab(host, "Films")
    host.button("Remove copyable 60").wait_for()
    host.button("Remove copyable-10").wait_for()
    assert host.page.get_by_role("region", name="Now playing").get_by_text("silent-8").is_visible()

    guest = meet("Max", phone=True)
    join(guest, host.page.url, name="Max")
    wait_for_room(guest)
    assert drop(guest, film)
    guest.page.get_by_text("Only the host and people they choose can add films.").wait_for()

    host.open("/library")
    host.page.get_by_role("heading", name="Library").wait_for()
    assert drop(host, silent(4))
    host.button("Actions for silent-4").wait_for()
    assert host.errors + guest.errors == []

"""A film on another server: each browser plays it from there, and the room keeps them in sync."""

from starlette.staticfiles import StaticFiles

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import all_paused, all_play, join, press, wait_for_film, wait_for_room, wait_until_in_sync
from e2e.people import apart_s
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

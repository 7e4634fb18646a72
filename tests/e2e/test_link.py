"""A film that lies elsewhere: everybody's browser plays it from there, and the room keeps them together."""

from starlette.staticfiles import StaticFiles

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import all_play, all_stand, film_is_there, in_the_room, join, press, together
from e2e.people import apart_s
from e2e.screens import Judge
from fakes.local_server import serving_app


def test_a_pasted_link_is_watched_together(meet: Meet) -> None:
    """A link that does not play is refused with a sentence before there is a room; one that does makes the film, with
    its length, and play, pause and a late comer are as with any other."""
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
        judge = Judge()
        judge.look(host, "new-party-link")
        judge.is_content()
        field.fill(f"http://{elsewhere}/{film.name}")
        field.press("Enter")
        dialog.get_by_text("copyable 60").wait_for()
        dialog.get_by_role("button", name="Create room").click()
        host.page.get_by_role("dialog", name="Invite friends").wait_for()
        host.page.keyboard.press("Escape")
        in_the_room(host)
        film_is_there(host)
        host.page.get_by_text("/ 1:00").first.wait_for()
        press(host, "k")
        all_play([host])
        guest = meet("Max", phone=True)
        join(guest, host.page.url, name="Max")
        film_is_there(guest)
        all_play([host, guest])
        together([host, guest])
        press(host, "k")
        all_stand([host, guest])
        assert apart_s([host, guest]) <= 0.02
        assert host.errors + guest.errors == []

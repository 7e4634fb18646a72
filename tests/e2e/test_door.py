"""The door: knock and be let in, be removed, be banned, and try again."""

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import all_play, film_is_there, in_the_room, join, make_room, menu_of, press, show
from fakes.waiting import eventually


def test_knock_and_be_admitted(meet: Meet) -> None:
    """In a room that asks first a guest waits, the host sees the knock and admits; the guest enters by herself."""
    host = meet("Ada")
    link = make_room(host, access="I approve each person")
    guest = meet("Max", phone=True)
    join(guest, link, name="Max")
    guest.page.get_by_text("to let you in").wait_for()
    assert guest.video() is None
    show(host, "People")
    host.page.get_by_role("button", name="Approve Max").click()
    in_the_room(guest)


def test_a_denied_guest_is_told_and_stays_outside(meet: Meet) -> None:
    """A refusal reaches the waiting as a sentence with a next step."""
    host = meet("Ada")
    link = make_room(host, access="I approve each person")
    guest = meet("Max")
    join(guest, link, name="Max")
    show(host, "People")
    host.page.get_by_role("button", name="Deny Max").click()
    guest.page.get_by_text("The host didn’t let you in").wait_for()


def test_removed_and_banned(meet: Meet) -> None:
    """Who is removed is out at once and loses the film within a segment, and may come back; who is banned may not."""
    host = meet("Ada")
    link = make_room(host, copyable(60))
    guest = meet("Max")
    join(guest, link, name="Max")
    film_is_there(guest)
    press(host, "k")
    all_play([host, guest])

    menu_of(host, "Max", "Remove from room")
    guest.page.get_by_text("You were removed from the room").wait_for()
    media = guest.page.evaluate(
        "performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('.m4s'))"
    )
    refused = guest.page.evaluate("url => fetch(url, {cache: 'no-store'}).then(answer => answer.status)", media[-1])
    assert refused in (401, 403), "the film is closed to somebody who was removed"

    guest.button("Rejoin").click()
    guest.page.get_by_role("button", name="Join", exact=True).click()
    in_the_room(guest)
    menu_of(host, "Max", "Ban…")
    host.page.get_by_role("alertdialog").get_by_role("button", name="Ban").click()
    guest.page.get_by_text("You can’t rejoin this room").wait_for()
    join(guest, link)
    guest.page.get_by_text("You can’t rejoin this room").wait_for()
    eventually("the host is alone", lambda: host.page.get_by_role("button", name="Actions for Max").count() == 0)

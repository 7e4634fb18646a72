"""Admission: knocking and being approved or denied, removal, bans, and rejoining."""

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import all_play, create_room, join, menu_of, open_tab, press, wait_for_film, wait_for_room
from fakes.waiting import eventually


def test_knock_and_be_admitted(meet: Meet) -> None:
    """With approval, a guest waits until the host approves the knock, and then enters automatically."""
    host = meet("Ada")
    link = create_room(host, access="I approve each person")
    guest = meet("Max", phone=True)
    join(guest, link, name="Max")
    guest.page.get_by_text("to let you in").wait_for()
    assert guest.video() is None
    open_tab(host, "People")
    host.page.get_by_role("button", name="Approve Max").click()
    wait_for_room(guest)


def test_a_denied_guest_stays_outside(meet: Meet) -> None:
    """A denied guest sees why and what to do next."""
    host = meet("Ada")
    link = create_room(host, access="I approve each person")
    guest = meet("Max")
    join(guest, link, name="Max")
    open_tab(host, "People")
    host.page.get_by_role("button", name="Deny Max").click()
    guest.page.get_by_text("The host didn’t let you in").wait_for()


def test_removed_and_banned(meet: Meet) -> None:
    """A removed guest loses the film at once but can rejoin; a banned guest cannot."""
    host = meet("Ada")
    link = create_room(host, copyable(60))
    guest = meet("Max")
    join(guest, link, name="Max")
    wait_for_film(guest)
    press(host, "k")
    all_play([host, guest])

    menu_of(host, "Max", "Remove from room")
    guest.page.get_by_text("You were removed from the room").wait_for()
    media = guest.page.evaluate(
        "performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('.m4s'))"
    )
    refused = guest.page.evaluate("url => fetch(url, {cache: 'no-store'}).then(answer => answer.status)", media[-1])
    assert refused in (401, 403), "a removed guest has no access to the film"

    guest.button("Rejoin").click()
    guest.page.get_by_role("button", name="Join", exact=True).click()
    wait_for_room(guest)
    menu_of(host, "Max", "Ban…")
    host.page.get_by_role("alertdialog").get_by_role("button", name="Ban").click()
    guest.page.get_by_text("You can’t rejoin this room").wait_for()
    join(guest, link)
    guest.page.get_by_text("You can’t rejoin this room").wait_for()
    eventually("the host is alone", lambda: host.page.get_by_role("button", name="Actions for Max").count() == 0)

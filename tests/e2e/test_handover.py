"""The host asks someone to take the room over, and nothing changes until that person accepts."""

import re

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import create_room, join, menu_of, open_tab, press, wait_for_film
from e2e.people import Person
from e2e.screens import ScreenCheck
from fakes.waiting import eventually


def has_account(person: Person) -> None:
    """A host without sign-up has an account; starting a room of their own is how one gets it."""
    create_room(person)


def ask(host: Person, name: str) -> None:
    menu_of(host, name, "Make host…")
    host.page.get_by_role("alertdialog").get_by_role("button", name="Ask").click()
    host.page.get_by_text(f"Waiting for {name} to be the host").wait_for()


def set_theme(person: Person, theme: str) -> None:
    person.page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)


def is_host(person: Person) -> None:
    """Only the host has the tab with the room's settings."""
    person.page.get_by_role("tab", name=re.compile("^Settings")).first.wait_for()


def test_a_room_changes_hands_only_with_consent(meet: Meet) -> None:
    """Declined, taken back and accepted: on a desktop in full screen, and on a phone; screens checked by axe."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    has_account(max_)
    link = create_room(ada, copyable(60))
    wait_for_film(ada)
    join(max_, link, name="Max")
    wait_for_film(max_)
    open_tab(ada, "People")
    ada.page.get_by_role("button", name="Actions for Max").wait_for()

    ask(ada, "Max")
    dialog = max_.page.get_by_role("alertdialog")
    dialog.wait_for()
    adas_name = dialog.get_by_role("heading").inner_text().removesuffix(" wants to make you the host")
    check.screen(ada, "handover-waiting")
    check.screen(max_, "handover-asked")
    for person, name in ((ada, "handover-waiting-light"), (max_, "handover-asked-light")):
        set_theme(person, "light")
        check.screen(person, name)
    dialog.get_by_role("button", name="No, thanks").click()
    ada.page.get_by_text("Max isn’t taking over as host.").wait_for()
    dialog.wait_for(state="detached")
    is_host(ada)

    ask(ada, "Max")
    dialog.wait_for()
    ada.button("Take back").click()
    dialog.wait_for(state="detached")

    ask(ada, "Max")
    dialog.get_by_role("button", name="Be the host").dblclick()
    max_.page.get_by_text("You’re the host now.").wait_for()
    assert max_.page.get_by_text("This offer is no longer open.").count() == 0, "the second click was a second answer"
    ada.page.get_by_text("You’re a co-host now.").wait_for()
    is_host(max_)
    assert ada.page.get_by_role("tab", name=re.compile("^Settings")).count() == 0

    press(ada, "f")
    eventually("Ada's stage is in full screen", lambda: ada.page.evaluate("document.fullscreenElement !== null"))
    ask(max_, adas_name)
    asked = ada.page.get_by_role("alertdialog")
    asked.wait_for()
    assert ada.page.evaluate("document.fullscreenElement.contains(document.querySelector('[role=alertdialog]'))")
    for scheme in ("light", "dark"):
        set_theme(ada, scheme)
        check.screen(ada, f"handover-fullscreen-{scheme}", reflows=False)
    asked.get_by_role("button", name="Be the host").click()
    max_.page.get_by_text("You’re a co-host now.").wait_for()
    assert (ada.errors, max_.errors) == ([], [])
    check.assert_no_findings()

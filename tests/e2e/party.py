"""What people do at a watch party, in the words of the page: make a room, join, talk, press keys, look after people."""

import re
from pathlib import Path

from e2e.people import Person, apart_s
from fakes.waiting import eventually

SETTLED_WITHIN_S = 0.1
"""Positions of the video elements agree at least this well once everybody has settled."""


def make_room(host: Person, film: Path | None = None, *, access: str | None = None) -> str:
    """From the landing page to the room, without an account; gives the room's link."""
    host.open("/")
    host.button("Start a watch party").click()
    dialog = host.page.get_by_role("dialog")
    if film:
        dialog.locator("input[type=file]").set_input_files(str(film))
    if access:
        dialog.get_by_text("Advanced").click()
        dialog.get_by_label("Who can join").click()
        host.page.get_by_role("option", name=access).click()
    dialog.get_by_role("button", name="Create room").click()
    host.page.wait_for_url(re.compile(r"/r/"))
    link = host.page.url.partition("?")[0].partition("#")[0]
    # The invite sheet opens by itself in a new room.
    host.page.get_by_role("dialog", name="Invite friends").wait_for()
    host.page.keyboard.press("Escape")
    in_the_room(host)
    return link


def in_the_room(person: Person) -> None:
    """The room is open: there is somewhere to talk to the others."""
    person.page.get_by_role("tab", name=re.compile("^Chat")).first.wait_for()


def join(guest: Person, link: str, *, name: str | None = None) -> None:
    """A link and one tap."""
    guest.open(link)
    button = guest.page.get_by_role("button", name=re.compile("^(Join|Ask to join)$"))
    button.wait_for()
    if name:
        guest.page.get_by_label("Your name").fill(name)
    button.click()


def show(person: Person, tab: str) -> None:
    """Opens a tab of the side panel."""
    person.page.get_by_role("tab", name=re.compile(f"^{tab}")).first.click()


def say(person: Person, text: str) -> None:
    show(person, "Chat")
    field = person.page.get_by_label("Message everyone").first
    field.fill(text)
    field.press("Enter")


def hears(person: Person, text: str) -> None:
    """The line stands in the chat."""
    show(person, "Chat")
    person.page.get_by_role("log").get_by_text(text).first.wait_for()


def press(person: Person, key: str) -> None:
    """A key of the player, with the focus on the page and not in a field."""
    person.page.evaluate("document.activeElement instanceof HTMLElement && document.activeElement.blur()")
    person.page.keyboard.press(key)


def wake_controls(person: Person) -> None:
    """What one does to see the controls over a film that plays: touch it, or move the mouse."""
    x, y = 195, 150
    if person.phone:
        person.page.touchscreen.tap(x, y)
    else:
        person.page.mouse.move(x, y)
        person.page.mouse.move(x + 5, y)


def film_is_there(person: Person, *, within_s: float = 40.0) -> None:
    """The element has a picture."""
    eventually(f"{person.name} has a picture", lambda: (v := person.video()) and v["ready"] >= 2, within_s=within_s)


def all_play(people: list[Person], *, within_s: float = 20.0) -> None:
    eventually("everybody's picture moves", lambda: all(person.plays() for person in people), within_s=within_s)


def all_stand(people: list[Person], *, within_s: float = 10.0) -> None:
    eventually(
        "everybody's picture stands", lambda: all((p.video() or {}).get("paused") for p in people), within_s=within_s
    )


def together(people: list[Person], *, within_s: float = 15.0) -> float:
    """Waits until the positions agree, and still do a second later; gives how far apart they then are, in seconds."""

    def agreed() -> bool:
        if apart_s(people) > SETTLED_WITHIN_S:
            return False
        people[0].page.wait_for_timeout(1000)
        return apart_s(people) <= SETTLED_WITHIN_S

    eventually(f"positions within {SETTLED_WITHIN_S} s of each other", agreed, within_s=within_s)
    return apart_s(people)


def menu_of(host: Person, name: str, entry: str) -> None:
    """Chooses an entry in the menu of a person in the people list."""
    show(host, "People")
    host.page.get_by_role("button", name=f"Actions for {name}").click()
    host.page.get_by_role("menuitem", name=entry, exact=True).click()

"""What people do at a watch party, through the page: create a room, join, chat, press keys, use menus."""

import base64
import re
from pathlib import Path

from e2e.people import Person, apart_s
from fakes.waiting import eventually

SETTLED_WITHIN_S = 0.1
"""How closely the positions of the video elements agree once playback has settled."""


def create_room(host: Person, film: Path | None = None, *, access: str | None = None) -> str:
    """Creates a room from the landing page, without an account; returns the room's link."""
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
    # A new room opens the invitation sheet.
    host.page.get_by_role("dialog", name="Invite friends").wait_for()
    host.page.keyboard.press("Escape")
    wait_for_room(host)
    return link


def wait_for_room(person: Person) -> None:
    """Waits until the room is open, with its chat."""
    person.page.get_by_role("tab", name=re.compile("^Chat")).first.wait_for()


def join(guest: Person, link: str, *, name: str | None = None) -> None:
    """Opens the link and clicks the join button."""
    guest.open(link)
    button = guest.page.get_by_role("button", name=re.compile("^(Join|Ask to join)$"))
    button.wait_for()
    if name:
        guest.page.get_by_label("Your name").fill(name)
    button.click()


def open_tab(person: Person, tab: str) -> None:
    """Opens a tab of the side panel."""
    person.page.get_by_role("tab", name=re.compile(f"^{tab}")).first.click()


def post(person: Person, text: str) -> None:
    open_tab(person, "Chat")
    field = person.page.get_by_label("Message everyone").first
    field.fill(text)
    field.press("Enter")


def sees_message(person: Person, text: str) -> None:
    """Waits until the message is in the chat."""
    open_tab(person, "Chat")
    person.page.get_by_role("log").get_by_text(text).first.wait_for()


def press(person: Person, key: str) -> None:
    """Presses a key of the player, with the focus outside text fields."""
    person.page.evaluate("document.activeElement instanceof HTMLElement && document.activeElement.blur()")
    person.page.keyboard.press(key)


_GIVES = """([kind, name, content, text]) => {
  const transfer = new DataTransfer();
  if (name) {
    const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { lastModified: 1 }));
  }
  if (text) transfer.setData("text/plain", text);
  const options = { bubbles: true, cancelable: true };
  const event = kind === "drop"
    ? new DragEvent("drop", { ...options, dataTransfer: transfer })
    : new ClipboardEvent("paste", { ...options, clipboardData: transfer });
  document.querySelector("h1, h2, body").dispatchEvent(event);
  return event.defaultPrevented;
}"""


def drop(person: Person, film: Path) -> bool:
    """Drops a file beside every box of the page; returns whether the page keeps the browser from opening it."""
    content = base64.b64encode(film.read_bytes()).decode()
    return bool(person.page.evaluate(_GIVES, ["drop", film.name, content, None]))


def paste(person: Person, text: str) -> None:
    """Pastes a text outside text fields."""
    person.page.evaluate(_GIVES, ["paste", None, None, text])


def show_controls(person: Person) -> None:
    """Shows the controls over a playing film by touching it or moving the mouse."""
    x, y = 195, 150
    if person.phone:
        person.page.touchscreen.tap(x, y)
    else:
        person.page.mouse.move(x, y)
        person.page.mouse.move(x + 5, y)


def wait_for_film(person: Person, *, within_s: float = 40.0) -> None:
    """Waits until the video element has a picture."""
    eventually(f"{person.name} has a picture", lambda: (v := person.video()) and v["ready"] >= 2, within_s=within_s)


def all_play(people: list[Person], *, within_s: float = 20.0) -> None:
    eventually("every video plays", lambda: all(person.plays() for person in people), within_s=within_s)


def all_paused(people: list[Person], *, within_s: float = 10.0) -> None:
    eventually("every video is paused", lambda: all((p.video() or {}).get("paused") for p in people), within_s=within_s)


def wait_until_in_sync(people: list[Person], *, within_s: float = 15.0) -> float:
    """Waits until the positions agree, and still do a second later; returns their largest difference in seconds."""

    def agreed() -> bool:
        if apart_s(people) > SETTLED_WITHIN_S:
            return False
        people[0].page.wait_for_timeout(1000)
        return apart_s(people) <= SETTLED_WITHIN_S

    eventually(f"positions within {SETTLED_WITHIN_S} s of each other", agreed, within_s=within_s)
    return apart_s(people)


def menu_of(host: Person, name: str, entry: str) -> None:
    """Chooses an entry in a person's menu in the people list."""
    open_tab(host, "People")
    host.page.get_by_role("button", name=f"Actions for {name}").click()
    host.page.get_by_role("menuitem", name=entry, exact=True).click()

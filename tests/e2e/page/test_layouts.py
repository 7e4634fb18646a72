"""Full screen, theatre mode, a phone held sideways and a laptop zoomed in: what is reachable in the usual layout is
reachable there, and nothing that matters is hidden."""

import re

from playwright.sync_api import ViewportSize

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import all_play, create_room, join, open_tab, post, press, show_controls, wait_for_film, wait_for_room
from e2e.people import DESKTOP, Person
from e2e.screens import LANDSCAPE, ScreenCheck
from fakes.waiting import eventually

ZOOMED = ViewportSize(width=640, height=400)
"""1280 × 800 at 200 %."""

ON_TOP = """name => {
  const seen = "button, [role=menuitem], [role=status], [role=dialog], [role=alertdialog]";
  const matches = [...document.querySelectorAll(seen)]
    .filter((one) => (one.getAttribute("aria-label") ?? one.textContent).includes(name));
  return matches.some((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    if (width === 0 || left < 0 || top < 0 || left + width > innerWidth + 1 || top + height > innerHeight + 1)
      return false;
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit !== null && (one.contains(hit) || hit.contains(one));
  });
}"""
"""Whether something of that name is inside the window and what a pointer would hit there. In full screen, the browser
shows nothing outside the full-screen element, so a pointer hits nothing else."""


def sees(person: Person, name: str) -> None:
    """Waits until something of that name can be seen and clicked."""
    eventually(f"{person.name} sees {name}", lambda: person.page.evaluate(ON_TOP, name), within_s=45)


MARYAM = "مريم صاحبة الاسم الطويل جداً"
NOT_ISOLATED = """name => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (!data.includes(name) || data.includes(`\u2068${name}\u2069`)) continue;
    const { direction } = getComputedStyle(parentElement);
    if (direction !== "rtl") found.push(parentElement.outerHTML.slice(0, 200));
  }
  return found;
}"""
"""Where the page shows the name but lets it run, and be cut, in the direction of an English sentence."""


def has_the_rooms_controls(person: Person) -> None:
    show_controls(person)
    for name in ("Leave room", "Invite friends", "Room options", "In sync", "Open chat"):
        sees(person, name)


def chats_beside_the_film(host: Person, text: str) -> None:
    """Opens the chat by its button and writes; the film's controls stay reachable beside it."""
    show_controls(host)
    host.button("Open chat").click()
    field = host.page.get_by_label("Message everyone")
    field.fill(text)
    field.press("Enter")
    host.page.get_by_role("log").get_by_text(text).first.wait_for()
    show_controls(host)


_COLLECTS_VIDEOS = """
  window.videos = [];
  const create = document.createElement.bind(document);
  document.createElement = (name, ...rest) => {
    const element = create(name, ...rest);
    if (name === "video") window.videos.push(element);
    return element;
  };
"""
"""A video that has left the page can still be heard."""


def test_full_screen_shows_everything(meet: Meet) -> None:
    """A knock, a request for the remote, dialogs, the chat and a lost connection are seen in full screen."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, copyable(60), access="I approve each person")
    wait_for_film(ada)
    press(ada, "f")
    eventually("full screen", lambda: ada.page.evaluate("document.fullscreenElement !== null"))
    has_the_rooms_controls(ada)
    join(max_, link, name="Max")
    sees(ada, "Approve")
    check.screen(ada, "fullscreen-knock", reflows=False)
    ada.button("Approve").click()
    wait_for_room(max_)
    max_.page.get_by_label("Message everyone").wait_for()  # approved, and so allowed to ask
    sees(max_, "In sync")
    max_.button("Ask").click()
    sees(ada, "Give")
    ada.button("Dismiss").click()
    chats_beside_the_film(ada, "Popcorn?")
    sees(ada, "Exit full screen")
    check.screen(ada, "fullscreen-chat", reflows=False)
    open_tab(ada, "People")
    ada.button("Actions for Max").click()
    sees(ada, "Give the remote")
    ada.page.get_by_role("menuitem", name="Ban…").click()
    sees(ada, "Ban Max")
    ada.page.get_by_role("button", name="Cancel").click()
    ada.button("Close chat").click()
    ada.button("Invite friends").click()
    sees(ada, "Invite friends")
    ada.page.get_by_role("button", name="Close", exact=True).click()
    ada.context.set_offline(True)
    sees(ada, "messages will send later")
    check.screen(ada, "fullscreen-offline", reflows=False)
    ada.context.set_offline(False)
    sees(ada, "Leave room")
    show_controls(ada)
    ada.button("Leave room").click()
    eventually("the room is left", lambda: ada.page.evaluate("document.fullscreenElement === null"))
    assert (ada.errors, max_.errors) == ([], [])
    check.assert_no_findings()


def test_leaving_stops_everything(meet: Meet) -> None:
    """No sound, picture-in-picture window or entry among the system's media outlives the room."""
    ada = meet("Ada")
    ada.context.add_init_script(_COLLECTS_VIDEOS)
    create_room(ada, copyable(60))
    wait_for_film(ada)
    press(ada, "k")
    all_play([ada])
    ada.page.evaluate("document.querySelector('video').requestPictureInPicture().then(() => true)")
    show_controls(ada)
    ada.button("Leave room").click()
    ada.button("Start a watch party").wait_for()
    eventually("no picture-in-picture", lambda: ada.page.evaluate("document.pictureInPictureElement === null"))
    assert ada.page.evaluate("videos.every((video) => video.paused && video.src === '')")
    assert ada.page.evaluate("navigator.mediaSession.playbackState") == "none"
    assert ada.errors == []


def test_every_size_has_the_rooms_controls(meet: Meet) -> None:
    """In theatre mode, sideways, and at 200 %, the bar with Leave, Invite, menu and sync state is there, and the open
    chat covers neither the way out nor the film's controls."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, copyable(60))
    wait_for_film(ada)
    join(max_, link, name=MARYAM)
    wait_for_film(max_)
    max_.page.set_viewport_size(LANDSCAPE)
    has_the_rooms_controls(max_)
    check.screen(max_, "sideways")
    max_.page.set_viewport_size(LANDSCAPE)
    chats_beside_the_film(max_, "Sideways")
    sees(max_, "Leave room")
    sees(max_, "Full screen")
    for tab in ("Chat", "People"):
        open_tab(ada, tab)
        ada.page.get_by_text(MARYAM).first.wait_for()
        assert ada.page.evaluate(NOT_ISOLATED, MARYAM) == []
    for size, name in ((ZOOMED, "zoomed"), (DESKTOP, "theatre")):
        ada.page.set_viewport_size(size)
        if name == "theatre":
            press(ada, "t")
        has_the_rooms_controls(ada)
        chats_beside_the_film(ada, name)
        sees(ada, "Exit theatre mode" if name == "theatre" else "Full screen")
        check.screen(ada, f"{name}-chat", reflows=False)
    theatre = ada.page.get_by_role("button", name=re.compile("^Theatre mode"))

    def escaped() -> bool:
        """One key after the other leaves the text field, closes the chat, hides a tooltip, leaves the theatre."""
        ada.page.keyboard.press("Escape")
        return theatre.is_visible()

    eventually("the theatre ends", escaped)
    post(ada, "Back")
    assert (ada.errors, max_.errors) == ([], [])
    check.assert_no_findings()

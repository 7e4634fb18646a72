"""Every screen, on a desktop and on a phone, is free of axe violations and fits 320 pixels; see `screens.Judge`."""

import re

from e2e.conftest import Meet
from e2e.films import captioned, copyable
from e2e.home import Home
from e2e.party import film_is_there, in_the_room, join, make_room, press, say, show, wake_controls
from e2e.people import Person
from e2e.screens import Judge
from fakes.waiting import eventually

PASSWORD = "nine green bottles"
ADMIN_TABS = ("accounts", "invites", "rooms", "videos", "jobs", "settings", "audit")


def open_and_look(judge: Judge, person: Person, path: str, name: str, heading: str | re.Pattern[str]) -> None:
    person.open(path)
    person.page.get_by_role("heading", name=heading).first.wait_for()
    judge.look(person, name)


def set_up(judge: Judge, admin: Person, home: Home) -> None:
    """The link that the server printed, and the form behind it."""
    link = re.search(r"https?://\S+/setup#token=\S+", home.said)
    assert link, home.said
    admin.open("/setup#" + link.group().partition("#")[2])
    admin.page.get_by_label("Name").wait_for()
    judge.look(admin, "setup")
    admin.page.get_by_label("Name").fill("Ada")
    admin.page.get_by_label(re.compile("mail")).fill("ada@example.org")
    admin.page.get_by_label("Password", exact=True).fill(PASSWORD)
    admin.button("Set up").click()
    admin.page.get_by_role("button", name="Ada’s account").wait_for()


def test_outside_the_rooms(home: Home, meet: Meet) -> None:
    """Landing, signing in, and everything of an administrator: library, account, each tab of the administration."""
    judge = Judge()
    ada = meet("Ada")
    open_and_look(judge, ada, "/", "landing", re.compile("."))
    open_and_look(judge, ada, "/login", "login", re.compile("."))
    open_and_look(judge, ada, "/register", "register", re.compile("."))
    open_and_look(judge, ada, "/reset", "reset", re.compile("."))
    open_and_look(judge, ada, "/nowhere", "not-found", re.compile("."))
    open_and_look(judge, ada, "/r/nosuchroom", "no-such-room", re.compile("."))
    set_up(judge, ada, home)
    open_and_look(judge, ada, "/setup", "set-up-already", "Already set up")
    open_and_look(judge, ada, "/library", "library-empty", "Library")
    ada.page.locator("input[type=file]").first.set_input_files(str(copyable(60)))
    ada.page.get_by_role("button", name=re.compile("^Actions for")).wait_for()
    judge.look(ada, "library-film")
    open_and_look(judge, ada, "/account", "account", "Account")
    for tab in ADMIN_TABS:
        open_and_look(judge, ada, f"/admin?tab={tab}", f"admin-{tab}", "Admin")
    open_and_look(judge, ada, "/new", "new-party", "Start a watch party")
    assert ada.errors == []
    judge.is_content()


def test_around_a_room(meet: Meet) -> None:
    """The empty room with its sheets and tabs, the gate, the wait, the refusal, and a film with its menus."""
    judge = Judge()
    ada, max_ = meet("Ada"), meet("Max")
    link = make_room(ada)
    judge.look(ada, "room-empty")
    for tab in ("People", "Films", "Settings"):
        show(ada, tab)
        judge.look(ada, f"room-{tab.lower()}")
    ada.button("Invite").click()
    ada.page.get_by_role("dialog", name="Invite friends").wait_for()
    judge.look(ada, "room-invite")
    ada.page.keyboard.press("Escape")
    max_.open(link)
    max_.button("Join").wait_for()
    judge.look(max_, "gate")
    max_.button("Join").click()
    in_the_room(max_)
    judge.look(max_, "room-guest-empty")
    say(max_, "Look at 0:05, that one 🙂 https://example.org")
    say(ada, "Yes!")
    judge.look(ada, "room-chat")
    judge.is_content()


def test_the_door(meet: Meet) -> None:
    """Waiting to be let in, and being told no; the host's list with somebody at the door."""
    judge = Judge()
    ada, max_ = meet("Ada"), meet("Max")
    link = make_room(ada, access="I approve each person")
    join(max_, link, name="Max")
    max_.page.get_by_text("to let you in").wait_for()
    judge.look(max_, "door-waiting")
    show(ada, "People")
    ada.page.get_by_role("button", name="Deny Max").wait_for()
    judge.look(ada, "door-host")
    ada.page.get_by_role("button", name="Deny Max").click()
    max_.page.get_by_text("The host didn’t let you in").wait_for()
    judge.look(max_, "door-denied")
    judge.is_content()


def test_a_film_and_its_controls(meet: Meet) -> None:
    """The stage while it plays, its menus and sheets, and a guest on a phone who may not touch the controls."""
    judge = Judge()
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = make_room(ada, captioned(60))
    film_is_there(ada)
    join(max_, link, name="Max")
    film_is_there(max_)
    press(ada, "k")
    eventually("the film plays", lambda: ada.plays() and max_.plays())
    judge.look(ada, "film-host")
    judge.look(max_, "film-guest")
    wake_controls(max_)
    max_.button("Subtitles, quality and more").click()
    max_.page.get_by_role("dialog", name="Player").wait_for()
    judge.look(max_, "film-guest-sheet")
    ada.button("Subtitles").wait_for(timeout=60_000)  # they are taken out of the film after its first seconds
    for name in ("Subtitles", "Player settings"):
        wake_controls(ada)
        ada.button(name).click()
        ada.page.get_by_role("menu").wait_for()
        judge.look(ada, f"film-{name.lower().replace(' ', '-')}", reflows=False)
        ada.page.keyboard.press("Escape")
    press(ada, "?")
    ada.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    judge.look(ada, "film-shortcuts")
    ada.page.keyboard.press("Escape")
    show(ada, "People")
    ada.button("Actions for Max").click()
    judge.look(ada, "film-person-menu", reflows=False)
    ada.page.keyboard.press("Escape")
    press(ada, "t")
    judge.look(ada, "film-theatre")
    judge.is_content()

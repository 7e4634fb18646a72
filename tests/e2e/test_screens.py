"""Every screen, on a desktop and a phone, has no axe violations and fits 320 px; see `screens.ScreenCheck`."""

import re

from playwright.sync_api import FilePayload

from e2e.conftest import Meet
from e2e.films import captioned, copyable, silent_end
from e2e.home import Home
from e2e.party import create_room, join, open_tab, post, press, show_controls, wait_for_film, wait_for_room
from e2e.people import Person
from e2e.screens import ScreenCheck
from fakes.waiting import eventually

PASSWORD = "nine green bottles"
ADMIN_TABS = ("overview", "accounts", "invites", "rooms", "videos", "jobs", "failed-events", "settings", "audit")


def open_and_check(check: ScreenCheck, person: Person, path: str, name: str, heading: str | re.Pattern[str]) -> None:
    person.open(path)
    person.page.get_by_role("heading", name=heading).first.wait_for()
    check.screen(person, name)


def set_up(check: ScreenCheck, admin: Person, home: Home) -> None:
    """Opens the link that the server printed, and fills in the form."""
    link = re.search(r"https?://\S+/setup#token=\S+", home.output)
    assert link, home.output
    admin.open("/setup#" + link.group().partition("#")[2])
    admin.page.get_by_label("Name").wait_for()
    check.screen(admin, "setup")
    admin.page.get_by_label("Name").fill("Ada")
    admin.page.get_by_label(re.compile("mail")).fill("ada@example.org")
    admin.page.get_by_label("Password", exact=True).fill(PASSWORD)
    admin.button("Set up").click()
    admin.page.get_by_role("button", name="Ada’s account").wait_for()


def add_subtitles_in_an_old_character_set(check: ScreenCheck, admin: Person) -> None:
    """The bytes fit several character sets: the dialog asks which reading is right, and adds that one."""
    admin.page.get_by_role("button", name=re.compile("^Actions for")).click()
    admin.page.get_by_role("menuitem", name="Subtitles").click()
    lines = "Łódź odpływa o świcie.\nŻółw śpi.".splitlines()
    cues = enumerate(lines, start=1)
    content = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n\n" for n, line in cues)
    old = FilePayload(name="film.pl.srt", mimeType="text/plain", buffer=content.encode("iso8859-2"))
    admin.page.get_by_label("Subtitle file").set_input_files(old)
    readings = admin.page.get_by_role("group", name="Which one reads right?")
    readings.wait_for()
    check.screen(admin, "library-subtitles-choice")
    readings.get_by_role("radio", name=lines[0]).check()
    admin.button("Add subtitles").click()
    admin.button("Remove Polski").wait_for()
    check.screen(admin, "library-subtitles")
    admin.page.keyboard.press("Escape")


def test_outside_the_rooms(home: Home, meet: Meet) -> None:
    """The landing page, signing in, and an administrator's pages: library, account, and every admin tab."""
    check = ScreenCheck()
    ada = meet("Ada")
    open_and_check(check, ada, "/", "landing", re.compile("."))
    open_and_check(check, ada, "/login", "login", re.compile("."))
    open_and_check(check, ada, "/register", "register", re.compile("."))
    open_and_check(check, ada, "/reset", "reset", re.compile("."))
    open_and_check(check, ada, "/nowhere", "not-found", re.compile("."))
    open_and_check(check, ada, "/r/nosuchroom", "no-such-room", re.compile("."))
    set_up(check, ada, home)
    open_and_check(check, ada, "/setup", "set-up-already", "Already set up")
    open_and_check(check, ada, "/library", "library-empty", "Library")
    ada.page.locator("input[type=file]").first.set_input_files(str(copyable(60)))
    ada.page.get_by_role("button", name=re.compile("^Actions for")).wait_for()
    check.screen(ada, "library-film")
    add_subtitles_in_an_old_character_set(check, ada)
    ada.page.locator("input[type=file]").first.set_input_files(str(silent_end()))
    ada.page.get_by_text("The sound ends at 0:03, before the film does.").wait_for(timeout=90_000)
    check.screen(ada, "library-loss")
    open_and_check(check, ada, "/account", "account", "Account")
    for tab in ADMIN_TABS:
        open_and_check(check, ada, f"/admin?tab={tab}", f"admin-{tab}", "Admin")
    open_and_check(check, ada, "/new", "new-party", "Start a watch party")
    assert ada.errors == []
    check.assert_no_findings()


def test_around_a_room(meet: Meet) -> None:
    """The empty room with its sheets and tabs, the join form, and the chat."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max")
    link = create_room(ada)
    check.screen(ada, "room-empty")
    for tab in ("People", "Films", "Settings"):
        open_tab(ada, tab)
        check.screen(ada, f"room-{tab.lower()}")
    ada.button("Invite").click()
    ada.page.get_by_role("dialog", name="Invite friends").wait_for()
    check.screen(ada, "room-invite")
    ada.page.keyboard.press("Escape")
    max_.open(link)
    max_.button("Join").wait_for()
    check.screen(max_, "join")
    max_.button("Join").click()
    wait_for_room(max_)
    check.screen(max_, "room-guest-empty")
    post(max_, "Look at 0:05, that one 🙂 https://example.org")
    post(ada, "Yes!")
    check.screen(ada, "room-chat")
    check.assert_no_findings()


def test_admission(meet: Meet) -> None:
    """Waiting for approval, being denied, and the host's list of waiting guests."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max")
    link = create_room(ada, access="I approve each person")
    join(max_, link, name="Max")
    max_.page.get_by_text("to let you in").wait_for()
    check.screen(max_, "approval-waiting")
    open_tab(ada, "People")
    ada.page.get_by_role("button", name="Deny Max").wait_for()
    check.screen(ada, "approval-host")
    ada.page.get_by_role("button", name="Deny Max").click()
    max_.page.get_by_text("The host didn’t let you in").wait_for()
    check.screen(max_, "approval-denied")
    check.assert_no_findings()


def test_a_film_and_its_controls(meet: Meet) -> None:
    """The playing stage with its menus and sheets, and a guest on a phone without control."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, captioned(60))
    wait_for_film(ada)
    join(max_, link, name="Max")
    wait_for_film(max_)
    press(ada, "k")
    eventually("the film plays", lambda: ada.plays() and max_.plays())
    check.screen(ada, "film-host")
    check.screen(max_, "film-guest")
    show_controls(max_)
    max_.button("Subtitles, quality and more").click()
    max_.page.get_by_role("dialog", name="Player").wait_for()
    check.screen(max_, "film-guest-sheet")
    ada.button("Subtitles").wait_for(timeout=60_000)  # extracted from the film after its first seconds
    for name in ("Subtitles", "Player settings"):
        show_controls(ada)
        ada.button(name).click()
        ada.page.get_by_role("menu").wait_for()
        check.screen(ada, f"film-{name.lower().replace(' ', '-')}", reflows=False)
        ada.page.keyboard.press("Escape")
    press(ada, "?")
    ada.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    check.screen(ada, "film-shortcuts")
    ada.page.keyboard.press("Escape")
    open_tab(ada, "People")
    ada.button("Actions for Max").click()
    check.screen(ada, "film-person-menu", reflows=False)
    ada.page.keyboard.press("Escape")
    press(ada, "t")
    check.screen(ada, "film-theatre")
    check.assert_no_findings()

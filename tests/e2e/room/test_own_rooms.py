"""What an account finds again on another device, and what the lists of a host and an admin say."""

import json
import re
from pathlib import Path

from e2e.conftest import Meet
from e2e.home import Home
from e2e.party import create_room, join, menu_of, open_tab, wait_for_room
from e2e.screens import ScreenCheck
from e2e.test_screens import PASSWORD, set_up


def test_an_accounts_rooms_are_on_its_other_devices(home: Home, meet: Meet) -> None:
    """A room that was created on a desktop is one tap away on a phone that was never in it. There the host sees whom
    the room bans, and how."""
    check = ScreenCheck()
    ada = meet("Ada")
    set_up(check, ada, home)
    link = create_room(ada)
    max_ = meet("Max")
    join(max_, link, name="Max")
    wait_for_room(max_)
    menu_of(ada, "Max", "Ban…")
    ada.page.get_by_role("alertdialog").get_by_role("button", name="Ban").click()
    max_.page.get_by_text("You’ve been banned").or_(max_.page.get_by_text("You can’t rejoin")).first.wait_for()

    phone = meet("Phone", phone=True)
    phone.open("/login")
    phone.page.get_by_label(re.compile("mail")).fill("ada@example.org")
    phone.page.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.button("Sign in").click()
    phone.page.get_by_role("button", name="Ada’s account").wait_for()
    phone.open("/")
    rooms = phone.page.get_by_role("region", name="Recent rooms")
    rooms.get_by_role("link").first.wait_for()
    check.screen(phone, "own-rooms")
    assert rooms.get_by_role("button", name=re.compile("^Remove")).count() == 0
    rooms.get_by_role("link").first.click()
    phone.page.wait_for_url(link + "**")
    phone.button("Join").click()
    wait_for_room(phone)
    open_tab(phone, "People")  # the invitation opens only where the room was created
    phone.button("Banned people").click()
    phone.page.get_by_role("dialog").get_by_text("Browser").wait_for()
    check.screen(phone, "bans-phone")
    phone.open("/account")
    phone.page.get_by_text("You sign in as ada@example.org. The address").wait_for()
    assert ada.errors == max_.errors == phone.errors == []
    check.assert_no_findings()


def test_an_admin_checks_and_downloads_the_audit_log(home: Home, meet: Meet) -> None:
    """The check counts the entries, and the file has as many lines."""
    check, ada = ScreenCheck(), meet("Ada")
    set_up(check, ada, home)
    ada.open("/admin?tab=audit")
    ada.button("Check for tampering").click()
    said = ada.page.get_by_text(re.compile(r"^Entries checked: \d+\. None was changed\.$"))
    said.wait_for()
    check.screen(ada, "admin-audit")
    with ada.page.expect_download() as download:
        ada.button("Download").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert [json.loads(line)["action"] for line in lines]
    assert said.inner_text() == f"Entries checked: {len(lines)}. None was changed."
    assert ada.errors == []
    check.assert_no_findings()

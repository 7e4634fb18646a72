"""What a host finds beside the party, on a desktop and on a phone: webhooks, a room's history, its sync report."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.home import Home
from e2e.party import all_paused, all_play, create_room, join, menu_of, press, wait_for_film, wait_for_room
from e2e.people import Person
from e2e.screens import ScreenCheck
from e2e.test_screens import PASSWORD, set_up
from fakes.integrator import Integrator, integrator
from fakes.waiting import eventually


@pytest.fixture
def listener() -> Iterator[Integrator]:
    with integrator() as it:
        yield it


def add_webhook(ada: Person, check: ScreenCheck, url: str) -> str:
    """Fills in the form, first without an event; returns the secret that the page shows."""
    ada.open("/account")
    ada.button("Add webhook").click()
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_label("URL of your server").fill(url)
    dialog.get_by_role("button", name="Add webhook").click()
    dialog.get_by_text("Choose at least one.").wait_for()
    dialog.get_by_label(re.compile("A film is ready")).check()
    check.screen(ada, "account-webhook-new")
    dialog.get_by_role("button", name="Add webhook").click()
    secret = dialog.locator("code")
    secret.wait_for()
    shown = secret.inner_text()
    check.screen(ada, "account-webhook-secret")
    dialog.get_by_role("button", name="Close").click()
    return shown


def managing(who: Person) -> None:
    who.open("/account")
    who.button(re.compile("^Manage ")).click()
    who.page.get_by_role("heading", name="Deliveries").wait_for()


def test_a_webhook_from_its_secret_to_its_deletion(home: Home, meet: Meet, listener: Integrator) -> None:
    """The secret is shown once and signs the calls. What failed is sent again with the same id. A webhook that its
    server ended is resumed on a phone; a deleted one is gone.
    """
    check, ada = ScreenCheck(), meet("Ada")
    set_up(check, ada, home)
    secret = add_webhook(ada, check, listener.url)
    assert secret.startswith("whsec_")
    managing(ada)
    assert secret not in ada.page.content()
    ada.page.get_by_text("Nothing sent yet.").wait_for()

    listener.status = 500
    ada.button("Send a test").click()
    ada.page.get_by_role("listitem").get_by_text("Will retry · answered 500").wait_for()
    listener.status = 410
    ada.button("Redeliver").click()
    ada.page.get_by_role("listitem").get_by_text("Failed · answered 410").wait_for()
    ada.page.get_by_text("Paused: you paused it").wait_for()
    expect(ada.button("Send a test")).to_be_disabled()
    check.screen(ada, "account-webhook-paused")
    ada.page.emulate_media(color_scheme="dark")
    check.screen(ada, "account-webhook-paused-dark")

    phone = meet("Phone", phone=True)
    phone.open("/login")
    phone.page.get_by_label(re.compile("mail")).fill("ada@example.org")
    phone.page.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.button("Sign in").click()
    phone.page.get_by_role("button", name="Ada’s account").wait_for()
    managing(phone)
    phone.button("Resume").click()
    phone.page.get_by_text("Active. What happens while it’s paused").wait_for()
    listener.status = 204
    phone.button("Redeliver").click()
    phone.page.get_by_role("listitem").get_by_text("Delivered · answered 204").wait_for()
    check.screen(phone, "account-webhook-phone")
    assert len({headers["webhook-id"] for headers, _ in listener.calls}) == 1
    assert len(listener.calls) == 3
    assert listener.verifies(secret)

    phone.button("Delete webhook").click()
    phone.page.get_by_role("alertdialog").get_by_role("button", name="Delete webhook").click()
    phone.page.get_by_text("Webhook deleted.").wait_for()
    expect(phone.page.get_by_role("button", name=re.compile("^Manage "))).to_have_count(0)
    assert ada.errors == phone.errors == []
    check.assert_no_findings()


def open_history(who: Person) -> Locator:
    who.button("Room options").click()
    who.page.get_by_role("menuitem", name="History and sync").click()
    dialog = who.page.get_by_role("dialog", name="History and sync")
    dialog.wait_for()
    return dialog


def downloaded(who: Person, dialog: Locator) -> str:
    with who.page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    return Path(download.value.path()).read_text()


def shows(who: Person, text: str) -> None:
    """Waits until the history, opened again, has the sentence: the relay reports a few seconds later."""

    def found() -> bool:
        dialog = open_history(who)
        dialog.get_by_label("What happened, newest first").or_(dialog.get_by_text("Nothing here yet.")).first.wait_for()
        present = dialog.get_by_text(text).count() > 0
        if not present:
            who.page.keyboard.press("Escape")
            dialog.wait_for(state="hidden")
        return present

    eventually(f"the history says “{text}”", found, within_s=30)


def test_who_did_what_and_how_closely_everyone_followed(home: Home, meet: Meet) -> None:
    """The host reads, filters and downloads the history and the sync report; a co-host on a phone reads both, and other
    guests have no such entry.
    """
    check, host, phone = ScreenCheck(), meet("Ada"), meet("Max", phone=True)
    link = create_room(host, copyable())
    join(phone, link, name="Max")
    for who in (host, phone):
        wait_for_room(who)
        wait_for_film(who)
    phone.button("Room options").click()
    expect(phone.page.get_by_role("menuitem", name="History and sync")).to_have_count(0)
    phone.page.keyboard.press("Escape")

    press(host, "k")
    all_play([host, phone])
    press(host, "k")
    all_paused([host, phone])
    menu_of(host, "Max", "Make co-host")

    shows(host, "paused at")
    dialog = host.page.get_by_role("dialog", name="History and sync")
    dialog.get_by_text("Max joined").wait_for()
    dialog.get_by_text(re.compile("pressed play at 0:0")).first.wait_for()
    check.screen(host, "room-history")
    host.page.emulate_media(color_scheme="dark")
    check.screen(host, "room-history-dark")
    dialog.get_by_label("Show").click()
    host.page.get_by_role("option", name="People").click()
    expect(dialog.get_by_text("paused at")).to_have_count(0)
    lines = downloaded(host, dialog).splitlines()
    assert lines[0] == "time,what,kind,by"
    assert any("Max joined,joined," in line for line in lines)
    assert not any(",pause," in line for line in lines)

    on_phone = open_history(phone)
    on_phone.get_by_text("paused at").first.wait_for()
    check.screen(phone, "room-history-phone")
    on_phone.get_by_role("tab", name="Sync").click()
    on_phone.get_by_text(re.compile("Nothing yet|off, at most")).wait_for()
    check.screen(phone, "room-sync-phone")
    assert host.errors == phone.errors == []
    check.assert_no_findings()

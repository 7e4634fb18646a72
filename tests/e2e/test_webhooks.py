"""Webhooks on the account page: what an integrator needs, on a desktop and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.home import Home
from e2e.people import Person
from e2e.screens import ScreenCheck
from e2e.test_screens import PASSWORD, set_up
from fakes.integrator import Integrator, integrator


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
    phone.page.get_by_role("switch", name="Active").click()
    phone.page.get_by_text("What happens while it’s paused isn’t sent later.").wait_for()
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

"""An admin adds a passkey and an authenticator app, signs in with each, and confirms before removing one.

Chromium's virtual authenticator answers (https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/).
"""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pyotp
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.home import Home
from e2e.people import Person
from e2e.screens import ScreenCheck
from e2e.test_screens import PASSWORD, set_up
from watchparty.data_folder import DataFolder


def with_authenticator(person: Person) -> None:
    """The browser has a built-in authenticator that recognises its user."""
    devtools = person.context.new_cdp_session(person.page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    verified = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **verified}})


def press(person: Person, name: str) -> None:
    """Without a mouse."""
    person.button(name).focus()
    person.page.keyboard.press("Enter")


def sign_out(person: Person) -> None:
    person.page.get_by_role("button", name="Ada’s account").press("Enter")
    person.page.get_by_role("menuitem", name="Sign out").press("Enter")
    person.page.get_by_role("button", name="Ada’s account").wait_for(state="detached")


def test_second_factors_by_keyboard(home: Home, meet: Meet) -> None:
    """Passkey, authenticator app, second step, and the question before a factor is removed."""
    check, ada = ScreenCheck(), meet("Ada", site=f"http://localhost:{home.port}")
    with_authenticator(ada)
    set_up(check, ada, home)
    ada.open("/account")
    press(ada, "Add passkey")
    expect(ada.page.get_by_role("dialog", name="Your recovery codes").get_by_role("listitem")).to_have_count(10)
    check.screen(ada, "recovery-codes")
    press(ada, "I’ve saved them")
    expect(ada.page.get_by_text("10 left")).to_be_visible()
    check.screen(ada, "sign-in-and-security")
    replaced: list[str] = []
    ada.page.on("requestfinished", lambda request: replaced.append(request.url) if "recovery" in request.url else None)
    ada.button("Replace").dblclick()
    expect(ada.page.get_by_role("dialog", name="Your recovery codes")).to_be_visible()
    press(ada, "I’ve saved them")
    expect(ada.page.get_by_text("10 left")).to_be_visible()
    expect(ada.button("Replace")).to_be_focused()  # it returns there, and what is pressed before that is Replace
    assert len(replaced) == 1, "a double click replaces the codes once: the second answer would make the first void"
    press(ada, "Add authenticator app")
    app = pyotp.TOTP(ada.page.get_by_role("dialog").locator("code").inner_text())
    check.screen(ada, "authenticator-app")
    ada.page.get_by_label("Code", exact=True).fill(app.now())
    ada.page.keyboard.press("Enter")
    expect(ada.button("Remove app")).to_be_visible()

    sign_out(ada)
    ada.open("/login?next=/account")
    check.screen(ada, "login-with-passkey")
    press(ada, "Sign in with a passkey")
    expect(ada.button("Remove app")).to_be_visible()

    sign_out(ada)
    ada.open("/login?next=/account")
    ada.page.get_by_label("Email").fill("ada@example.org")
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.page.keyboard.press("Enter")
    press(ada, "Use your authenticator app")
    check.screen(ada, "second-step")
    code = app.at(int(datetime.now(UTC).timestamp()) + 30)  # the next one: the current one confirmed the app
    ada.page.get_by_label("Code", exact=True).fill(code)
    ada.page.keyboard.press("Enter")
    expect(ada.button("Remove app")).to_be_visible()

    with closing(sqlite3.connect(DataFolder(home.data).database)) as database, database:
        database.execute("UPDATE session SET proved_at = NULL")  # as if ten minutes had passed
    press(ada, "Remove app")
    dialog = ada.page.get_by_role("dialog", name="Confirm it’s you")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Use a passkey")).to_be_focused()
    check.screen(ada, "step-up")
    ada.page.keyboard.press("Escape")
    expect(ada.button("Remove app")).to_be_focused()
    ada.page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Use a passkey").press("Enter")
    expect(ada.button("Remove app")).to_have_count(0)
    expect(dialog).to_have_count(0)
    assert ada.errors == []
    check.assert_no_findings()


def test_a_plain_address_says_why_there_are_no_passkeys(home: Home, meet: Meet) -> None:
    """At a number instead of a name one sentence says so, and the app can still be added."""
    ada = meet("Ada")
    set_up(ScreenCheck(), ada, home)
    ada.open("/account")
    expect(ada.page.get_by_text(re.compile("only at a name, not at a number"))).to_be_visible()
    expect(ada.button("Add passkey")).to_be_disabled()
    expect(ada.button("Add authenticator app")).to_be_enabled()

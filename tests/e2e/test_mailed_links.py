"""Links in mails, from the mailbox to their effect."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.home import Home
from e2e.party import create_room, join, wait_for_room
from e2e.screens import ScreenCheck
from fakes.google.emulators import free_port
from fakes.smtp_server import Postbox, smtp_server
from fakes.waiting import eventually

PASSWORD = "correct horse battery"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def mailing(postbox: Postbox, tmp_path: Path) -> Iterator[Home]:
    """A site that sends mail, with one account."""
    port = free_port()
    settings = {
        "WATCHPARTY_SMTP_URL": f"smtp://127.0.0.1:{postbox.port}",
        "WATCHPARTY_MAIL_FROM": "film@watch.example",
        "WATCHPARTY_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    running = Home(tmp_path / "mailing", port=port, **settings)
    create = ["admin", "create-account", "--data", str(running.data), "--password", PASSWORD]
    subprocess.run([sys.executable, "-m", "watchparty", *create, "--email", "ana@example.org"], check=True)
    yield running
    running.stop()


def test_a_mailed_link_confirms_a_new_address(mailing: Home, postbox: Postbox, meet: Meet) -> None:
    """Opened without being signed in, one click confirms the account's new address."""
    api, site = f"{mailing.url}/api/v1", {"Origin": mailing.url}
    login = {"email": "ana@example.org", "password": PASSWORD}
    token = httpx2.post(f"{api}/auth/login", json=login, headers=site).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    change = {"email": "ana@new.example", "current_password": PASSWORD}
    assert httpx2.patch(f"{api}/auth/me", json=change, headers=bearer).json()["email_verified"] is False
    mail = eventually("the mail is there", lambda: postbox.mails[-1:])[0]
    (link,) = re.findall(r"http\S+", mail.get_content())
    parts = urlsplit(link)
    ana = meet("Ana", site=mailing.url)
    ana.open(f"{parts.path}#{parts.fragment}")
    ana.button("Confirm").click()
    ana.page.get_by_role("heading", name="Email confirmed").wait_for()
    assert httpx2.get(f"{api}/auth/me", headers=bearer).json()["email_verified"] is True


def test_an_invitation_is_mailed_used_and_revoked(mailing: Home, postbox: Postbox, meet: Meet) -> None:
    """The link of the mail admits a co-host to a closed room, the list says who came by it, and a revoked link admits
    no one."""
    check = ScreenCheck()
    ana = meet("Ana", site=mailing.url)
    ana.open("/login")
    ana.page.get_by_label("Email").fill("ana@example.org")
    ana.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ana.button("Sign in").click()
    ana.page.get_by_role("button", name=re.compile("account$")).wait_for()
    link = create_room(ana, access="Invited people only")

    ana.button("Invite").click()
    sheet = ana.page.get_by_role("dialog", name="Invite friends")
    sheet.get_by_label("Role").click()
    ana.page.get_by_role("option", name="Co-host").click()
    sheet.get_by_label("Send by email").fill("max@example.org")
    sheet.get_by_role("button", name="Create invitation").click()
    sheet.get_by_text("Sent to max@example.org.").wait_for()
    sheet.get_by_role("img", name="QR code of the personal invitation").wait_for()
    check.screen(ana, "invitations")
    ana.page.emulate_media(color_scheme="light")
    check.screen(ana, "invitations-light")
    mail = eventually("the mail is there", lambda: postbox.mails[-1:], within_s=30)[0]
    (mailed,) = re.findall(r"http\S+", mail.get_content())

    max_ = meet("Max", phone=True, site=mailing.url)
    join(max_, mailed, name="Max")
    wait_for_room(max_)
    max_.button("Invite").click()
    theirs = max_.page.get_by_role("dialog", name="Invite friends")
    theirs.get_by_text("Joined: Max").wait_for()
    check.screen(max_, "invitations-phone")
    theirs.get_by_role("button", name="Create invitation").click()
    field = theirs.get_by_label("Personal invitation link")
    unused = field.input_value()
    assert unused.startswith(f"{link}#invite=")

    ana.page.keyboard.press("Escape")
    ana.button("Invite").click()
    invitations = sheet.get_by_role("list", name="Invitations").get_by_role("listitem")
    expect(invitations).to_have_count(2)
    invitations.filter(has_text="max@example.org").get_by_text("Co-host · 1 of 1 used").wait_for()
    invitations.filter(has_text="not used").or_(invitations.filter(has_text="0 of 1")).get_by_role("button").click()
    expect(invitations).to_have_count(1)
    lea = meet("Lea", site=mailing.url)
    join(lea, unused, name="Lea")
    lea.page.get_by_text("Invite-only room").wait_for()
    assert ana.errors == max_.errors == lea.errors == []
    check.assert_no_findings()

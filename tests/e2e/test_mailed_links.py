"""Links in mails, from the mailbox to their effect."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from e2e.conftest import Meet
from e2e.home import Home
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

"""A site whose accounts are Identity Platform's, from the page to our session: Google's library in a real browser.

The server is the one of a single Cloud Run service. What the library asks Google for is answered here, by the words of
its REST reference (`fakes/identity_accounts.py`); the tokens are verified by firebase-admin as in the cloud.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Playwright, Route

from e2e.people import Person, browser_of
from e2e.screens import Judge
from fakes.function_ports import MemoryObjects, RecordingJobs
from fakes.identity_accounts import IdentityAccounts
from fakes.identity_provider import PROJECT, identity_provider
from fakes.local_server import serving_app
from fakes.waiting import eventually
from watchparty.bootstrap import build_on_cloud_run
from watchparty_api.config import Config
from watchparty_api.records import WorkspaceSettings
from watchparty_api.services import Services

BOSS = "boss@example.org"
PASSWORD = "nine green bottles"
API_KEY = "the-key-of-the-page"


@dataclass
class Site:
    services: Services
    accounts: IdentityAccounts
    ada: Person

    def open_registration(self) -> None:
        store = self.services.store
        settings = store.get(WorkspaceSettings, "settings")
        opened = settings or WorkspaceSettings(id="settings", created_at=self.services.now())
        opened = replace(opened, registration="open")
        if settings:
            store.replace(opened)
        else:
            store.create(opened)

    def fill(self, path: str, **fields: str) -> None:
        self.ada.open(path)
        for label, text in fields.items():
            self.ada.page.get_by_label(re.compile(label, re.IGNORECASE)).first.fill(text)


@pytest.fixture
def site(playwright: Playwright, tmp_path: Path) -> Iterator[Site]:
    config = Config(
        public_url=None,
        store_url=f"sqlite:///{tmp_path / 'site.db'}",
        keys_dir=str(tmp_path / "keys"),
        identity="identity_platform",
        identity_project=PROJECT,
        identity_api_key=API_KEY,
        first_admin=BOSS,
    )
    with identity_provider() as provider:
        home = build_on_cloud_run(config, jobs=RecordingJobs(), objects=MemoryObjects())
        vars(home.services.identity_provider)["app"] = (
            provider.platform.app
        )  # believes this provider's key, as the cloud Google's
        accounts = IdentityAccounts(provider)
        with serving_app(home.app) as host, browser_of(playwright, "Ada", tmp_path, f"http://{host}") as ada:
            ada.context.route(re.compile("^https://"), lambda route: _answer(accounts, route))
            yield Site(home.services, accounts, ada)


def _answer(accounts: IdentityAccounts, route: Route) -> None:
    """As Google would, to whoever shows the page's key."""
    request, allowed = route.request, {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    if request.method == "OPTIONS":
        return route.fulfill(status=204, headers=allowed)
    assert f"key={API_KEY}" in request.url
    text = request.post_data or ""
    body: dict[str, Any] = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    status, answer = accounts.answer(request.url, body)
    return route.fulfill(status=status, json=answer, headers=allowed)


def test_an_account_is_made_confirmed_and_signed_in_to(site: Site) -> None:
    """Registered by one mail; the password is Google's to know, the session ours; a wrong password is a sentence."""
    site.open_registration()
    ada, judge = site.ada, Judge()
    site.fill("/register", name="Ada", mail="ada@example.org", password=PASSWORD)
    judge.look(ada, "identity-register")
    ada.button("Create account").click()
    ada.page.get_by_role("button", name="Ada’s account").wait_for()
    ada.page.get_by_text("to confirm your address").wait_for()
    assert site.accounts.mails == [("VERIFY_EMAIL", "ada@example.org")]

    ada.open("/account")
    ada.page.get_by_role("heading", name="Devices").wait_for()
    assert ada.page.get_by_role("heading", name="Password").count() == 0
    ada.page.reload()
    ada.page.get_by_role("button", name="Ada’s account").wait_for()

    ada.context.clear_cookies()
    ada.page.evaluate("localStorage.clear()")
    site.fill("/login", mail="ada@example.org", password="not hers")
    ada.button("Sign in").click()
    ada.page.get_by_text("Wrong email or password").wait_for()
    judge.look(ada, "identity-wrong-password")
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.button("Sign in").click()
    ada.page.get_by_role("button", name="Ada’s account").wait_for()
    kept = ada.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "eyJ" not in kept, "no token is kept where a script could find it later"
    assert ada.errors == []


def test_the_first_administrator_confirms_the_address_and_comes_in(site: Site) -> None:
    """By invitation is for everybody else; before the address is confirmed there is a mail and no way in."""
    boss = site.ada
    site.fill("/register", name="Bo", mail=BOSS, password=PASSWORD)
    Judge().look(boss, "identity-by-invitation")
    boss.button("Create account").click()
    boss.page.get_by_text("to confirm your address").wait_for()
    Judge().look(boss, "identity-confirm")
    assert site.accounts.mails == [("VERIFY_EMAIL", BOSS)]
    site.accounts.people[BOSS].verified = True
    site.fill("/login", mail=BOSS, password=PASSWORD)
    boss.button("Sign in").click()
    boss.page.get_by_role("button", name="Bo’s account").wait_for()
    boss.open("/admin")
    boss.page.get_by_role("heading", name="Admin", exact=True).wait_for()


def test_a_forgotten_password_is_a_mail(site: Site) -> None:
    """Google sends it, and its page takes the new password."""
    site.fill("/reset", mail="ada@example.org")
    site.ada.button("Send link").click()
    site.ada.page.get_by_role("heading", name="Check your email").wait_for()
    eventually("the mail was asked for", lambda: site.accounts.mails == [("PASSWORD_RESET", "ada@example.org")])

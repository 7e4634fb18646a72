"""A site with Identity Platform accounts, from the page to the session, with Google's library in a real browser.

The server is the single Cloud Run service. A fake answers the library's requests to Google according to the REST
reference (`fakes/google/identity_accounts.py`); firebase-admin verifies the tokens as in the cloud.
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
from e2e.screens import ScreenCheck
from fakes.function_ports import MemoryObjects, RecordingJobs
from fakes.google.identity_accounts import IdentityAccounts
from fakes.google.identity_provider import PROJECT, identity_provider
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
        )  # trusts this provider's key, as the cloud trusts Google's
        accounts = IdentityAccounts(provider)
        with serving_app(home.app) as host, browser_of(playwright, "Ada", tmp_path, f"http://{host}") as ada:
            ada.context.route(re.compile("^https://"), lambda route: _answer(accounts, route))
            yield Site(home.services, accounts, ada)


def _answer(accounts: IdentityAccounts, route: Route) -> None:
    """Answers as Google would, to requests with the page's key."""
    request, allowed = route.request, {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    if request.method == "OPTIONS":
        return route.fulfill(status=204, headers=allowed)
    assert f"key={API_KEY}" in request.url
    text = request.post_data or ""
    body: dict[str, Any] = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    status, answer = accounts.answer(request.url, body)
    return route.fulfill(status=status, json=answer, headers=allowed)


def test_registering_confirming_and_signing_in(site: Site) -> None:
    """Registering sends one mail; only Google knows the password; a wrong one gives a sentence; no token is stored."""
    site.open_registration()
    ada, check = site.ada, ScreenCheck()
    site.fill("/register", name="Ada", mail="ada@example.org", password=PASSWORD)
    check.screen(ada, "identity-register")
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
    check.screen(ada, "identity-wrong-password")
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.button("Sign in").click()
    ada.page.get_by_role("button", name="Ada’s account").wait_for()
    stored = ada.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "eyJ" not in stored, "no token is stored where scripts can read it"
    assert ada.errors == []


def test_the_first_administrator_confirms_the_address_and_signs_in(site: Site) -> None:
    """The administrator needs no invitation, but must confirm the address before signing in."""
    boss = site.ada
    site.fill("/register", name="Bo", mail=BOSS, password=PASSWORD)
    ScreenCheck().screen(boss, "identity-by-invitation")
    boss.button("Create account").click()
    boss.page.get_by_text("to confirm your address").wait_for()
    ScreenCheck().screen(boss, "identity-confirm")
    assert site.accounts.mails == [("VERIFY_EMAIL", BOSS)]
    site.accounts.people[BOSS].verified = True
    site.fill("/login", mail=BOSS, password=PASSWORD)
    boss.button("Sign in").click()
    boss.page.get_by_role("button", name="Bo’s account").wait_for()
    boss.open("/admin")
    boss.page.get_by_role("heading", name="Admin", exact=True).wait_for()


def test_a_forgotten_password_sends_a_mail(site: Site) -> None:
    """Google sends the mail, and its page accepts the new password."""
    site.fill("/reset", mail="ada@example.org")
    site.ada.button("Send link").click()
    site.ada.page.get_by_role("heading", name="Check your email").wait_for()
    eventually("the mail was requested", lambda: site.accounts.mails == [("PASSWORD_RESET", "ada@example.org")])

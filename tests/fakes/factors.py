"""A site where passkeys work, and people on it who sign in with passwords, passkeys and codes."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyotp
from httpx2 import Response
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from fakes.authenticator import Authenticator
from watchparty_api.accounts.creation import create_account
from watchparty_api.records import Account

SECURE_SITE = "https://watch.test"
PASSWORD = "correct horse"


@dataclass
class Visitor:
    """A browser of one person, with its own cookies and network address."""

    api: ApiHarness
    email: str
    client: TestClient
    token: str = ""
    recovery_codes: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def password(self, password: str = PASSWORD) -> Response:
        """Sends the password; keeps the access token if that signs in."""
        return self._signed_in(self.client.post("/api/v1/auth/login", json=self._credentials(password)))

    def refresh(self) -> None:
        """Renews the access token, which lives for 15 minutes."""
        self._signed_in(self.client.post("/api/v1/auth/refresh", json={}))

    def second_step(self, ticket: str, **proof: Any) -> Response:
        return self._signed_in(self.client.post("/api/v1/auth/second-step", json={"ticket": ticket, **proof}))

    def options(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        options: dict[str, Any] = answer.json()["public_key"]
        return options

    def add_passkey(self, device: Authenticator, **facts: Any) -> Response:
        credential = device.create(self.options("/auth/me/passkeys/challenge"), **facts)
        return self._kept(self.call("POST", "/auth/me/passkeys", {"name": "Phone", "credential": credential}))

    def passkey(self, device: Authenticator, **facts: Any) -> Response:
        """Signs in with a passkey alone."""
        credential = device.sign(self.options("/auth/passkey/challenge", {}), **facts)
        return self._signed_in(self.client.post("/api/v1/auth/passkey", json={"credential": credential}))

    def add_app(self) -> pyotp.TOTP:
        """Adds an authenticator app, and waits for its next code."""
        app = pyotp.TOTP(self.call("POST", "/auth/me/authenticator").json()["secret"])
        answer = self.call("POST", "/auth/me/authenticator/confirm", {"code": app.at(self.api.clock())})
        assert self._kept(answer).status_code == 200, answer.text
        self.api.clock.advance(seconds=30)
        return app

    def _credentials(self, password: str) -> dict[str, str]:
        return {"email": self.email, "password": password}

    def _signed_in(self, answer: Response) -> Response:
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def _kept(self, answer: Response) -> Response:
        if answer.is_success:
            self.recovery_codes = answer.json()["recovery_codes"] or self.recovery_codes
        return answer


def browser(api: ApiHarness, email: str, *, address: str = "192.0.2.1") -> Visitor:
    """Another browser of the account `email`, not signed in."""
    client = TestClient(api.app, base_url=SECURE_SITE, headers={"Origin": SECURE_SITE}, client=(address, 50000))
    return Visitor(api, email, client)


def signed_in(api: ApiHarness, name: str = "ana", **fields: Any) -> Visitor:
    """A new account, signed in with its password."""
    create_account(api.services, email=f"{name}@example.org", password=PASSWORD, display_name=name.title(), **fields)
    visitor = browser(api, f"{name}@example.org")
    assert visitor.password().status_code == 200
    return visitor


def account_of(visitor: Visitor) -> Account:
    """The visitor's account, as stored."""
    id_ = visitor.call("GET", "/auth/me").json()["id"]
    account = visitor.api.services.store.get(Account, id_)
    assert account is not None
    return account


LONG_AGO = timedelta(minutes=10)
"""After this time a proof no longer allows destructive acts."""

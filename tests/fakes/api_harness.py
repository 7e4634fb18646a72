"""A complete API for a test: SQLite in a file, a stepped clock, recording ports, and signed-in accounts.

The fixture `api` (functions/conftest.py) provides one; `api.client` calls it as the site's page would.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

from fastapi import FastAPI
from starlette.testclient import TestClient

from fakes.clock import SteppedClock
from fakes.function_ports import MemoryObjects, RecordingDeliveryQueue, RecordingJobs, RecordingMailer, RecordingRelay
from watchparty_api.bootstrap import build_services, routers
from watchparty_api.config import Config
from watchparty_api.records import Account, Session
from watchparty_api.services import Services
from watchparty_api.web.http import create_app

SITE = "http://watch.test"
GRANT_LIFE = timedelta(seconds=Config.grant_life_s)


@dataclass(frozen=True)
class Person:
    """A signed-in account; requests with its `headers` are made on its behalf."""

    account: Account
    session_id: str
    access_token: str

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


def build_harness(config: Config, clock: SteppedClock | None = None, *, mail_delivers: bool = True) -> "ApiHarness":
    """The functions of `config`, with recording ports. The caller closes `services.store`."""
    clock = clock or SteppedClock()
    relay, jobs, objects, mail = (
        RecordingRelay(), RecordingJobs(), MemoryObjects(), RecordingMailer(delivers=mail_delivers)
    )  # fmt: skip
    services = build_services(
        config,
        relay=relay,
        jobs=jobs,
        objects=objects,
        mail=mail,
        delivery_queue=RecordingDeliveryQueue(),
        now=clock,
        monotonic_s=clock.monotonic_s,
    )
    return ApiHarness(services, clock, relay, jobs, objects, mail)


@dataclass
class ApiHarness:
    services: Services
    clock: SteppedClock
    relay: RecordingRelay
    jobs: RecordingJobs
    objects: MemoryObjects
    mail: RecordingMailer

    @cached_property
    def app(self) -> FastAPI:
        return create_app(self.services, routers())

    @cached_property
    def client(self) -> TestClient:
        return self.new_client()

    def new_client(self) -> TestClient:
        """Another browser, with its own cookies and the Origin of the site."""
        return TestClient(self.app, base_url=SITE, headers={"Origin": SITE}, raise_server_exceptions=False)

    def person(self, name: str = "Ana", *, role: Literal["admin", "user"] = "user", **fields: Any) -> Person:
        """Creates a signed-in account without registration, because argon2 is slow by design."""
        now, id_ = self.clock(), secrets.token_urlsafe(9)
        account = Account(
            id=id_,
            created_at=now,
            **{"email": f"{id_.lower()}@example.org", "display_name": name, "role": role, **fields},
        )
        return self.sign_in(self.services.store.create(account))

    def sign_in(self, account: Account) -> Person:
        """Creates a session of an account."""
        now = self.clock()
        session = Session(
            id=secrets.token_urlsafe(9),
            created_at=now,
            account_id=account.id,
            current_hash="-",
            expires_at=now + timedelta(days=30),
            last_used_at=now,
            proved_at=now,
        )
        self.services.store.create(session)
        return Person(account, session.id, self.services.tokens.access_token(account, session.id, now))

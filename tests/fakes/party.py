"""A host with a room, browsers with their own cookies and tokens, and films in the store."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness, Person
from watchparty_api.records import Video


@dataclass
class Browser:
    """A browser, signed in as `person`, or used by a guest who sends a join token after joining."""

    api: ApiHarness
    person: Person | None = None
    client: TestClient = field(init=False)
    join_token: str | None = None
    participant_id: str = ""

    def __post_init__(self) -> None:
        self.client = self.api.new_client()

    @property
    def headers(self) -> dict[str, str]:
        if self.person is not None:
            return self.person.headers
        return {"Authorization": f"Bearer {self.join_token}"} if self.join_token else {}

    def ask(self, method: str, path: str, body: Any = None) -> Response:
        """Calls /api/v1 as the page does."""
        return self.client.request(method, f"/api/v1{path}", json=body, headers=self.headers)

    def join(self, room_id: str, **body: Any) -> Response:
        """Joins the room and stores the token and participant id."""
        headers = self.person.headers if self.person else {}
        return self._keep(self.client.post(f"/api/v1/rooms/{room_id}/join", json=body, headers=headers))

    def renew(self, room_id: str) -> Response:
        """Renews as the page does, with the current token and the cookie."""
        return self._keep(self.ask("POST", f"/rooms/{room_id}/join/renew", {}))

    def _keep(self, answer: Response) -> Response:
        if answer.status_code in (200, 202):
            connection = answer.json()["connection"]
            self.join_token, self.participant_id = connection["join_token"], connection["participant_id"]
        return answer


@dataclass
class Party:
    """A room and its host."""

    api: ApiHarness
    host: Browser
    room: dict[str, Any]

    @property
    def owner(self) -> Person:
        assert self.host.person is not None
        return self.host.person

    @property
    def id(self) -> str:
        room_id: str = self.room["id"]
        return room_id

    @property
    def host_id(self) -> str:
        participant_id: str = self.room["you"]["participant_id"]
        return participant_id

    def path(self, rest: str = "") -> str:
        return f"/rooms/{self.id}{rest}"

    def guest(self, name: str | None = None, **body: Any) -> Browser:
        """A new browser without an account that has requested to join."""
        browser = Browser(self.api)
        browser.join(self.id, **({"display_name": name} if name else {}), **body)
        return browser

    def guest_status(self, name: str) -> int:
        """Lets one more guest join; returns the HTTP status."""
        return Browser(self.api).join(self.id, display_name=name).status_code

    def member(self, name: str, role: str = "viewer") -> Browser:
        """An account that has joined (and was admitted if the room requires it) and has the given role."""
        browser = Browser(self.api, self.api.person(name))
        answer = browser.join(self.id)
        if answer.status_code == 202:
            waiting = self.path(f"/join-requests/{answer.json()['request_id']}")
            assert self.host.ask("POST", waiting, {"decision": "admit"}).status_code == 200
        if role != "viewer":
            answer = self.host.ask("PATCH", self.path(f"/members/{browser.participant_id}"), {"role": role})
            assert answer.status_code == 200, answer.text
        return browser

    def notices(self) -> list[str]:
        """The kinds of the notices about this room that the relay received."""
        return self.api.relay.kinds(self.id)


def party(api: ApiHarness, **room: Any) -> Party:
    """A room that belongs to a new account."""
    host = Browser(api, api.person("Sofie Sand"))
    answer = host.ask("POST", "/rooms", room)
    assert answer.status_code == 201, answer.text
    return Party(api, host, answer.json())


def film(api: ApiHarness, owner: Person, **fields: Any) -> Video:
    """A playable film, unless `fields` say otherwise."""
    now = api.clock()
    facts: dict[str, Any] = {
        "title": "Nosferatu",
        "status": "ready",
        "progress": 1.0,
        "playable": True,
        "duration_s": 5400.0,
        "playable_s": 5400.0,
        "generation": "1700000000000000",
        "poster": "poster.jpg",
        "filename": "nosferatu 1922.mkv",
    }
    video = Video(
        id=secrets.token_urlsafe(9),
        created_at=now,
        owner_id=owner.id,
        updated_at=now,
        **(facts | fields),
    )
    return api.services.store.create(video)

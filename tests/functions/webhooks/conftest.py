"""An integrator's server, and an account with a webhook for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from fakes.api_harness import ApiHarness, Person
from fakes.integrator import Integrator, integrator


@pytest.fixture
def listener() -> Iterator[Integrator]:
    with integrator() as it:
        yield it


@pytest.fixture
def owner(api: ApiHarness) -> Person:
    return api.person("Ines")


@pytest.fixture
def webhook(api: ApiHarness, owner: Person, listener: Integrator) -> dict[str, Any]:
    """A webhook that subscribes to every event."""
    events = ["room.started", "room.ended", "participant.joined", "participant.left", "video.ready", "video.failed"]
    answer = api.client.post("/api/v1/webhooks", json={"url": listener.url, "events": events}, headers=owner.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made

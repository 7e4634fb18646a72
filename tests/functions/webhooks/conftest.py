"""An integrator's server, and an account with a webhook for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from fakes.house import House, Person
from fakes.integrator import Integrator, integrator


@pytest.fixture
def listener() -> Iterator[Integrator]:
    with integrator() as it:
        yield it


@pytest.fixture
def owner(house: House) -> Person:
    return house.person("Ines")


@pytest.fixture
def webhook(house: House, owner: Person, listener: Integrator) -> dict[str, Any]:
    """A webhook that subscribes to every event."""
    events = ["room.started", "room.ended", "participant.joined", "participant.left", "video.ready", "video.failed"]
    answer = house.client.post("/api/v1/webhooks", json={"url": listener.url, "events": events}, headers=owner.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made

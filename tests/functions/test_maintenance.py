"""The round that Cloud Scheduler asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fakes.house import House
from fakes.party import party
from fakes.transcode_events import waiting_video
from watchparty_api.maintenance import sweep_all
from watchparty_api.records import Video
from watchparty_api.store.queries import NOTICES_BY_DUE


def test_what_got_lost_is_told_and_what_is_stuck_begins_again(house: House) -> None:
    """A notice that the relay missed, and a run that nobody could start."""
    here = party(house)
    house.relay.reachable = False
    assert here.host.ask("PATCH", here.path(), {"chat": False}).status_code == 200
    house.services.store.create(waiting_video(heard_at=None))
    house.relay.reachable = True
    house.clock.advance(seconds=10)
    sweep_all(house.services)
    assert here.notices() == ["settings"]
    assert house.services.store.query(NOTICES_BY_DUE).items == ()
    assert house.jobs.launched == [("v1", waiting_video().generation, 1)]


def test_one_chore_that_fails_keeps_no_other_from_its_turn(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Transcodes come after the notices, and begin although those could not be read."""
    house.services.store.create(waiting_video(heard_at=None))

    class Broken:
        def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
            raise RuntimeError("broken")

    here = party(house)
    house.relay.reachable = False
    here.host.ask("PATCH", here.path(), {"chat": False})
    house.clock.advance(seconds=10)
    sweep_all(replace(house.services, relay=Broken()))
    assert "could not deliver notices" in caplog.text
    video = house.services.store.get(Video, "v1")
    assert video is not None
    assert video.heard_at == house.clock()
    assert len(house.jobs.launched) == 1

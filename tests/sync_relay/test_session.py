"""One connection's conversation, from its hello to its close code."""

from __future__ import annotations

import pytest

from fakes.relay_house import RelayHouse

pytestmark = pytest.mark.anyio


async def test_a_hello_is_answered_with_the_whole_room(house: RelayHouse) -> None:
    """C1: welcome carries who you are, the clock, the people, the log, the limits and the name of the clock."""
    host = await house.host()
    welcome = host.last("welcome")
    assert welcome["you"] == {
        "participant_id": "host",
        "role": "host",
        "name": "Hanna",
        "ctl": None,
        "muted": False,
        "can_control": True,
        "can_chat": True,
        "can_moderate": True,
    }
    assert welcome["state"]["mode"] == "paused"
    assert welcome["state"]["video_id"] == "film"
    assert welcome["people"]["total"] == 1
    assert (welcome["log"], welcome["complete"], welcome["reason"]) == ([], False, "new")
    assert welcome["clk"] == house.relay.clock_name


async def test_play_reaches_everybody_as_one_state(house: RelayHouse) -> None:
    """K1: a command becomes one state, the same for all, that takes effect ahead of now."""
    host, viewer = await house.host(), await house.join("ana")
    answer = await host.cmd("play")
    state = await viewer.next("state")
    assert answer == {"t": "ack", "cid": answer["cid"], "rev": state["rev"]}
    assert state == host.last("state")
    assert (state["mode"], state["cause"]) == ("playing", {"cmd": "play", "by": "host"})
    assert state["t0_ms"] > house.relay.now_ms()

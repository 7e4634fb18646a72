"""How changes of the clock become states, and when the relay's own proposals apply."""

import pytest
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Command
from watchparty_relay.protocol.values import Control, Media, Operation, Role, Settings, Wait
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import Decision, HoldFor, PauseEmptyRoom, Request
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0
FILM = Media(video_id="film", mrev=1, duration_s=100.0, playable_s=100.0)
SETTINGS = Settings(rev=1, control=Control.MODERATORS, chat=True, wait=Wait(), slow_s=0.0, capacity=50)


def room() -> Room:
    clock = playback.opening_clock(FILM, None, NOW)
    members = {"host": Member(mver=1, role=Role.HOST, name="Hanna", seen_ms=NOW)}
    return replace(new_room("room", now_ms=NOW), clock=clock, settings=SETTINGS, members=members)


@pytest.mark.parametrize("change", [HoldFor(7, ("viewer",), NOW + 1, 200.0), PauseEmptyRoom(7, NOW)])
def test_a_proposal_for_another_rev_changes_nothing(change: HoldFor | PauseEmptyRoom) -> None:
    """K2: the clock has changed since it was made."""
    playing = decide(room(), Request("host", Command("c", Operation.PLAY, 1), 200.0), now_ms=NOW).room
    assert decide(playing, change, now_ms=NOW + 5000) == Decision(playing)


def test_every_change_of_the_clock_is_one_complete_state() -> None:
    """K1: clients never have to combine several messages."""
    decision = decide(room(), Request("host", Command("c", Operation.SEEK, 1, pos_s=50.0), 200.0), now_ms=NOW)
    (state,) = decision.events
    assert state == playback.state_message(decision.room.clock, epoch=decision.room.epoch, now_ms=NOW)

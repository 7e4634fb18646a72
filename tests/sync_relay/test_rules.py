"""Who may do what: every role against every command, under every setting."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from watchparty_relay import playback
from watchparty_relay.changes import Asked, ControlLent, Decision, HoldFor, Lend, Operate, Retract, Say, Vacate, Wipe
from watchparty_relay.protocol import Ack, Chat, Clear, Command, Delete, Nack
from watchparty_relay.room import Member, Room, new_room, you
from watchparty_relay.rules import decide
from watchparty_relay.vocabulary import Control, Media, Mode, NackCode, Operation, Role, Settings, Wait

NOW = 1_000_000.0
FILM = Media(video_id="film", mrev=1, duration_s=100.0, playable_s=100.0)
OPEN = Settings(rev=1, control=Control.MODERATORS, chat=True, wait=Wait(), slow_s=0.0, capacity=50)
PEOPLE = {
    "host": Member(mver=1, role=Role.HOST, name="Hanna", seen_ms=NOW),
    "mod": Member(mver=1, role=Role.MODERATOR, name="Mo", seen_ms=NOW),
    "viewer": Member(mver=1, role=Role.VIEWER, name="Vera", seen_ms=NOW),
    "muted": Member(mver=1, role=Role.VIEWER, name="Max", seen_ms=NOW, muted=True),
    "lent": Member(mver=1, role=Role.VIEWER, name="Lena", seen_ms=NOW, ctl=NOW + 1000),
    "over": Member(mver=1, role=Role.VIEWER, name="Otto", seen_ms=NOW, ctl=NOW - 1000),
    "waiting": Member(mver=1, role=Role.WAITING, name="Wim", seen_ms=NOW),
    "removed": Member(mver=1, role=Role.HOST, name="Rita", seen_ms=NOW, removed=True),
}


def room(**settings: object) -> Room:
    clock = playback.opened(FILM, None, NOW)
    return replace(new_room("room", now_ms=NOW), clock=clock, settings=replace(OPEN, **settings), members=PEOPLE)


def answer(asked: Asked, before: Room) -> str:
    """The nack's code, or `ack`."""
    given = decide(before, asked, now_ms=NOW).answer
    return given.code.value if isinstance(given, Nack) else "ack" if isinstance(given, Ack) else "nothing"


def who_gets(before: Room, ask: type[Operate] | type[Say] | type[Wipe]) -> dict[str, str]:
    messages = {Say: Chat("c", "hello"), Wipe: Clear("c")}
    everyone = [*PEOPLE, "stranger"]
    if ask is Operate:
        return {by: answer(Operate(by, Command("c", Operation.PLAY, 1), 200.0), before) for by in everyone}
    return {by: answer(ask(by, messages[ask]), before) for by in everyone}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("control", "may"),
    [
        (Control.HOST, {"host", "lent"}),
        (Control.MODERATORS, {"host", "mod", "lent"}),
        (Control.EVERYONE, {"host", "mod", "viewer", "muted", "lent", "over"}),
    ],
)
def test_who_controls(control: Control, may: set[str]) -> None:
    """A1: by setting, role and delegation, until its instant; the waiting, removed and unknown never."""
    given = who_gets(room(control=control), Operate)
    assert {by for by, got in given.items() if got == "ack"} == may
    assert {got for by, got in given.items() if by not in may} <= {"not_allowed", "waiting"}


def test_who_chats() -> None:
    """A2: everybody in the room who is not muted."""
    assert who_gets(room(), Say) == {
        "host": "ack",
        "mod": "ack",
        "viewer": "ack",
        "muted": "muted",
        "lent": "ack",
        "over": "ack",
        "waiting": "waiting",
        "removed": "muted",
        "stranger": "waiting",
    }


def test_chat_off_is_off_for_everybody() -> None:
    """A2: the host, too: who has something to say turns it on."""
    given = who_gets(room(chat=False), Say)
    assert {given[by] for by in ("host", "mod", "viewer", "muted")} == {"chat_off"}


def test_who_clears() -> None:
    """A2: hosts and moderators."""
    given = who_gets(room(), Wipe)
    assert {by for by, got in given.items() if got == "ack"} == {"host", "mod"}


@pytest.mark.parametrize(
    ("by", "code"),
    [("viewer", "ack"), ("lent", "not_allowed"), ("mod", "ack"), ("host", "ack"), ("waiting", "not_allowed")],
)
def test_who_deletes_a_viewers_line(by: str, code: str) -> None:
    """A2: its author, hosts and moderators."""
    spoken = decide(room(), Say("viewer", Chat("c1", "hello")), now_ms=NOW).room
    assert answer(Retract(by, Delete("c2", spoken.log[0].id)), spoken) == code  # type: ignore[union-attr]


def test_lent_control_is_control_until_it_ends() -> None:
    """P6: and both who gets it and who had it are named, so that they can be told."""
    lent = decide(room(control=Control.HOST), Lend(to="viewer"), now_ms=NOW)
    assert lent.events == (ControlLent(to="viewer", before=None),)
    assert you(lent.room, "viewer", now_ms=NOW).can_control
    ended = decide(lent.room, Lend(to=None), now_ms=NOW)
    assert ended.events == (ControlLent(to=None, before="viewer"),)
    assert not you(ended.room, "viewer", now_ms=NOW).can_control
    assert decide(ended.room, Lend(to=None), now_ms=NOW).events == ()


def test_a_refused_command_says_to_which_rev_to_snap_back() -> None:
    """O1: with the nack."""
    before = room()
    given = decide(before, Operate("viewer", Command("c", Operation.PLAY, 1), 200.0), now_ms=NOW).answer
    assert given == Nack(cid="c", code=NackCode.NOT_ALLOWED, rev=before.clock.rev)


@pytest.mark.parametrize("change", [HoldFor(7, ("viewer",), NOW + 1, 200.0), Vacate(7, NOW)])
def test_proposals_for_another_rev_change_nothing(change: HoldFor | Vacate) -> None:
    """K2: the room has moved on since they were made."""
    playing = decide(room(), Operate("host", Command("c", Operation.PLAY, 1), 200.0), now_ms=NOW).room
    assert decide(playing, change, now_ms=NOW + 5000) == Decision(playing)


def test_every_change_of_the_clock_is_told_as_one_complete_state() -> None:
    """K1: nothing has to be put together from several messages."""
    decision = decide(room(), Operate("host", Command("c", Operation.SEEK, 1, pos_s=50.0), 200.0), now_ms=NOW)
    (state,) = decision.events
    assert state == playback.state_message(decision.room.clock, epoch=decision.room.epoch, now_ms=NOW)
    assert decision.room.clock.mode is Mode.PAUSED

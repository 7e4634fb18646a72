"""Who may do what: every role against every request, under every setting."""

import pytest
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Ack, Chat, Clear, Command, Delete, Nack
from watchparty_relay.protocol.values import Control, Media, NackCode, Operation, Role, Settings, Wait
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import ControlLent, LendControl, Request
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.permissions import you
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0
FILM = Media(video_id="film", mrev=1, duration_s=100.0, playable_s=100.0)
OPEN = Settings(rev=1, control=Control.MODERATORS, chat=True, wait=Wait(), slow_s=0.0, capacity=50)
MEMBERS = {
    "host": Member(mver=1, role=Role.HOST, name="Hanna", seen_ms=NOW),
    "mod": Member(mver=1, role=Role.MODERATOR, name="Mo", seen_ms=NOW),
    "viewer": Member(mver=1, role=Role.VIEWER, name="Vera", seen_ms=NOW),
    "muted": Member(mver=1, role=Role.VIEWER, name="Max", seen_ms=NOW, muted=True),
    "delegated": Member(mver=1, role=Role.VIEWER, name="Lena", seen_ms=NOW, ctl=NOW + 1000),
    "expired": Member(mver=1, role=Role.VIEWER, name="Otto", seen_ms=NOW, ctl=NOW - 1000),
    "waiting": Member(mver=1, role=Role.WAITING, name="Wim", seen_ms=NOW),
    "removed": Member(mver=1, role=Role.HOST, name="Rita", seen_ms=NOW, removed=True),
}


def room(**settings: object) -> Room:
    clock = playback.opening_clock(FILM, None, NOW)
    return replace(new_room("room", now_ms=NOW), clock=clock, settings=replace(OPEN, **settings), members=MEMBERS)


def answer(request: Request, before: Room) -> str:
    """The nack's code, or `ack`."""
    given = decide(before, request, now_ms=NOW).answer
    return given.code.value if isinstance(given, Nack) else "ack" if isinstance(given, Ack) else "nothing"


def answers(before: Room, message: Command | Chat | Clear) -> dict[str, str]:
    """What each member, and someone who is not one, is answered."""
    return {by: answer(Request(by, message, 200.0), before) for by in [*MEMBERS, "stranger"]}


@pytest.mark.parametrize(
    ("control", "permitted"),
    [
        (Control.HOST, {"host", "delegated"}),
        (Control.MODERATORS, {"host", "mod", "delegated"}),
        (Control.EVERYONE, {"host", "mod", "viewer", "muted", "delegated", "expired"}),
    ],
)
def test_control_follows_role_setting_and_delegation(control: Control, permitted: set[str]) -> None:
    """A1: a delegation ends at its instant; waiting, removed and unknown participants never have control."""
    given = answers(room(control=control), Command("c", Operation.PLAY, 1))
    assert {by for by, got in given.items() if got == "ack"} == permitted
    assert {got for by, got in given.items() if by not in permitted} <= {"not_allowed", "waiting"}


def test_members_who_are_not_muted_can_chat() -> None:
    """A2: whatever their role."""
    assert answers(room(), Chat("c", "hello")) == {
        "host": "ack",
        "mod": "ack",
        "viewer": "ack",
        "muted": "muted",
        "delegated": "ack",
        "expired": "ack",
        "waiting": "waiting",
        "removed": "muted",
        "stranger": "waiting",
    }


def test_no_one_can_chat_while_chat_is_off() -> None:
    """A2: not even the host, who can turn it on."""
    given = answers(room(chat=False), Chat("c", "hello"))
    assert {given[by] for by in ("host", "mod", "viewer", "muted")} == {"chat_off"}


def test_hosts_and_moderators_can_clear_the_chat() -> None:
    """A2: no one else."""
    given = answers(room(), Clear("c"))
    assert {by for by, got in given.items() if got == "ack"} == {"host", "mod"}


@pytest.mark.parametrize(
    ("by", "code"),
    [("viewer", "ack"), ("delegated", "not_allowed"), ("mod", "ack"), ("host", "ack"), ("waiting", "not_allowed")],
)
def test_a_line_can_be_deleted_by_its_author_and_by_moderators(by: str, code: str) -> None:
    """A2: and by hosts."""
    posted = decide(room(), Request("viewer", Chat("c1", "hello")), now_ms=NOW).room
    assert answer(Request(by, Delete("c2", posted.log[0].id)), posted) == code  # type: ignore[union-attr]  # the log's only entry is a message


def test_lent_control_is_control_until_it_ends() -> None:
    """P6: the event names both the member who receives control and the one who had it, so that both are notified."""
    lent = decide(room(control=Control.HOST), LendControl(to="viewer"), now_ms=NOW)
    assert lent.events == (ControlLent(to="viewer", before=None),)
    assert you(lent.room, "viewer", now_ms=NOW).can_control
    ended = decide(lent.room, LendControl(to=None), now_ms=NOW)
    assert ended.events == (ControlLent(to=None, before="viewer"),)
    assert not you(ended.room, "viewer", now_ms=NOW).can_control
    assert decide(ended.room, LendControl(to=None), now_ms=NOW).events == ()


def test_a_refused_command_carries_the_current_rev() -> None:
    """O1: so that the client knows which state to return to."""
    before = room()
    given = decide(before, Request("viewer", Command("c", Operation.PLAY, 1), 200.0), now_ms=NOW).answer
    assert given == Nack(cid="c", code=NackCode.NOT_ALLOWED, rev=before.clock.rev)

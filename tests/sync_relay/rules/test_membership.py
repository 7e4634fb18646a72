"""Version counters decide: tokens and notices in any order lead to the same member records."""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.relay.tokens import FILM, settings
from watchparty_relay.protocol.notices import (
    AdmitNotice,
    CloseNotice,
    DenyNotice,
    MediaNotice,
    MuteNotice,
    RemoveNotice,
    RenewNotice,
    RoleNotice,
    SettingsNotice,
)
from watchparty_relay.protocol.values import ErrorCode, Media, Role, Settings
from watchparty_relay.rules.changes import (
    Change,
    Enter,
    MemberChanged,
    MemberRemoved,
    Refusal,
    RenewalRequired,
    RequestDecided,
)
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.membership import MEMBER_TTL_MS, MEMBERS_BETWEEN_PRUNINGS
from watchparty_relay.rules.playback import Seed
from watchparty_relay.rules.state import Room, new_room

NOW = 1_000_000.0


def film(mrev: int, **changes: object) -> Media:
    return msgspec.convert({**FILM, "video_id": f"film-{mrev}", "mrev": mrev, **changes}, Media)


def rules(rev: int, **changes: object) -> Settings:
    return msgspec.convert(settings(rev=rev, **changes), Settings)


def enter_change(person: str = "ana", *, mver: int = 1, role: Role = Role.VIEWER, **changes: Any) -> Enter:
    usual: dict[str, Any] = {"name": person.title(), "acct": False, "ctl": None, "muted": False, "seed": None}
    return Enter(
        participant_id=person, mver=mver, role=role, **{**usual, "settings": rules(1), "media": film(1), **changes}
    )


def after(*changes: Change, now_ms: float = NOW) -> Room:
    room = new_room("room", now_ms=NOW)
    for change in changes:
        room = decide(room, change, now_ms=now_ms).room
    return room


ABOUT_ANA: list[Change] = [
    enter_change(mver=3, muted=True, name="Ana", settings=rules(2, slow_s=9), media=film(2)),
    RoleNotice(id="n2", room="room", participant_id="ana", mver=2, role=Role.MODERATOR),
    MuteNotice(id="n3", room="room", participant_id="ana", mver=3, muted=True),
    SettingsNotice(id="n4", room="room", set=rules(3, chat=False)),
    MediaNotice(id="n5", room="room", media=film(4)),
    MediaNotice(id="n6", room="room", media=film(3)),
    enter_change("bob", settings=rules(1), media=film(1)),
]


@given(st.permutations(ABOUT_ANA))
def test_the_highest_counters_win_in_any_order(order: list[Change]) -> None:
    """M2: whatever arrives when, the room ends with the newest of everything that the store has sent."""
    room = after(*order)
    assert (room.settings.rev, room.settings.chat) == (3, False)
    assert (room.clock.media.mrev, room.clock.media.video_id) == (4, "film-4")
    assert (room.members["ana"].mver, room.members["ana"].muted) == (3, True)
    assert "bob" in room.members


def test_a_removal_overrides_every_older_token() -> None:
    """M3: even if it arrives before the member was ever seen."""
    removal = RemoveNotice(id="n", room="room", participant_id="ana", mver=5)
    changes: list[Change] = [enter_change(mver=4), removal]
    for order in itertools.permutations(changes):
        room = after(*order)
        assert decide(room, enter_change(mver=4), now_ms=NOW).answer == Refusal(ErrorCode.REMOVED)
        assert decide(room, enter_change(mver=5), now_ms=NOW).answer == Refusal(ErrorCode.REMOVED)
        assert decide(room, enter_change(mver=6), now_ms=NOW).answer is None


def test_a_removal_is_one_event() -> None:
    """M5: the same notice again changes nothing."""
    removal = RemoveNotice(id="n", room="room", participant_id="ana", mver=2)
    room = after(enter_change())
    first = decide(room, removal, now_ms=NOW)
    assert first.events == (MemberRemoved("ana"),)
    assert decide(first.room, removal, now_ms=NOW).events == ()


def test_a_required_renewal_refuses_older_tokens() -> None:
    """M6: before and after it arrives, whoever entered in between."""
    notice = RenewNotice(id="n", room="room", participant_id="ana", mver=2)
    decided = decide(after(enter_change(mver=1)), notice, now_ms=NOW)
    assert decided.events == (RenewalRequired("ana", 2),)
    assert decide(decided.room, enter_change(mver=1), now_ms=NOW).answer == Refusal(ErrorCode.STALE_TOKEN)
    assert decide(decided.room, enter_change(mver=2), now_ms=NOW).answer is None
    overtaken = decide(after(enter_change(mver=2)), notice, now_ms=NOW)
    assert overtaken.events == (RenewalRequired("ana", 2),)


def test_a_removal_ends_lent_control() -> None:
    """P6: a removed member cannot act for the host."""
    room = msgspec.structs.replace(after(enter_change()), acting="ana")
    assert decide(room, RemoveNotice(id="n", room="room", participant_id="ana", mver=2), now_ms=NOW).room.acting is None


@pytest.mark.parametrize("mver", [1, 2])
def test_a_decision_on_a_knock_is_an_event_with_or_without_a_new_version(mver: int) -> None:
    """A3: as long as the participant still waits; the same notice after that is no event."""
    room = after(enter_change(role=Role.WAITING))
    notice = AdmitNotice(id="n", room="room", participant_id="ana", mver=mver, req="r1")
    decided = decide(room, notice, now_ms=NOW)
    assert decided.events == (RequestDecided("ana", "r1", admitted=True),)
    inside = decide(decided.room, enter_change(mver=mver), now_ms=NOW).room
    assert decide(inside, notice, now_ms=NOW).events == ()


def test_a_denied_participant_needs_a_newer_token() -> None:
    """A3: the token with which they waited is no longer valid."""
    room = after(
        enter_change(role=Role.WAITING), DenyNotice(id="n", room="room", participant_id="ana", mver=2, req="r1")
    )
    assert decide(room, enter_change(role=Role.WAITING), now_ms=NOW).answer == Refusal(ErrorCode.REMOVED)


def test_a_waiting_participant_does_not_open_the_clock() -> None:
    """A3: the first admitted member does."""
    room = after(enter_change(role=Role.WAITING))
    assert room.clock.rev == 0
    assert decide(room, enter_change("bob"), now_ms=NOW).room.clock.rev == 1


def test_an_empty_room_opens_with_the_newest_film_that_it_knows() -> None:
    """K10: from a notice while it was empty, or from the token."""
    notice = MediaNotice(id="n", room="room", media=film(5, start_pos_s=12.0))
    room = after(notice, enter_change(media=film(4)))
    assert (room.clock.media.mrev, room.clock.pos_s) == (5, 12.0)
    assert after(notice, enter_change(media=film(6))).clock.media.mrev == 6


def test_a_seed_sets_position_and_epoch() -> None:
    """K12: the new epoch is higher than the lost one."""
    ahead = int(NOW) + 500
    room = after(enter_change(seed=Seed(epoch=ahead, rev=9, pos_s=77.0, rate=1.0)))
    assert (room.epoch, room.clock.rev, room.clock.pos_s, room.clock.born) == (ahead + 1, 10, 77.0, "seed")
    again = decide(room, enter_change(mver=2, seed=Seed(epoch=ahead, rev=99, pos_s=1.0, rate=1.0)), now_ms=NOW).room
    assert again.clock == room.clock


def test_only_a_changed_member_is_an_event() -> None:
    """P1: a renewed token with the same content is not."""
    room = after(enter_change())
    assert decide(room, enter_change(), now_ms=NOW + 1).room is room
    assert decide(room, enter_change(), now_ms=NOW + MEMBER_TTL_MS).events == ()
    renamed = decide(room, enter_change(mver=2, name="Anna"), now_ms=NOW)
    assert renamed.events == (MemberChanged("ana"),)


def test_a_closed_room_stays_closed() -> None:
    """M3: closing is final, and one event."""
    room = after(enter_change(), CloseNotice(id="n", room="room"))
    assert decide(room, enter_change(mver=9), now_ms=NOW).answer == Refusal(ErrorCode.CLOSED)
    assert decide(room, CloseNotice(id="n", room="room"), now_ms=NOW).events == ()


def test_records_that_no_valid_token_needs_are_forgotten() -> None:
    """M3: a room that thousands have passed through does not grow without limit."""
    room = after(*(enter_change(f"p{n}") for n in range(MEMBERS_BETWEEN_PRUNINGS)))
    later = decide(room, enter_change("late"), now_ms=NOW + MEMBER_TTL_MS + 1).room
    assert set(later.members) == {"late"}
    assert len(decide(room, enter_change("soon"), now_ms=NOW + 1).room.members) == MEMBERS_BETWEEN_PRUNINGS + 1

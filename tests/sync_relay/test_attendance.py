"""One person, many connections: who speaks for them, and when they are gone."""

from __future__ import annotations

import pytest

from watchparty_relay.attendance import AWAY_MS, Attendance
from watchparty_relay.protocol import Report
from watchparty_relay.vocabulary import PersonState, Ready

NOW = 1_000.0


def report(ready: Ready = Ready.OK, *, visible: bool = True) -> Report:
    return Report(rev=1, pos_s=0, err_ms=None, unc_ms=None, rtt_ms=None, buf_s=0, ready=ready, rate=1, visible=visible)


def test_five_tabs_are_one_person() -> None:
    """C4: only the first one is an arrival."""
    attendance = Attendance()
    assert [attendance.arrive("ana", f"c{n}", now_ms=NOW) for n in range(5)] == [True, False, False, False, False]
    assert len(attendance) == 1


def test_the_visible_last_used_connection_speaks() -> None:
    """P2: a forgotten tab in the background does not hold the room."""
    attendance = Attendance()
    for connection in ("phone", "laptop", "old"):
        attendance.arrive("ana", connection, now_ms=NOW)
    attendance.use("ana", "old", now_ms=NOW + 1, report=report(Ready.BUFFERING))
    attendance.use("ana", "laptop", now_ms=NOW + 2, report=report(Ready.OK))
    attendance.use("ana", "phone", now_ms=NOW + 3, report=report(Ready.BUFFERING, visible=False))
    ana = attendance.find("ana")
    assert ana is not None
    assert (ana.speaking and ana.speaking.connection_id, ana.state) == ("laptop", PersonState.OK)
    attendance.lose("ana", "laptop", now_ms=NOW + 4)
    assert ana.state is PersonState.BUFFERING


@pytest.mark.parametrize(
    ("told", "visible", "shown"),
    [
        (Ready.OK, True, PersonState.OK),
        (Ready.BUFFERING, True, PersonState.BUFFERING),
        (Ready.BUFFERING, False, PersonState.HIDDEN),
        (Ready.OK, False, PersonState.HIDDEN),
        (Ready.BLOCKED, False, PersonState.BLOCKED),
        (Ready.DETACHED, True, PersonState.DETACHED),
        (Ready.HIDDEN, True, PersonState.HIDDEN),
    ],
)
def test_how_a_person_is_shown(told: Ready, visible: bool, shown: PersonState) -> None:
    """P2: as the player says, and hidden where nobody looks."""
    attendance = Attendance()
    attendance.arrive("ana", "c", now_ms=NOW)
    attendance.use("ana", "c", now_ms=NOW, report=report(told, visible=visible))
    ana = attendance.find("ana")
    assert ana is not None
    assert ana.state is shown


def test_a_lost_person_is_reconnecting_and_then_gone() -> None:
    """C6: ten seconds; coming back in time ends it."""
    attendance = Attendance()
    attendance.arrive("ana", "c1", now_ms=NOW)
    attendance.arrive("bob", "c2", now_ms=NOW)
    attendance.lose("ana", "c1", now_ms=NOW)
    attendance.lose("bob", "c2", now_ms=NOW)
    attendance.arrive("bob", "c3", now_ms=NOW + 1)
    ana = attendance.find("ana")
    assert ana is not None
    assert ana.state is PersonState.RECONNECTING
    assert attendance.gone(now_ms=NOW + AWAY_MS - 1) == []
    assert attendance.gone(now_ms=NOW + AWAY_MS) == [ana]
    assert [a.participant_id for a in attendance.everyone()] == ["bob"]


def test_what_is_said_of_unknown_connections_is_ignored() -> None:
    """C6: a report that arrives after its connection was lost changes nobody."""
    attendance = Attendance()
    attendance.arrive("ana", "c1", now_ms=NOW)
    attendance.lose("ana", "c9", now_ms=NOW)
    attendance.use("ana", "c9", now_ms=NOW, report=report(Ready.BUFFERING))
    attendance.use("bob", "c9", now_ms=NOW)
    attendance.lose("bob", "c9", now_ms=NOW)
    assert "bob" not in attendance
    ana = attendance.find("ana")
    assert ana is not None
    assert (ana.state, ana.away_ms) == (PersonState.OK, None)

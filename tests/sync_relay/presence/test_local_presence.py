"""One member, many connections: which one represents them, and when the member is removed."""

import pytest

from watchparty_relay.presence.local_presence import RECONNECT_GRACE_MS, LocalPresence
from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import PersonState, Ready

NOW = 1_000.0


def report(ready: Ready = Ready.OK, *, visible: bool = True) -> Report:
    return Report(rev=1, pos_s=0, err_ms=None, unc_ms=None, rtt_ms=None, buf_s=0, ready=ready, rate=1, visible=visible)


def test_five_tabs_are_one_member() -> None:
    """C4: only the first one joins."""
    local = LocalPresence()
    assert [local.connect("ana", f"c{n}", now_ms=NOW) for n in range(5)] == [True, False, False, False, False]
    assert len(local) == 1


def test_the_visible_connection_used_last_represents_the_member() -> None:
    """P2: a forgotten tab in the background does not hold the room."""
    local = LocalPresence()
    for connection in ("phone", "laptop", "old"):
        local.connect("ana", connection, now_ms=NOW)
    local.record_activity("ana", "old", now_ms=NOW + 1, report=report(Ready.BUFFERING))
    local.record_activity("ana", "laptop", now_ms=NOW + 2, report=report(Ready.OK))
    local.record_activity("ana", "phone", now_ms=NOW + 3, report=report(Ready.BUFFERING, visible=False))
    ana = local.find("ana")
    assert ana is not None
    assert (ana.primary and ana.primary.connection_id, ana.state) == ("laptop", PersonState.OK)
    local.disconnect("ana", "laptop", now_ms=NOW + 4)
    assert ana.state is PersonState.BUFFERING


@pytest.mark.parametrize(
    ("reported", "visible", "shown"),
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
def test_a_member_is_shown_as_reported(reported: Ready, visible: bool, shown: PersonState) -> None:
    """P2: and as hidden if their page is."""
    local = LocalPresence()
    local.connect("ana", "c", now_ms=NOW)
    local.record_activity("ana", "c", now_ms=NOW, report=report(reported, visible=visible))
    ana = local.find("ana")
    assert ana is not None
    assert ana.state is shown


def test_a_disconnected_member_is_reconnecting_and_then_removed() -> None:
    """C6: after ten seconds, unless they reconnect in time."""
    local = LocalPresence()
    local.connect("ana", "c1", now_ms=NOW)
    local.connect("bob", "c2", now_ms=NOW)
    local.disconnect("ana", "c1", now_ms=NOW)
    local.disconnect("bob", "c2", now_ms=NOW)
    local.connect("bob", "c3", now_ms=NOW + 1)
    ana = local.find("ana")
    assert ana is not None
    assert ana.state is PersonState.RECONNECTING
    assert local.remove_expired(now_ms=NOW + RECONNECT_GRACE_MS - 1) == []
    assert local.remove_expired(now_ms=NOW + RECONNECT_GRACE_MS) == [ana]
    assert [a.participant_id for a in local.members()] == ["bob"]


def test_reports_of_unknown_connections_are_ignored() -> None:
    """C6: a report that arrives after its connection was lost changes nothing."""
    local = LocalPresence()
    local.connect("ana", "c1", now_ms=NOW)
    local.disconnect("ana", "c9", now_ms=NOW)
    local.record_activity("ana", "c9", now_ms=NOW, report=report(Ready.BUFFERING))
    local.record_activity("bob", "c9", now_ms=NOW)
    local.disconnect("bob", "c9", now_ms=NOW)
    assert "bob" not in local
    ana = local.find("ana")
    assert ana is not None
    assert (ana.state, ana.disconnected_ms) == (PersonState.OK, None)

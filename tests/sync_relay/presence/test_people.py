"""The list of people: who is shown, and how often it is told."""

from msgspec.structs import replace

from watchparty_relay.presence.local_presence import LocalPresence
from watchparty_relay.presence.people import PeopleSchedule, TypingMembers, people_message
from watchparty_relay.presence.presence_snapshot import MAX_LISTED, local_snapshot
from watchparty_relay.protocol.messages import People, Report
from watchparty_relay.protocol.values import PersonRef, Ready, Role
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0


def full(count: int) -> tuple[Room, LocalPresence]:
    """A room of so many; the last one is the host."""
    room, local, members = new_room("room", now_ms=NOW), LocalPresence(), {}
    for number in range(count):
        role = Role.HOST if number == count - 1 else Role.VIEWER
        members[f"p{number}"] = Member(mver=1, role=role, name=f"P{number}", seen_ms=NOW)
        local.connect(f"p{number}", f"c{number}", now_ms=NOW + number)
    return replace(room, members=members), local


def told_of(room: Room, local: LocalPresence) -> People:
    return people_message(room, local_snapshot(room, local, relay="r", now_ms=NOW))


def test_a_hundred_are_shown_and_all_are_counted() -> None:
    """P1: the host among them, whenever they came; then the longest present."""
    told = told_of(*full(MAX_LISTED + 50))
    assert (told.total, len(told.here)) == (MAX_LISTED + 50, MAX_LISTED)
    assert (told.here[0].role, told.here[1].id) == (Role.HOST, "p0")


def test_a_person_is_shown_with_what_they_reported() -> None:
    """P1: error, place and buffer; nothing where nothing was reported."""
    room, local = full(2)
    told = Report(rev=1, pos_s=4.5, err_ms=-3.5, unc_ms=1, rtt_ms=9, buf_s=7.5, ready=Ready.OK, rate=1, visible=True)
    local.record_activity("p0", "c0", now_ms=NOW, report=told)
    host, viewer = told_of(room, local).here
    assert (viewer.err_ms, viewer.pos_s, viewer.buf_s) == (-3.5, 4.5, 7.5)
    assert (host.err_ms, host.pos_s, host.buf_s) == (None, None, None)


def test_comings_are_told_once_a_second_and_reports_every_two() -> None:
    """P1: a thousand joins within a second are one message."""
    due = PeopleSchedule()
    for _ in range(1000):
        due.joined_or_left()
    assert due.due(now_ms=NOW)
    assert not due.due(now_ms=NOW + 5000)
    due.reported()
    assert due.due(now_ms=NOW + 5000)
    due.reported()
    assert not due.due(now_ms=NOW + 6999)
    due.joined_or_left()
    assert due.due(now_ms=NOW + 6999)
    due.joined_or_left()
    assert not due.due(now_ms=NOW + 7998)


def test_typing_is_a_list_that_forgets() -> None:
    """P3: told when it changed, at most once a second, five names, five seconds each."""
    room, _ = full(7)
    typists = TypingMembers()
    for number in range(7):
        typists.set(f"p{number}", on=True, now_ms=NOW)
    shown = typists.due(room, now_ms=NOW)
    assert shown == [PersonRef(id=f"p{number}", name=f"P{number}") for number in range(5)]
    typists.set("p0", on=False, now_ms=NOW)
    assert typists.due(room, now_ms=NOW + 999) is None
    assert [ref.id for ref in typists.due(room, now_ms=NOW + 1000) or []] == ["p1", "p2", "p3", "p4", "p5"]
    assert typists.due(room, now_ms=NOW + 3000) is None
    assert typists.due(room, now_ms=NOW + 5000) == []
    assert typists.due(room, now_ms=NOW + 9000) is None

"""The list of people: who is shown, and how often it is sent."""

from msgspec.structs import replace

from watchparty_relay.presence.local_presence import LocalPresence
from watchparty_relay.presence.people import PeopleSchedule, TypingMembers, people_message
from watchparty_relay.presence.presence_snapshot import MAX_LISTED, local_snapshot
from watchparty_relay.protocol.messages import People, Report
from watchparty_relay.protocol.values import PersonRef, Ready, Role
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0


def full(count: int) -> tuple[Room, LocalPresence]:
    """A room with `count` members, the last of whom is the host."""
    room, local, members = new_room("room", now_ms=NOW), LocalPresence(), {}
    for number in range(count):
        role = Role.HOST if number == count - 1 else Role.VIEWER
        members[f"p{number}"] = Member(mver=1, role=role, name=f"P{number}", seen_ms=NOW)
        local.connect(f"p{number}", f"c{number}", now_ms=NOW + number)
    return replace(room, members=members), local


def message(room: Room, local: LocalPresence) -> People:
    return people_message(room, local_snapshot(room, local, relay="r", now_ms=NOW))


def test_a_hundred_are_shown_and_all_are_counted() -> None:
    """P1: the host first, whenever they joined; then the longest present."""
    people = message(*full(MAX_LISTED + 50))
    assert (people.total, len(people.here)) == (MAX_LISTED + 50, MAX_LISTED)
    assert (people.here[0].role, people.here[1].id) == (Role.HOST, "p0")


def test_a_person_is_shown_with_what_they_reported() -> None:
    """P1: error, position and buffer; nothing if nothing was reported."""
    room, local = full(2)
    report = Report(rev=1, pos_s=4.5, err_ms=-3.5, unc_ms=1, rtt_ms=9, buf_s=7.5, ready=Ready.OK, rate=1, visible=True)
    local.record_activity("p0", "c0", now_ms=NOW, report=report)
    host, viewer = message(room, local).here
    assert (viewer.err_ms, viewer.pos_s, viewer.buf_s) == (-3.5, 4.5, 7.5)
    assert (host.err_ms, host.pos_s, host.buf_s) == (None, None, None)


def test_joins_are_sent_once_per_second_and_reports_every_two() -> None:
    """P1: a thousand joins within a second are one message."""
    schedule = PeopleSchedule()
    for _ in range(1000):
        schedule.joined_or_left()
    assert schedule.due(now_ms=NOW)
    assert not schedule.due(now_ms=NOW + 5000)
    schedule.reported()
    assert schedule.due(now_ms=NOW + 5000)
    schedule.reported()
    assert not schedule.due(now_ms=NOW + 6999)
    schedule.joined_or_left()
    assert schedule.due(now_ms=NOW + 6999)
    schedule.joined_or_left()
    assert not schedule.due(now_ms=NOW + 7998)


def test_the_typing_list_expires() -> None:
    """P3: sent when it changes, at most once per second, with five names, for five seconds each."""
    room, _ = full(7)
    typing = TypingMembers()
    for number in range(7):
        typing.set(f"p{number}", on=True, now_ms=NOW)
    shown = typing.due(room, now_ms=NOW)
    assert shown == [PersonRef(id=f"p{number}", name=f"P{number}") for number in range(5)]
    typing.set("p0", on=False, now_ms=NOW)
    assert typing.due(room, now_ms=NOW + 999) is None
    assert [ref.id for ref in typing.due(room, now_ms=NOW + 1000) or []] == ["p1", "p2", "p3", "p4", "p5"]
    assert typing.due(room, now_ms=NOW + 3000) is None
    assert typing.due(room, now_ms=NOW + 5000) == []
    assert typing.due(room, now_ms=NOW + 9000) is None

"""The rolls of several relays put together: everybody once, the right connection speaks, the gone are forgotten."""

from __future__ import annotations

from msgspec.structs import replace

from watchparty_relay.attendance import Attendance
from watchparty_relay.protocol import Report
from watchparty_relay.roll import KEPT_MS, SHOWN, Elsewhere, Named, Roll, by_standing, roll_of, together
from watchparty_relay.room import Member, Room, new_room
from watchparty_relay.vocabulary import PersonState, Ready, Role

NOW = 1_000_000.0


class Relay:
    """The people of one relay in the room that all share."""

    room: Room

    def __init__(self, name: str) -> None:
        self.name = name
        self.attendance = Attendance()

    def come(self, *people: str, at_ms: float = NOW) -> None:
        for person in people:
            self.attendance.arrive(person, f"{person} at {self.name}", now_ms=at_ms)

    def lose(self, person: str) -> None:
        self.attendance.lose(person, f"{person} at {self.name}", now_ms=NOW)

    def report(
        self, person: str, ready: Ready, *, rtt_ms: float = 20.0, visible: bool = True, at_ms: float = NOW
    ) -> None:
        told = Report(rev=1, pos_s=0, err_ms=0, unc_ms=0, rtt_ms=rtt_ms, buf_s=0, ready=ready, rate=1, visible=visible)
        self.attendance.use(person, f"{person} at {self.name}", now_ms=at_ms, report=told)

    def roll(self, *others: str, accounts: tuple[str, ...] = (), host: str = "") -> Roll:
        everybody = [attendee.participant_id for attendee in self.attendance.everyone()]
        members = {
            person: Member(
                mver=1,
                role=Role.HOST if person == host else Role.VIEWER,
                name=person,
                seen_ms=NOW,
                acct=person in accounts,
            )
            for person in everybody
        }
        room = replace(new_room("room", now_ms=NOW), members=members)
        return roll_of(room, self.attendance, relay=self.name, now_ms=NOW)


def test_people_of_all_relays_are_counted_once() -> None:
    """P1: who moved from one relay to another is on two rolls for ten seconds, and is one person who is here."""
    a, b = Relay("a"), Relay("b")
    a.come("ana", "bob")
    b.come("ana", "cleo", at_ms=NOW + 5)
    a.lose("ana")
    all_of_them = together(a.roll(), [b.roll()])
    assert (all_of_them.total, all_of_them.present, all_of_them.able) == (3, 3, 3)
    ana = all_of_them.find("ana")
    assert ana is not None
    assert (ana.state, ana.since_ms) == (PersonState.OK, NOW)


def test_the_visible_last_used_connection_speaks_wherever_it_is() -> None:
    """P2: a forgotten tab at another relay does not hold the room."""
    a, b = Relay("a"), Relay("b")
    for relay in (a, b):
        relay.come("ana")
    a.report("ana", Ready.BUFFERING, at_ms=NOW + 1)
    b.report("ana", Ready.OK, at_ms=NOW + 2)
    for mine, other in ((a, b), (b, a)):
        assert together(mine.roll(), [other.roll()]).behind == ()
    b.report("ana", Ready.OK, visible=False, at_ms=NOW + 3)
    assert together(b.roll(), [a.roll()]).behind == ("ana",)


def test_the_slowest_line_of_all_is_known() -> None:
    """K4: the lead covers those at other relays, too."""
    a, b, c = Relay("a"), Relay("b"), Relay("c")
    for relay, rtt_ms in ((a, 30.0), (b, 250.0)):
        relay.come("x" + relay.name)
        relay.report("x" + relay.name, Ready.OK, rtt_ms=rtt_ms)
    assert together(a.roll(), [b.roll(), c.roll()]).rtt_ms == 250.0


def test_a_roll_stays_small_and_names_whom_it_must() -> None:
    """P1, P6: a hundred of however many, the host among them, and one account who may be lent control."""
    relay = Relay("a")
    for number in range(500):
        relay.come(f"p{number}", at_ms=NOW + number)
    roll = relay.roll(host="p499", accounts=("p300", "p400"))
    assert (roll.total, len(roll.named)) == (500, SHOWN + 1)
    assert roll.find("p499") is not None
    assert roll.find("p300") is not None


def test_a_relay_that_calls_no_more_is_forgotten() -> None:
    """P1: a killed relay's people are gone after fifteen seconds, if they did not come back elsewhere."""
    elsewhere, roll = Elsewhere(), Roll(relay="b", at_ms=5.0, total=1)
    elsewhere.hear(roll, now_ms=NOW)
    assert [each.total for each in elsewhere.rolls(now_ms=NOW + KEPT_MS - 1)] == [1]
    assert elsewhere.rolls(now_ms=NOW + KEPT_MS) == ()


def test_the_unknown_are_not_shown() -> None:
    """P1: whose mark this relay has not heard of yet has no name to show."""
    stranger = Named(participant_id="x", since_ms=NOW, used_ms=NOW, state=PersonState.OK)
    assert by_standing(new_room("room", now_ms=NOW), [stranger]) == []

"""The rolls of several relays put together: everybody once, the right connection speaks, the gone are forgotten."""

from msgspec.structs import replace

from watchparty_relay.presence.local_presence import LocalPresence
from watchparty_relay.presence.presence_snapshot import (
    MAX_LISTED,
    SNAPSHOT_TTL_MS,
    ListedMember,
    PresenceSnapshot,
    RemoteSnapshots,
    by_role,
    local_snapshot,
    merge_snapshots,
)
from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import PersonState, Ready, Role
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0


class Relay:
    """The people of one relay in the room that all share."""

    room: Room

    def __init__(self, name: str) -> None:
        self.name = name
        self.local = LocalPresence()

    def come(self, *people: str, at_ms: float = NOW) -> None:
        for person in people:
            self.local.connect(person, f"{person} at {self.name}", now_ms=at_ms)

    def disconnect(self, person: str) -> None:
        self.local.disconnect(person, f"{person} at {self.name}", now_ms=NOW)

    def report(
        self, person: str, ready: Ready, *, rtt_ms: float = 20.0, visible: bool = True, at_ms: float = NOW
    ) -> None:
        told = Report(rev=1, pos_s=0, err_ms=0, unc_ms=0, rtt_ms=rtt_ms, buf_s=0, ready=ready, rate=1, visible=visible)
        self.local.record_activity(person, f"{person} at {self.name}", now_ms=at_ms, report=told)

    def snapshot(self, *others: str, accounts: tuple[str, ...] = (), host_present: str = "") -> PresenceSnapshot:
        everybody = [member.participant_id for member in self.local.members()]
        members = {
            person: Member(
                mver=1,
                role=Role.HOST if person == host_present else Role.VIEWER,
                name=person,
                seen_ms=NOW,
                acct=person in accounts,
            )
            for person in everybody
        }
        room = replace(new_room("room", now_ms=NOW), members=members)
        return local_snapshot(room, self.local, relay=self.name, now_ms=NOW)


def test_people_of_all_relays_are_counted_once() -> None:
    """P1: who moved from one relay to another is on two rolls for ten seconds, and is one person who is here."""
    a, b = Relay("a"), Relay("b")
    a.come("ana", "bob")
    b.come("ana", "cleo", at_ms=NOW + 5)
    a.disconnect("ana")
    all_of_them = merge_snapshots(a.snapshot(), [b.snapshot()])
    assert (all_of_them.total, all_of_them.present, all_of_them.watching) == (3, 3, 3)
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
        assert merge_snapshots(mine.snapshot(), [other.snapshot()]).buffering == ()
    b.report("ana", Ready.OK, visible=False, at_ms=NOW + 3)
    assert merge_snapshots(b.snapshot(), [a.snapshot()]).buffering == ("ana",)


def test_the_slowest_line_of_all_is_known() -> None:
    """K4: the lead covers those at other relays, too."""
    a, b, c = Relay("a"), Relay("b"), Relay("c")
    for relay, rtt_ms in ((a, 30.0), (b, 250.0)):
        relay.come("x" + relay.name)
        relay.report("x" + relay.name, Ready.OK, rtt_ms=rtt_ms)
    assert merge_snapshots(a.snapshot(), [b.snapshot(), c.snapshot()]).rtt_ms == 250.0


def test_a_roll_stays_small_and_names_whom_it_must() -> None:
    """P1, P6: a hundred of however many, the host among them, and one account who may be lent control."""
    relay = Relay("a")
    for number in range(500):
        relay.come(f"p{number}", at_ms=NOW + number)
    snapshot = relay.snapshot(host_present="p499", accounts=("p300", "p400"))
    assert (snapshot.total, len(snapshot.listed)) == (500, MAX_LISTED + 1)
    assert snapshot.find("p499") is not None
    assert snapshot.find("p300") is not None


def test_a_relay_that_calls_no_more_is_forgotten() -> None:
    """P1: a killed relay's people are gone after fifteen seconds, if they did not come back remote."""
    remote, snapshot = RemoteSnapshots(), PresenceSnapshot(relay="b", at_ms=5.0, total=1)
    remote.update(snapshot, now_ms=NOW)
    assert [each.total for each in remote.current(now_ms=NOW + SNAPSHOT_TTL_MS - 1)] == [1]
    assert remote.current(now_ms=NOW + SNAPSHOT_TTL_MS) == ()


def test_the_unknown_are_not_shown() -> None:
    """P1: whose mark this relay has not heard of yet has no name to show."""
    stranger = ListedMember(participant_id="x", since_ms=NOW, used_ms=NOW, state=PersonState.OK)
    assert by_role(new_room("room", now_ms=NOW), [stranger]) == []

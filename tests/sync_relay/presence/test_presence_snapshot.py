"""Snapshots of several relays, merged: each member once, represented by the right connection; dead relays expire."""

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
    """The members of one relay, in the room that all relays share."""

    room: Room

    def __init__(self, name: str) -> None:
        self.name = name
        self.local = LocalPresence()

    def connect(self, *people: str, at_ms: float = NOW) -> None:
        for person in people:
            self.local.connect(person, f"{person} at {self.name}", now_ms=at_ms)

    def disconnect(self, person: str) -> None:
        self.local.disconnect(person, f"{person} at {self.name}", now_ms=NOW)

    def report(
        self, person: str, ready: Ready, *, rtt_ms: float = 20.0, visible: bool = True, at_ms: float = NOW
    ) -> None:
        sent = Report(rev=1, pos_s=0, err_ms=0, unc_ms=0, rtt_ms=rtt_ms, buf_s=0, ready=ready, rate=1, visible=visible)
        self.local.record_activity(person, f"{person} at {self.name}", now_ms=at_ms, report=sent)

    def snapshot(self, *others: str, accounts: tuple[str, ...] = (), host_present: str = "") -> PresenceSnapshot:
        everyone = [member.participant_id for member in self.local.members()]
        members = {
            person: Member(
                mver=1,
                role=Role.HOST if person == host_present else Role.VIEWER,
                name=person,
                seen_ms=NOW,
                acct=person in accounts,
            )
            for person in everyone
        }
        room = replace(new_room("room", now_ms=NOW), members=members)
        return local_snapshot(room, self.local, relay=self.name, now_ms=NOW)


def test_members_of_all_relays_are_counted_once() -> None:
    """P1: a member who moved to another relay is in two snapshots for ten seconds, but counts as one."""
    a, b = Relay("a"), Relay("b")
    a.connect("ana", "bob")
    b.connect("ana", "cleo", at_ms=NOW + 5)
    a.disconnect("ana")
    merged = merge_snapshots(a.snapshot(), [b.snapshot()])
    assert (merged.total, merged.present, merged.watching) == (3, 3, 3)
    ana = merged.find("ana")
    assert ana is not None
    assert (ana.state, ana.since_ms) == (PersonState.OK, NOW)


def test_the_visible_connection_used_last_counts_on_whichever_relay() -> None:
    """P2: a forgotten tab on another relay does not hold the room."""
    a, b = Relay("a"), Relay("b")
    for relay in (a, b):
        relay.connect("ana")
    a.report("ana", Ready.BUFFERING, at_ms=NOW + 1)
    b.report("ana", Ready.OK, at_ms=NOW + 2)
    for mine, other in ((a, b), (b, a)):
        assert merge_snapshots(mine.snapshot(), [other.snapshot()]).buffering == ()
    b.report("ana", Ready.OK, visible=False, at_ms=NOW + 3)
    assert merge_snapshots(b.snapshot(), [a.snapshot()]).buffering == ("ana",)


def test_the_slowest_round_trip_of_all_relays_is_known() -> None:
    """K4: the lead covers members on other relays, too."""
    a, b, c = Relay("a"), Relay("b"), Relay("c")
    for relay, rtt_ms in ((a, 30.0), (b, 250.0)):
        relay.connect("x" + relay.name)
        relay.report("x" + relay.name, Ready.OK, rtt_ms=rtt_ms)
    assert merge_snapshots(a.snapshot(), [b.snapshot(), c.snapshot()]).rtt_ms == 250.0


def test_a_snapshot_stays_small_and_lists_whom_it_must() -> None:
    """P1, P6: a hundred of any number, the host among them, and one account to whom control can be lent."""
    relay = Relay("a")
    for number in range(500):
        relay.connect(f"p{number}", at_ms=NOW + number)
    snapshot = relay.snapshot(host_present="p499", accounts=("p300", "p400"))
    assert (snapshot.total, len(snapshot.listed)) == (500, MAX_LISTED + 1)
    assert snapshot.find("p499") is not None
    assert snapshot.find("p300") is not None


def test_a_relay_that_stops_publishing_is_forgotten() -> None:
    """P1: a killed relay's members are gone after fifteen seconds, unless they have reconnected elsewhere."""
    remote, snapshot = RemoteSnapshots(), PresenceSnapshot(relay="b", at_ms=5.0, total=1)
    remote.update(snapshot, now_ms=NOW)
    assert [each.total for each in remote.current(now_ms=NOW + SNAPSHOT_TTL_MS - 1)] == [1]
    assert remote.current(now_ms=NOW + SNAPSHOT_TTL_MS) == ()


def test_unknown_members_are_not_shown() -> None:
    """P1: a member whose record this relay does not have yet has no name to show."""
    stranger = ListedMember(participant_id="x", since_ms=NOW, used_ms=NOW, state=PersonState.OK)
    assert by_role(new_room("room", now_ms=NOW), [stranger]) == []

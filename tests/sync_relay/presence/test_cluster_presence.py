"""The members of a room across several relays: when snapshots are merged, and what counts as a change."""

from msgspec.structs import replace

from watchparty_relay.presence.cluster_presence import ClusterPresence
from watchparty_relay.presence.presence_snapshot import (
    PUBLISH_EVERY_MS,
    SNAPSHOT_TTL_MS,
    ListedMember,
    PresenceSnapshot,
)
from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import PersonState, Ready, Role
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0
MEMBERS = ("anna", "ben", "cleo")


def room() -> Room:
    members = {name: Member(mver=1, role=Role.VIEWER, name=name.title(), seen_ms=NOW) for name in MEMBERS}
    return replace(new_room("room", now_ms=NOW), members=members)


def snapshot(*names: str, relay: str = "other", state: PersonState = PersonState.OK) -> PresenceSnapshot:
    listed = tuple(ListedMember(name, since_ms=NOW, used_ms=NOW + 5, state=state) for name in names)
    return PresenceSnapshot(
        relay=relay, at_ms=NOW, total=len(listed), present=len(listed), watching=len(listed), listed=listed
    )


def presence_of(*here: str) -> ClusterPresence:
    presence = ClusterPresence("mine")
    for name in here:
        presence.local.connect(name, f"c-{name}", now_ms=NOW)
    presence.invalidate()
    return presence


def test_snapshots_are_merged_again_only_after_a_change() -> None:
    """A room of thousands asks four times per second, and must not sort its members each time."""
    presence = presence_of("anna")
    presence.receive(snapshot("ben"), now_ms=NOW)
    first = presence.snapshot(room(), now_ms=NOW + 1)
    assert presence.snapshot(room(), now_ms=NOW + 2) is first
    presence.receive(snapshot("ben", state=PersonState.BUFFERING), now_ms=NOW + 3)
    assert (
        presence.snapshot(room(), now_ms=NOW + 4).find("ben") == snapshot("ben", state=PersonState.BUFFERING).listed[0]
    )
    presence.local.connect("cleo", "c-cleo", now_ms=NOW)
    presence.invalidate()
    assert presence.snapshot(room(), now_ms=NOW + 5).total == 3


def test_a_relay_that_stopped_publishing_no_longer_counts() -> None:
    """A merged snapshot must not outlive the snapshots that it was merged from."""
    presence = presence_of("anna")
    presence.receive(snapshot("ben"), now_ms=NOW)
    assert presence.snapshot(room(), now_ms=NOW + SNAPSHOT_TTL_MS - 1).total == 2
    assert presence.snapshot(room(), now_ms=NOW + SNAPSHOT_TTL_MS).total == 1


def test_a_change_is_another_list_of_members_and_not_their_state() -> None:
    """Joins are sent within a second, states within two, because the other relays publish all the time."""
    presence = presence_of("anna")
    assert presence.receive(snapshot("ben"), now_ms=NOW)
    assert not presence.receive(snapshot("ben", state=PersonState.BUFFERING), now_ms=NOW)
    assert presence.receive(snapshot("ben", "cleo"), now_ms=NOW)
    assert presence.receive(snapshot("cleo"), now_ms=NOW)
    assert not presence.receive(snapshot(relay="third"), now_ms=NOW)


def test_a_member_who_moved_to_another_relay_counts_once() -> None:
    """Their connection here was lost and the new one is there: they are neither counted twice nor missing."""
    presence = presence_of("anna", "ben")
    presence.local.disconnect("ben", "c-ben", now_ms=NOW)
    presence.invalidate()
    presence.receive(snapshot("ben"), now_ms=NOW + 1)
    merged = presence.snapshot(room(), now_ms=NOW + 1)
    assert (merged.total, merged.present, len(presence.local)) == (2, 2, 1)


def test_only_a_change_of_members_or_states_is_published_at_once() -> None:
    """Positions change all the time while a film plays; other relays receive them every few seconds."""
    presence, known = presence_of("anna"), room()
    assert presence.due_snapshot(known, changed=True, now_ms=NOW) is not None

    def report(ready: Ready, pos_s: float) -> None:
        reported = Report(1, pos_s, 0.5, 0.5, 20.0, 10.0, ready, 1.0, True)
        presence.local.record_activity("anna", "c-anna", now_ms=NOW, report=reported)
        presence.invalidate()

    report(Ready.OK, 2.0)
    assert presence.due_snapshot(known, changed=True, now_ms=NOW + 2_000) is None
    report(Ready.BUFFERING, 2.0)
    assert presence.due_snapshot(known, changed=True, now_ms=NOW + 2_000) is not None
    report(Ready.BUFFERING, 3.0)
    later = presence.due_snapshot(known, changed=True, now_ms=NOW + 2_000 + PUBLISH_EVERY_MS)
    assert later is not None
    assert later.listed[0].pos_s == 3.0

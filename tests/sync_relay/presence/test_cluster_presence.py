"""The members of a room across several relays: when snapshots are merged, and what counts as a change."""

from msgspec.structs import replace

from watchparty_relay.presence.cluster_presence import ClusterPresence
from watchparty_relay.presence.presence_snapshot import SNAPSHOT_TTL_MS, ListedMember, PresenceSnapshot
from watchparty_relay.protocol.values import PersonState, Role
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

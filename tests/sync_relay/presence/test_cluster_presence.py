"""The people of a room over several relays: what is put together when, and what counts as news."""

from msgspec.structs import replace

from watchparty_relay.presence.cluster_presence import ClusterPresence
from watchparty_relay.presence.presence_snapshot import SNAPSHOT_TTL_MS, ListedMember, PresenceSnapshot
from watchparty_relay.protocol.values import PersonState, Role
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0
PEOPLE = ("anna", "ben", "cleo")


def room() -> Room:
    members = {person: Member(mver=1, role=Role.VIEWER, name=person.title(), seen_ms=NOW) for person in PEOPLE}
    return replace(new_room("room", now_ms=NOW), members=members)


def snapshot(*names: str, relay: str = "other", state: PersonState = PersonState.OK) -> PresenceSnapshot:
    listed = tuple(ListedMember(name, since_ms=NOW, used_ms=NOW + 5, state=state) for name in names)
    return PresenceSnapshot(
        relay=relay, at_ms=NOW, total=len(listed), present=len(listed), watching=len(listed), listed=listed
    )


def presence(*here: str) -> ClusterPresence:
    gathered = ClusterPresence("mine")
    for person in here:
        gathered.local.connect(person, f"c-{person}", now_ms=NOW)
    gathered.invalidate()
    return gathered


def test_a_roll_is_put_together_once_for_as_long_as_nothing_changes() -> None:
    """A room of thousands asks four times a second; it must not sort its people each time."""
    gathered = presence("anna")
    gathered.receive(snapshot("ben"), now_ms=NOW)
    first = gathered.snapshot(room(), now_ms=NOW + 1)
    assert gathered.snapshot(room(), now_ms=NOW + 2) is first
    gathered.receive(snapshot("ben", state=PersonState.BUFFERING), now_ms=NOW + 3)
    assert (
        gathered.snapshot(room(), now_ms=NOW + 4).find("ben") == snapshot("ben", state=PersonState.BUFFERING).listed[0]
    )
    gathered.local.connect("cleo", "c-cleo", now_ms=NOW)
    gathered.invalidate()
    assert gathered.snapshot(room(), now_ms=NOW + 5).total == 3


def test_a_relay_that_is_silent_for_too_long_counts_no_more() -> None:
    """The roll kept from before must not outlive the relays that it was made of."""
    gathered = presence("anna")
    gathered.receive(snapshot("ben"), now_ms=NOW)
    assert gathered.snapshot(room(), now_ms=NOW + SNAPSHOT_TTL_MS - 1).total == 2
    assert gathered.snapshot(room(), now_ms=NOW + SNAPSHOT_TTL_MS).total == 1


def test_news_is_who_is_here_and_not_how_they_do() -> None:
    """Comings are told within a second, states within two: each other relay calls its roll all the time."""
    gathered = presence("anna")
    assert gathered.receive(snapshot("ben"), now_ms=NOW)
    assert not gathered.receive(snapshot("ben", state=PersonState.BUFFERING), now_ms=NOW)
    assert gathered.receive(snapshot("ben", "cleo"), now_ms=NOW)
    assert gathered.receive(snapshot("cleo"), now_ms=NOW)
    assert not gathered.receive(snapshot(relay="third"), now_ms=NOW)


def test_somebody_who_moved_to_another_relay_is_one_person() -> None:
    """The connection here is lost, the new one is there: they are neither doubled nor gone."""
    gathered = presence("anna", "ben")
    gathered.local.disconnect("ben", "c-ben", now_ms=NOW)
    gathered.invalidate()
    gathered.receive(snapshot("ben"), now_ms=NOW + 1)
    everybody = gathered.snapshot(room(), now_ms=NOW + 1)
    assert (everybody.total, everybody.present, len(gathered.local)) == (2, 2, 1)

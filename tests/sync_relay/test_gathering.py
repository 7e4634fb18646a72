"""The people of a room over several relays: what is put together when, and what counts as news."""

from msgspec.structs import replace

from watchparty_relay.gathering import Gathering
from watchparty_relay.roll import KEPT_MS, Named, Roll
from watchparty_relay.room import Member, Room, new_room
from watchparty_relay.vocabulary import PersonState, Role

NOW = 1_000_000.0
PEOPLE = ("anna", "ben", "cleo")


def room() -> Room:
    members = {person: Member(mver=1, role=Role.VIEWER, name=person.title(), seen_ms=NOW) for person in PEOPLE}
    return replace(new_room("room", now_ms=NOW), members=members)


def roll(*names: str, relay: str = "other", state: PersonState = PersonState.OK) -> Roll:
    named = tuple(Named(name, since_ms=NOW, used_ms=NOW + 5, state=state) for name in names)
    return Roll(relay=relay, at_ms=NOW, total=len(named), present=len(named), able=len(named), named=named)


def gathering(*here: str) -> Gathering:
    gathered = Gathering("mine")
    for person in here:
        gathered.attendance.arrive(person, f"c-{person}", now_ms=NOW)
    gathered.changed()
    return gathered


def test_a_roll_is_put_together_once_for_as_long_as_nothing_changes() -> None:
    """A room of thousands asks four times a second; it must not sort its people each time."""
    gathered = gathering("anna")
    gathered.hear(roll("ben"), now_ms=NOW)
    first = gathered.roll(room(), now_ms=NOW + 1)
    assert gathered.roll(room(), now_ms=NOW + 2) is first
    gathered.hear(roll("ben", state=PersonState.BUFFERING), now_ms=NOW + 3)
    assert gathered.roll(room(), now_ms=NOW + 4).find("ben") == roll("ben", state=PersonState.BUFFERING).named[0]
    gathered.attendance.arrive("cleo", "c-cleo", now_ms=NOW)
    gathered.changed()
    assert gathered.roll(room(), now_ms=NOW + 5).total == 3


def test_a_relay_that_is_silent_for_too_long_counts_no_more() -> None:
    """The roll kept from before must not outlive the relays that it was made of."""
    gathered = gathering("anna")
    gathered.hear(roll("ben"), now_ms=NOW)
    assert gathered.roll(room(), now_ms=NOW + KEPT_MS - 1).total == 2
    assert gathered.roll(room(), now_ms=NOW + KEPT_MS).total == 1


def test_news_is_who_is_here_and_not_how_they_do() -> None:
    """Comings are told within a second, states within two: each other relay calls its roll all the time."""
    gathered = gathering("anna")
    assert gathered.hear(roll("ben"), now_ms=NOW)
    assert not gathered.hear(roll("ben", state=PersonState.BUFFERING), now_ms=NOW)
    assert gathered.hear(roll("ben", "cleo"), now_ms=NOW)
    assert gathered.hear(roll("cleo"), now_ms=NOW)
    assert not gathered.hear(roll(relay="third"), now_ms=NOW)


def test_somebody_who_moved_to_another_relay_is_one_person() -> None:
    """The connection here is lost, the new one is there: they are neither doubled nor gone."""
    gathered = gathering("anna", "ben")
    gathered.attendance.lose("ben", "c-ben", now_ms=NOW)
    gathered.changed()
    gathered.hear(roll("ben"), now_ms=NOW + 1)
    everybody = gathered.roll(room(), now_ms=NOW + 1)
    assert (everybody.total, everybody.present, len(gathered.attendance)) == (2, 2, 1)

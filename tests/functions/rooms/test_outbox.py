"""Changes and their notices: one commit, delivered at once or later, never lost while they matter."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.house import House
from fakes.party import party
from watchparty_api.errors import Conflict
from watchparty_api.records import Notice, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.outbox import Change, commit_and_notify, deliver_due
from watchparty_api.store.port import Replace
from watchparty_api.store.queries import NOTICES_BY_DUE


def waiting(house: House) -> tuple[Notice, ...]:
    return house.services.store.query(NOTICES_BY_DUE).items


def test_a_delivered_notice_leaves_the_outbox(house: House) -> None:
    """It was written with the change and is gone once acknowledged."""
    here = party(house)
    here.host.ask("PATCH", here.path(), {"chat": False})
    assert here.notices() == ["settings"]
    assert waiting(house) == ()


def test_what_the_relay_missed_arrives_later(house: House) -> None:
    """The change stands, the notice waits, and the sweeper delivers the same notice."""
    here = party(house)
    house.relay.reachable = False
    assert here.host.ask("PATCH", here.path(), {"chat": False}).status_code == 200
    (kept,) = waiting(house)
    house.relay.reachable = True
    assert deliver_due(house.services) == 0, "whoever committed has ten seconds of its own"
    house.clock.advance(seconds=10)
    assert deliver_due(house.services) == 1
    assert house.relay.delivered == [(here.id, kept.body)]
    assert waiting(house) == ()


def test_the_sweeper_waits_longer_and_longer(house: House) -> None:
    """Two seconds, four, eight, up to a minute."""
    here = party(house)
    house.relay.reachable = False
    here.host.ask("PATCH", here.path(), {"chat": False})
    house.clock.advance(seconds=10)
    waits = []
    for _ in range(7):
        deliver_due(house.services)
        (notice,) = waiting(house)
        waits.append((notice.due_at - house.clock()).total_seconds())
        house.clock.time = notice.due_at
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_a_notice_that_means_nothing_any_more_is_dropped(house: House) -> None:
    """After an hour every token says the same."""
    here = party(house)
    house.relay.reachable = False
    here.host.ask("PATCH", here.path(), {"chat": False})
    house.clock.advance(hours=1, seconds=1)
    house.relay.reachable = True
    assert deliver_due(house.services) == 0
    assert waiting(house) == ()


def test_whoever_was_slower_decides_again(house: House) -> None:
    """A change that somebody else overtook is decided on what they left; its first notice is never told."""
    here = party(house)
    store = house.services.store
    rounds: list[float] = []

    def decide() -> Change[int]:
        room = store.get(Room, here.id)
        assert room is not None
        if not rounds:
            store.replace(replace(room, slow_s=7))
        rounds.append(room.slow_s)
        changed = replace(room, settings_rev=room.settings_rev + 1)
        return Change(len(rounds), writes=[Replace(changed)], notices=[notices.settings(changed, house.clock())])

    assert commit_and_notify(house.services, decide) == 2
    assert rounds == [0, 7]
    assert [notice["set"]["slow_s"] for _, notice in house.relay.delivered] == [7]


def test_a_change_that_is_always_overtaken_gives_up(house: House) -> None:
    """With a conflict, not for ever."""
    here = party(house)
    store = house.services.store

    def decide() -> Change[None]:
        room = store.get(Room, here.id)
        assert room is not None
        store.replace(replace(room, last_active_at=room.last_active_at + timedelta(seconds=1)))
        return Change(None, writes=[Replace(room)])

    with pytest.raises(Conflict) as refusal:
        commit_and_notify(house.services, decide)
    assert refusal.value.code == "changed_meanwhile"

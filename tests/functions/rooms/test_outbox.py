"""Changes and their notices: one commit, delivered at once or later, not lost while relevant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import party
from watchparty_api.errors import Conflict
from watchparty_api.records import Notice, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.outbox import Change, commit_and_notify, deliver_due
from watchparty_api.store.port import Replace
from watchparty_api.store.queries import NOTICES_BY_DUE


def waiting(api: ApiHarness) -> tuple[Notice, ...]:
    return api.services.store.query(NOTICES_BY_DUE).items


def test_a_delivered_notice_leaves_the_outbox(api: ApiHarness) -> None:
    """It is written with the change and deleted once it is acknowledged."""
    here = party(api)
    here.host.ask("PATCH", here.path(), {"chat": False})
    assert here.notices() == ["settings"]
    assert waiting(api) == ()


def test_a_missed_notice_is_delivered_later(api: ApiHarness) -> None:
    """The change is committed, the notice waits, and maintenance delivers the same notice."""
    here = party(api)
    api.relay.reachable = False
    assert here.host.ask("PATCH", here.path(), {"chat": False}).status_code == 200
    (kept,) = waiting(api)
    api.relay.reachable = True
    assert deliver_due(api.services) == 0, "the process that committed has ten seconds to deliver"
    api.clock.advance(seconds=10)
    assert deliver_due(api.services) == 1
    assert api.relay.delivered == [(here.id, kept.body)]
    assert waiting(api) == ()


def test_the_interval_between_deliveries_grows(api: ApiHarness) -> None:
    """Two seconds, four, eight, up to a minute."""
    here = party(api)
    api.relay.reachable = False
    here.host.ask("PATCH", here.path(), {"chat": False})
    api.clock.advance(seconds=10)
    waits = []
    for _ in range(7):
        deliver_due(api.services)
        (notice,) = waiting(api)
        waits.append((notice.due_at - api.clock()).total_seconds())
        api.clock.time = notice.due_at
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_an_outdated_notice_is_dropped(api: ApiHarness) -> None:
    """After an hour every token carries the same state."""
    here = party(api)
    api.relay.reachable = False
    here.host.ask("PATCH", here.path(), {"chat": False})
    api.clock.advance(hours=1, seconds=1)
    api.relay.reachable = True
    assert deliver_due(api.services) == 0
    assert waiting(api) == ()


def test_the_slower_writer_decides_again(api: ApiHarness) -> None:
    """A change that was overtaken is decided again on the new state; its first notice is never sent."""
    here = party(api)
    store = api.services.store
    rounds: list[float] = []

    def decide() -> Change[int]:
        room = store.get(Room, here.id)
        assert room is not None
        if not rounds:
            store.replace(replace(room, slow_s=7))
        rounds.append(room.slow_s)
        changed = replace(room, settings_rev=room.settings_rev + 1)
        return Change(len(rounds), writes=[Replace(changed)], notices=[notices.settings(changed, api.clock())])

    assert commit_and_notify(api.services, decide) == 2
    assert rounds == [0, 7]
    assert [notice["set"]["slow_s"] for _, notice in api.relay.delivered] == [7]


def test_a_change_that_is_always_overtaken_fails(api: ApiHarness) -> None:
    """It raises Conflict instead of retrying forever."""
    here = party(api)
    store = api.services.store

    def decide() -> Change[None]:
        room = store.get(Room, here.id)
        assert room is not None
        store.replace(replace(room, last_active_at=room.last_active_at + timedelta(seconds=1)))
        return Change(None, writes=[Replace(room)])

    with pytest.raises(Conflict) as refusal:
        commit_and_notify(api.services, decide)
    assert refusal.value.code == "changed_meanwhile"

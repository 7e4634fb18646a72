"""An event that cannot be stored holds up no other, on any store; and the relay accepts nothing that becomes one."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast, get_args

import pytest
from msgspec import inspect

from fakes.api_harness import SITE, ApiHarness, build_harness
from fakes.clock import SteppedClock
from fakes.party import Party, party
from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import settings
from watchparty_api.config import Config
from watchparty_api.errors import Conflict, Unavailable
from watchparty_api.records import RoomAction
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.services import Services
from watchparty_api.store.port import Create, WorkspaceStore, Write
from watchparty_api.store.queries import ACTIONS_OF_ROOM, CHAT_OF_ROOM, DEAD_LETTERS, REPORTS_OF_ROOM
from watchparty_relay.protocol.messages import ClientMessage

Json = dict[str, Any]
TEXTS = ("\0", "a\0b\u202e\x1bz", "🎬" * 100, "x" * 400)


@pytest.fixture
def anywhere(store_url: str, keys_dir: object, clock: SteppedClock) -> Iterator[ApiHarness]:
    """The functions on each kind of store."""
    config = Config(public_url=SITE, store_url=store_url, keys_dir=str(keys_dir), workspace_id=f"w{id(clock)}")
    harness = build_harness(config, clock)
    yield harness
    harness.services.store.close()


def event(here: Party, kind: str, number: int, **facts: Any) -> Json:
    at = (here.api.clock() + timedelta(seconds=number)).isoformat()
    return {"id": f"{here.id}:{kind}:{number}", "room": here.id, "epoch": 1, "at": at, "kind": kind, **facts}


def action(here: Party, number: int, **facts: Any) -> Json:
    about = {"rev": number, "cmd": "pause", "by": "p", "mode": "paused", "pos_s": 1.0, "rate": 1.0, "video_id": "v"}
    return event(here, "action", number, **{**about, **facts})


def stored_actions(services: Services, here: Party) -> list[int]:
    found = services.store.query_all(ACTIONS_OF_ROOM, here.id)
    return sorted(int(each.id.rpartition(":")[2]) for each in found if each.kind == "pause")


class Refusing:
    """A store that refuses one action with an error that its adapter does not know."""

    def __init__(self, store: WorkspaceStore, id_: str, error: Exception) -> None:
        self._store, self._id, self.error = store, id_, error

    def commit(self, writes: list[Write]) -> None:
        if any(isinstance(each, Create) and each.record.id == self._id for each in writes):
            raise self.error
        self._store.commit(writes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def refusing(services: Services, id_: str, error: Exception) -> Services:
    return replace(services, store=cast("WorkspaceStore", Refusing(services.store, id_, error)))


POISON: list[Json] = [
    {"pos_s": float("inf")},
    {"pos_s": float("nan")},
    {"cmd": "a\0b"},
    {"cmd": "\ud800"},
    {"epoch": 2**70},
    {"by": "p" * 5000},
    {"at": "yesterday"},
]


@pytest.mark.parametrize("poison", POISON, ids=repr)
def test_a_bad_event_is_set_aside_and_the_others_are_stored(anywhere: ApiHarness, poison: Json) -> None:
    """Whatever is wrong with it; the sender is not asked to repeat anything."""
    here = party(anywhere)
    ingest(anywhere.services, [action(here, 1), action(here, 2, **poison), action(here, 3)])
    assert stored_actions(anywhere.services, here) == [1, 3]
    (letter,) = anywhere.services.store.query_all(DEAD_LETTERS)
    assert letter.source == "room_event"
    assert letter.reason
    assert json.loads(letter.payload)["id"].endswith(":2")


def test_an_event_that_a_store_refuses_unexpectedly_is_isolated(api: ApiHarness, here: Party) -> None:
    """Among a hundred, by halving the batch; repeating it sets nothing aside twice."""
    events = [action(here, number) for number in range(100)]
    services = refusing(api.services, events[37]["id"], RuntimeError("a bug of the driver"))
    for _ in range(2):
        ingest(services, events)
    assert stored_actions(api.services, here) == [number for number in range(100) if number != 37]
    (letter,) = api.services.store.query_all(DEAD_LETTERS)
    assert letter.reason == "RuntimeError: a bug of the driver"


def test_a_conflict_of_one_event_does_not_hold_up_the_others(api: ApiHarness, here: Party) -> None:
    """They are stored, and only then is the sender asked to repeat."""
    events = [action(here, number) for number in range(8)]
    with pytest.raises(Conflict):
        ingest(refusing(api.services, events[0]["id"], Conflict("changed_meanwhile", "Again.")), events)
    assert stored_actions(api.services, here) == list(range(1, 8))
    assert list(api.services.store.query_all(DEAD_LETTERS)) == []


def test_an_unreachable_store_sets_nothing_aside(api: ApiHarness, here: Party) -> None:
    """Every event can be stored later, so the sender keeps them all."""
    with pytest.raises(Unavailable):
        ingest(refusing(api.services, action(here, 0)["id"], Unavailable("down", "Later.")), [action(here, 0)])
    assert list(api.services.store.query_all(DEAD_LETTERS)) == []


def extremes(type_: inspect.Type, choice: int) -> Any:
    """A value of the type at the end of what it allows."""
    match type_:
        case inspect.StructType():
            return {each.encode_name: extremes(each.type, choice) for each in type_.fields}
        case inspect.UnionType():
            return extremes(type_.types[choice % len(type_.types)], choice)
        case inspect.IntType() | inspect.FloatType():
            return (type_.le, type_.ge)[choice % 2]
        case inspect.StrType() if type_.pattern:
            return "ü" * (type_.max_length or 1)
        case inspect.StrType():
            return TEXTS[choice % len(TEXTS)][: type_.max_length]
        case inspect.EnumType():
            return list(type_.cls)[choice % len(type_.cls)].value
        case inspect.BoolType():
            return bool(choice % 2)
        case _:
            return None


async def extreme_evening() -> list[Json]:
    """What the relay reports of a room in which a member sends every message with extreme values."""
    harness = RelayHarness()
    await harness.open()
    client = await harness.join("host", role="host", name="ü" * 500, set=settings(control="everyone"))
    for choice in range(8):
        for message in get_args(ClientMessage):
            info = inspect.type_info(message)
            assert isinstance(info, inspect.StructType)
            if message.__name__ in ("Hello", "Token", "Bye"):
                continue
            body = extremes(info, choice) | {"t": str(info.tag)}
            body |= {"cid": f"{choice}-{info.tag}"} if "cid" in body else {}
            body |= {"mrev": 1} if "mrev" in body and choice % 2 else {}
            client.send(**body)
            await harness.pass_time(1)
    await harness.pass_time(70, step_s=1)
    await harness.relay.flush_events()
    assert client.channel.code is None, client.channel.code
    await harness.close()
    return harness.events


def test_whatever_the_relay_accepts_every_store_holds(anywhere: ApiHarness) -> None:
    """Every message of the protocol at both ends of its bounds: nothing is set aside and nothing is missing."""
    events, here = asyncio.run(extreme_evening()), party(anywhere)
    ingest(anywhere.services, [json.loads(json.dumps(each | {"room": here.id})) for each in events])
    store = anywhere.services.store
    assert [letter.reason for letter in store.query_all(DEAD_LETTERS)] == []
    kinds = [each["kind"] for each in events]
    for kind in ("action", "session_started"):
        ids = [each["id"] for each in events if each["kind"] == kind]
        assert len(store.get_many(RoomAction, ids)) == len(ids) > 0
    assert len(list(store.query_all(CHAT_OF_ROOM, here.id, False))) + len(
        list(store.query_all(CHAT_OF_ROOM, here.id, True))
    ) == len({each["message_id"] for each in events if each.get("op") == "said"})
    assert len(list(store.query_all(REPORTS_OF_ROOM, here.id))) == kinds.count("report") > 0


@pytest.fixture
def here(api: ApiHarness) -> Party:
    return party(api)

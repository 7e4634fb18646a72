"""Room events are published in batches, and again with the same id until they are accepted."""

import pytest

from fakes.relay.harness import Json, RelayHarness
from fakes.relay.tokens import FILM, settings
from watchparty_relay.metrics import Metrics
from watchparty_relay.reporting.room_events import BATCH, MAX_PENDING, EventQueue, report_events

pytestmark = pytest.mark.anyio


class Functions:
    """Accepts events, unless `away`."""

    def __init__(self) -> None:
        self.batches: list[list[Json]] = []
        self.away = False

    async def publish(self, events: list[Json]) -> None:
        if self.away:
            raise TimeoutError("the functions do not answer")
        self.batches.append(events)


async def test_events_are_published_in_order_in_batches_of_a_hundred() -> None:
    """E1: the last batch has the rest."""
    functions = Functions()
    events = EventQueue(functions.publish, Metrics())
    for number in range(250):
        events.add({"id": str(number)})
    await events.flush()
    assert [len(batch) for batch in functions.batches] == [BATCH, BATCH, 50]
    assert [event["id"] for batch in functions.batches for event in batch] == [str(n) for n in range(250)]


async def test_what_could_not_be_published_is_published_later() -> None:
    """E1: nothing is lost while the functions do not answer, and the order is kept."""
    functions, metrics = Functions(), Metrics()
    events = EventQueue(functions.publish, metrics)
    functions.away = True
    events.add({"id": "1"})
    await events.flush()
    events.add({"id": "2"})
    assert metrics.events_pending == 2
    functions.away = False
    await events.flush()
    assert functions.batches == [[{"id": "1"}, {"id": "2"}]]
    assert metrics.events_pending == 0


async def test_a_day_without_functions_does_not_fill_the_memory() -> None:
    """E1: the oldest events are dropped, and counted."""
    functions, metrics = Functions(), Metrics()
    events = EventQueue(functions.publish, metrics)
    for number in range(MAX_PENDING + 5):
        events.add({"id": str(number)})
    assert (metrics.events_pending, metrics.events_lost) == (MAX_PENDING, 5)


class Picky(Functions):
    """Refuses every batch with one of the events in `bad`."""

    def __init__(self, *bad: str) -> None:
        super().__init__()
        self.bad = set(bad)
        self.calls = 0

    async def publish(self, events: list[Json]) -> None:
        self.calls += 1
        if self.bad & {event["id"] for event in events}:
            raise ValueError("I do not take this one")
        await super().publish(events)

    @property
    def accepted(self) -> list[str]:
        return [event["id"] for batch in self.batches for event in batch]


async def test_refused_events_hold_up_no_other() -> None:
    """E1: not even several in a row at the head of the queue; after five refusals they are set aside."""
    functions, metrics, told = Picky("0", "1", "2", "7"), Metrics(), list[str]()
    events = EventQueue(functions.publish, metrics)
    for number in range(10):
        events.add({"id": str(number)}, published=lambda number=number: told.append(str(number)))  # type: ignore[misc]  # mypy cannot infer the default
    await events.flush()
    assert functions.accepted == ["3", "4", "5", "6", "8", "9"]
    for number in range(10, 20):
        events.add({"id": str(number)})
        await events.flush()
    assert functions.accepted[6:] == [str(number) for number in range(10, 20)]
    assert (metrics.events_pending, metrics.events_set_aside, metrics.events_lost) == (0, 4, 0)
    assert sorted(told) == [str(number) for number in range(10)]


async def test_a_publisher_that_refuses_everything_loses_nothing() -> None:
    """E1: the fault may be its own, so no event is set aside, and a flush costs a bounded number of calls."""
    functions, metrics = Picky(*map(str, range(150))), Metrics()
    events = EventQueue(functions.publish, metrics)
    for number in range(150):
        events.add({"id": str(number)})
    for _ in range(20):
        await events.flush()
    assert (metrics.events_pending, metrics.events_set_aside) == (150, 0)
    assert functions.calls <= 20 * 152
    functions.bad.clear()
    await events.flush()
    assert functions.accepted == [str(number) for number in range(150)]


async def test_the_report_of_a_large_room_is_several_events(harness: RelayHarness) -> None:
    """E1: each with an id of its own, because a document in the functions' store is limited."""
    await harness.join("ana")
    room = (await harness.relay.acquire_room("room")).state
    people = [{"participant_id": f"p{n}", "samples": 1} for n in range(1_200)]
    events = report_events(room, people, now_ms=5.0)
    assert [len(event["people"]) for event in events] == [500, 500, 200]
    assert len({event["id"] for event in events}) == 3


async def test_an_evening_is_recorded(harness: RelayHarness) -> None:
    """E1: joins, actions, chat, positions and leaves, each with an id of its own."""
    host, ana = await harness.host(), await harness.join("ana")
    await host.cmd("seek", pos_s=60.0)
    await host.cmd("play")
    ack = await ana.chat("hello")
    await harness.pass_time(11)
    await ana.ask(t="delete", id=host.last("chat")["id"])
    await host.cmd("pause")
    ana.send(t="bye")
    await ana.closed()
    await harness.relay.flush_events()
    kinds = [event["kind"] for event in harness.events]
    assert kinds == [
        "session_started",
        "session_started",
        "action",
        "action",
        "chat",
        "snapshot",
        "chat",
        "action",
        "snapshot",
        "session_ended",
    ]
    by_kind = {kind: [event for event in harness.events if event["kind"] == kind] for kind in kinds}
    assert [(e["participant_id"], e["total"]) for e in by_kind["session_started"]] == [("host", 1), ("ana", 2)]
    assert [(e["cmd"], e["by"]) for e in by_kind["action"]] == [("seek", "host"), ("play", "host"), ("pause", "host")]
    line, deletion = by_kind["chat"]
    assert (line["op"], line["text"], line["seq"], line["by"]) == ("said", "hello", ack["seq"], "ana")
    assert (deletion["op"], deletion["message_id"]) == ("deleted", line["message_id"])
    playing, paused = by_kind["snapshot"]
    assert playing["pos_s"] == pytest.approx(69.8, abs=0.5)
    assert (playing["mode"], paused["mode"], playing["video_id"]) == ("playing", "paused", "film")
    assert {person["participant_id"] for person in playing["people"]} == {"host", "ana"}
    assert by_kind["session_ended"][0]["total"] == 1
    assert len({event["id"] for event in harness.events}) == len(harness.events)
    assert {event["room"] for event in harness.events} == {"room"}
    assert all(event["at"].endswith("Z") for event in harness.events)


async def test_snapshots_are_recorded_every_ten_seconds_during_playback(harness: RelayHarness) -> None:
    """E2: `at` distinguishes them; a paused room records none."""
    host = await harness.host()
    await host.cmd("play")
    await harness.pass_time(35)
    snapshots = await harness.published("snapshot")
    assert len(snapshots) == 3
    assert len({(s["epoch"], s["rev"]) for s in snapshots}) == 1
    assert [s["at"] for s in snapshots] == sorted(s["at"] for s in snapshots)
    await host.cmd("pause")
    await harness.pass_time(60)
    assert len(await harness.published("snapshot")) == 4


async def test_a_change_of_film_and_the_last_leave_are_snapshots(harness: RelayHarness) -> None:
    """E2: so the functions know the last position."""
    host = await harness.host()
    await harness.notice("media", media={**FILM, "video_id": "other", "mrev": 2})
    (changed,) = await harness.published("snapshot")
    assert (changed["video_id"], changed["mrev"]) == ("other", 2)
    host.disconnect()
    await harness.pass_time(11)
    assert (await harness.published("snapshot"))[-1]["total"] == 0
    assert (await harness.published("session_ended"))[0]["participant_id"] == "host"


async def test_growth_of_the_film_is_not_an_action(harness: RelayHarness) -> None:
    """E1: the action log is about members."""
    growing = {**FILM, "playable_s": 20.0}
    await harness.host(media=growing)
    await harness.notice("media", media={**FILM, "playable_s": 40.0})
    assert await harness.published("action") == []


async def test_sync_reports_are_recorded_once_per_minute(harness: RelayHarness) -> None:
    """E1: with each member's median error."""
    ana = await harness.join("ana", set=settings())
    for _ in range(70):
        ana.report(err_ms=-4.0)
        await ana.channel.until(lambda: True)
        await harness.pass_time(1, step_s=1)
    (recorded,) = await harness.published("report")
    assert (recorded["people"][0]["participant_id"], recorded["people"][0]["err_p50_ms"]) == ("ana", 4.0)

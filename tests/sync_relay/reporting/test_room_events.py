"""What the functions are told: in batches, each event again under the same id until it was taken."""

import pytest

from fakes.relay.harness import Json, RelayHouse
from fakes.relay.tokens import FILM, settings
from watchparty_relay.metrics import Metrics
from watchparty_relay.reporting.room_events import BATCH, MAX_PENDING, EventQueue

pytestmark = pytest.mark.anyio


class Functions:
    """Takes events, or does not."""

    def __init__(self) -> None:
        self.batches: list[list[Json]] = []
        self.away = False

    async def publish(self, events: list[Json]) -> None:
        if self.away:
            raise TimeoutError("the functions do not answer")
        self.batches.append(events)


async def test_events_are_published_in_order_in_lists_of_a_hundred() -> None:
    """E1."""
    functions = Functions()
    events = EventQueue(functions.publish, Metrics())
    for number in range(250):
        events.add({"id": str(number)})
    await events.flush()
    assert [len(batch) for batch in functions.batches] == [BATCH, BATCH, 50]
    assert [event["id"] for batch in functions.batches for event in batch] == [str(n) for n in range(250)]


async def test_what_could_not_be_published_is_published_later() -> None:
    """E1: nothing is lost while the functions are away, and the order stays."""
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
    """E1: the oldest are given up, and counted."""
    functions, metrics = Functions(), Metrics()
    events = EventQueue(functions.publish, metrics)
    for number in range(MAX_PENDING + 5):
        events.add({"id": str(number)})
    assert (metrics.events_pending, metrics.events_lost) == (MAX_PENDING, 5)


async def test_an_evening_is_told(house: RelayHouse) -> None:
    """E1: who came, who did what, what was said, where the film was, who left; each with an id of its own."""
    host, ana = await house.host(), await house.join("ana")
    await host.cmd("seek", pos_s=60.0)
    await host.cmd("play")
    said = await ana.chat("hello")
    await house.pass_time(11)
    await ana.ask(t="delete", id=host.last("chat")["id"])
    await host.cmd("pause")
    ana.send(t="bye")
    await ana.closed()
    await house.relay.flush_events()
    kinds = [event["kind"] for event in house.events]
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
    by_kind = {kind: [event for event in house.events if event["kind"] == kind] for kind in kinds}
    assert [(e["participant_id"], e["total"]) for e in by_kind["session_started"]] == [("host", 1), ("ana", 2)]
    assert [(e["cmd"], e["by"]) for e in by_kind["action"]] == [("seek", "host"), ("play", "host"), ("pause", "host")]
    line, deletion = by_kind["chat"]
    assert (line["op"], line["text"], line["seq"], line["by"]) == ("said", "hello", said["seq"], "ana")
    assert (deletion["op"], deletion["message_id"]) == ("deleted", line["message_id"])
    playing, paused = by_kind["snapshot"]
    assert playing["pos_s"] == pytest.approx(69.8, abs=0.5)
    assert (playing["mode"], paused["mode"], playing["video_id"]) == ("playing", "paused", "film")
    assert {person["participant_id"] for person in playing["people"]} == {"host", "ana"}
    assert by_kind["session_ended"][0]["total"] == 1
    assert len({event["id"] for event in house.events}) == len(house.events)
    assert {event["room"] for event in house.events} == {"room"}
    assert all(event["at"].endswith("Z") for event in house.events)


async def test_snapshots_come_every_ten_seconds_while_it_plays(house: RelayHouse) -> None:
    """E2: later ones are told by their instant; a paused room tells nothing new."""
    host = await house.host()
    await host.cmd("play")
    await house.pass_time(35)
    snapshots = await house.told("snapshot")
    assert len(snapshots) == 3
    assert len({(s["epoch"], s["rev"]) for s in snapshots}) == 1
    assert [s["at"] for s in snapshots] == sorted(s["at"] for s in snapshots)
    await host.cmd("pause")
    await house.pass_time(60)
    assert len(await house.told("snapshot")) == 4


async def test_a_change_of_film_and_the_last_leave_are_snapshots(house: RelayHouse) -> None:
    """E2."""
    host = await house.host()
    await house.notice("media", media={**FILM, "video_id": "other", "mrev": 2})
    (changed,) = await house.told("snapshot")
    assert (changed["video_id"], changed["mrev"]) == ("other", 2)
    host.leave()
    await house.pass_time(11)
    assert (await house.told("snapshot"))[-1]["total"] == 0
    assert (await house.told("session_ended"))[0]["participant_id"] == "host"


async def test_growth_of_the_film_is_no_action_of_anybody(house: RelayHouse) -> None:
    """E1: the action log is about people."""
    growing = {**FILM, "playable_s": 20.0}
    await house.host(media=growing)
    await house.notice("media", media={**FILM, "playable_s": 40.0})
    assert await house.told("action") == []


async def test_sync_reports_are_told_once_a_minute(house: RelayHouse) -> None:
    """E1."""
    ana = await house.join("ana", set=settings())
    for _ in range(70):
        ana.report(err_ms=-4.0)
        await ana.channel.until(lambda: True)
        await house.pass_time(1, step_s=1)
    (told,) = await house.told("report")
    assert (told["people"][0]["participant_id"], told["people"][0]["err_p50_ms"]) == ("ana", 4.0)

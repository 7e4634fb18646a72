"""The contract of every event sink: each event arrives complete and unchanged."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from fakes.google.pubsub_topic import Topic
from watchparty_transcoder.events.sinks import EventSink, JsonLinesSink, PubSubSink
from watchparty_transcoder.events.transcode_event import Failed, Progress, Started, TranscodeEvent, decode

RUN: dict[str, Any] = {"video_id": "v1", "generation": 7, "task": 0, "attempt": 1}
Received = Callable[[], list[TranscodeEvent]]


@pytest.fixture(params=["lines", pytest.param("topic", marks=pytest.mark.service)])
def sink(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[EventSink, Received]:
    if request.param == "lines":
        stream = BytesIO()
        return JsonLinesSink(stream), lambda: [decode(line) for line in stream.getvalue().splitlines()]
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", request.getfixturevalue("pubsub_host"))
    topic = Topic()
    topic.open()
    return PubSubSink(topic.publisher, topic.name), topic.events


def test_events_arrive(sink: tuple[EventSink, Received]) -> None:
    """Every kind of event arrives, with all kinds of letters."""
    adapter, received = sink
    events: list[TranscodeEvent] = [
        Started(seq=1, **RUN),
        Progress(seq=2, done=5, total=10, **RUN),
        Failed(seq=3, code="corrupt", message="Die Datei ist beschädigt „so“ – 壊れた", **RUN),
    ]
    for event in events:
        adapter.send(event)
    assert received() == events

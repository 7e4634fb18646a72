"""What every sink does: each event arrives whole, and in no other words."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from transcoder.topic import Topic
from watchparty_transcoder.events.sinks import EventSink, JsonLinesSink, PubSubSink
from watchparty_transcoder.events.transcode_event import Failed, Progress, Started, TranscodeEvent, decode

WHO: dict[str, Any] = {"video_id": "v1", "generation": 7, "task": 0, "attempt": 1}
Ear = Callable[[], list[TranscodeEvent]]


@pytest.fixture(params=["lines", pytest.param("topic", marks=pytest.mark.service)])
def sink(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[EventSink, Ear]:
    if request.param == "lines":
        stream = BytesIO()
        return JsonLinesSink(stream), lambda: [decode(line) for line in stream.getvalue().splitlines()]
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", request.getfixturevalue("pubsub_host"))
    topic = Topic()
    topic.open()
    return PubSubSink(topic.publisher, topic.name), topic.events


def test_events_arrive(sink: tuple[EventSink, Ear]) -> None:
    """Everything that is announced, with letters of every kind."""
    emitter, ear = sink
    said: list[TranscodeEvent] = [
        Started(seq=1, **WHO),
        Progress(seq=2, done=5, total=10, **WHO),
        Failed(seq=3, code="corrupt", message="Die Datei ist beschädigt „so“ – 壊れた", **WHO),
    ]
    for event in said:
        emitter.send(event)
    assert ear() == said

"""What every announcer does: each event arrives whole, and in no other words."""

from collections.abc import Callable
from io import BytesIO

import pytest

from transcoder.topic import Topic
from watchparty_transcoder.announce.lines import LineAnnouncer
from watchparty_transcoder.announce.port import Announcer
from watchparty_transcoder.announce.topic import TopicAnnouncer
from watchparty_transcoder.events import Failed, Progress, Started, TranscodeEvent, decode

WHO = {"video_id": "v1", "generation": 7, "task": 0, "attempt": 1}
Ear = Callable[[], list[TranscodeEvent]]


@pytest.fixture(params=["lines", pytest.param("topic", marks=pytest.mark.service)])
def announcer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Announcer, Ear]:
    if request.param == "lines":
        stream = BytesIO()
        return LineAnnouncer(stream), lambda: [decode(line) for line in stream.getvalue().splitlines()]
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", request.getfixturevalue("pubsub_host"))
    topic = Topic()
    topic.open()
    return TopicAnnouncer(topic.publisher, topic.name), topic.events


def test_events_arrive(announcer: tuple[Announcer, Ear]) -> None:
    """Everything that is announced, with letters of every kind."""
    speaker, ear = announcer
    said: list[TranscodeEvent] = [
        Started(seq=1, **WHO),
        Progress(seq=2, done=5, total=10, **WHO),
        Failed(seq=3, code="corrupt", message="Die Datei ist beschädigt „so“ – 壊れた", **WHO),
    ]
    for event in said:
        speaker.announce(event)
    assert ear() == said

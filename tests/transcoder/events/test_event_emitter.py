"""Events are numbered, progress is limited in rate, and changes are emitted at once."""

from dataclasses import replace

import msgspec
import pytest

from watchparty_transcoder.errors import Incomplete
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.transcode_event import (
    Availability,
    Failed,
    Playable,
    Progress,
    Rendition,
    TranscodeEvent,
)

RENDITION = Rendition(
    height=360, width=640, bandwidth=900_000, codecs="avc1.64001E", source="fast", playlist="v360/fast.m3u8"
)
STATE = Availability(
    playable_s=4.0,
    renditions=(RENDITION,),
    audio_tracks=(),
    subtitle_tracks=(),
    chapters=(),
    warnings=(),
    losses=(),
    poster=None,
    sprites=None,
)


class Stage:
    """An emitter, the events that it emitted, and a clock set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.emitted: list[TranscodeEvent] = []
        self.emitter = EventEmitter(RunIdentity(video_id="v1", generation=3, attempt=2), self, lambda: self.now)

    def send(self, event: TranscodeEvent) -> None:
        self.emitted.append(event)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_events_identify_their_run(stage: Stage) -> None:
    """Each has video, generation, task and attempt; seq counts."""
    stage.emitter.started()
    stage.emitter.failed(Incomplete("no moov"))
    failed = stage.emitted[1]
    assert isinstance(failed, Failed)
    assert (failed.video_id, failed.generation, failed.task, failed.attempt, failed.seq) == ("v1", 3, 0, 2, 2)
    assert (failed.code, "moov" in failed.message) == ("incomplete", False)


def test_progress_once_per_second(stage: Stage) -> None:
    """More often only for the last value, and never the same value twice."""
    for done in range(10):
        stage.emitter.progress(done, 100)
        stage.now += 0.3
    stage.emitter.progress(100, 100)
    stage.emitter.progress(100, 100)
    assert [event.done for event in stage.emitted if isinstance(event, Progress)] == [0, 4, 8, 100]


def test_growth_is_emitted_once_per_second(stage: Stage) -> None:
    """A growing film does not flood the receivers; what was held back is emitted after a second."""
    stage.emitter.playable(STATE, 60)
    grown = replace(STATE, playable_s=8.0)
    stage.emitter.playable(grown, 60)
    assert len(stage.emitted) == 1
    stage.now += 1
    stage.emitter.playable(grown, 60)
    stage.emitter.playable(grown, 60)
    assert [event.playable_s for event in stage.emitted if isinstance(event, Playable)] == [4.0, 8.0]


def test_changes_are_emitted_at_once(stage: Stage) -> None:
    """New renditions, posters and subtitles do not wait."""
    stage.emitter.playable(STATE, 60)
    better = msgspec.structs.replace(RENDITION, playlist="v720/fast.m3u8")
    stage.emitter.playable(replace(STATE, renditions=(RENDITION, better)), 60)
    stage.emitter.playable(replace(STATE, renditions=(RENDITION, better), poster="poster.jpg"), 60)
    assert len(stage.emitted) == 3

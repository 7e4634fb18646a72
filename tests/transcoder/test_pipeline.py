"""Pieces start in the order in which viewers wait for them."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from transcoder.facts import facts, video
from watchparty_transcoder.config import Limits
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.transcode_event import TranscodeEvent
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.film_run import FilmRun, Job
from watchparty_transcoder.make.workers import Piece, PieceEnded, Pool
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.pipeline import LocalScheduler
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.source.source import on_disk
from watchparty_transcoder.storage.folder import FolderStorage

HEVC = facts(video=video(codec="hevc", keyframes=()))


@dataclass
class RecordedWorkers:
    """In place of the workers: records the pieces that are submitted."""

    pieces: dict[str, Piece] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)

    def submit(self, pieces: list[Piece], pool: Pool) -> None:
        for piece in pieces:
            self.pieces[piece.name] = piece
            self.pools[piece.name] = pool

    def of(self, pool: Pool) -> list[str]:
        return [name for name in self.pieces if self.pools[name] == pool]


class Stage:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.submitted = RecordedWorkers()
        job = Job(
            source=on_disk(Path("/film")), ffmpeg=lambda: "ffmpeg", storage=FolderStorage(folder),
            processes=Processes(), emitter=EventEmitter(RunIdentity(video_id="v1", generation=1), Sink(), lambda: 0.0),
            limits=Limits(), threads=1,
        )  # fmt: skip
        self.run = FilmRun(job, plan)
        self.run.workers = self.submitted  # type: ignore[assignment]  # as far as it is called
        self.progress = self.run.publisher.progress
        self.schedule = LocalScheduler(self.run)
        self.schedule.begin()

    def ended(self, name: str, took_s: float) -> None:
        self.schedule.piece_done(PieceEnded(self.submitted.pieces[name], None, took_s))


class Sink:
    def send(self, event: TranscodeEvent) -> None:
        raise AssertionError("nothing is emitted here")


def test_only_the_opening_of_the_fast_pass_starts(tmp_path: Path) -> None:
    """In the lowest rendition alone, together with the audio."""
    stage = Stage(make_plan(HEVC), tmp_path)
    assert stage.submitted.of(Pool.VIDEO) == ["fast-00000-360"]
    assert stage.submitted.of(Pool.AUDIO) == ["copy"]
    assert not stage.schedule.all_submitted


def test_a_fast_machine_adds_a_rendition(tmp_path: Path) -> None:
    """Twenty seconds in five: the opening at 720 lines, then both renditions from one decode, then the ladder."""
    stage = Stage(make_plan(HEVC), tmp_path)
    stage.schedule.submit_later()
    stage.ended("fast-00000-360", 5.0)
    assert stage.submitted.of(Pool.VIDEO) == [
        "fast-00000-360", "fast-00000-720", "fast-00005-360-720", "ladder-00000-360-480-720-1080",
    ]  # fmt: skip
    assert stage.schedule.all_submitted


def test_a_slow_machine_stays_ahead_of_the_viewers(tmp_path: Path) -> None:
    """Twenty seconds in ten: the fast pass continues at 360 lines alone."""
    stage = Stage(make_plan(HEVC), tmp_path)
    stage.schedule.submit_later()
    stage.ended("fast-00000-360", 10.0)
    assert stage.submitted.of(Pool.VIDEO)[1:] == ["fast-00005-360", "ladder-00000-360-480-720-1080"]
    assert "v720/fast" not in [each.name for each in stage.progress.video]


@pytest.mark.parametrize(("took_s", "again_s"), [(5.0, 60.0), (60.0, 0.0)])
def test_a_restarted_run_keeps_its_decision(took_s: float, again_s: float, tmp_path: Path) -> None:
    """What viewers are offered does not depend on how long it takes to read the marker."""
    first, second = (Stage(make_plan(HEVC), tmp_path) for _ in range(2))
    first.ended("fast-00000-360", took_s)
    second.ended("fast-00000-360", again_s)
    assert first.submitted.of(Pool.VIDEO) == second.submitted.of(Pool.VIDEO)


def test_a_copy_is_playable_before_anything_is_encoded(tmp_path: Path) -> None:
    """The ladder waits for the first frame, and the first frame needs no encoder."""
    stage = Stage(make_plan(facts()), tmp_path)
    assert list(stage.submitted.pieces) == ["copy"]
    stage.schedule.submit_later()
    assert stage.submitted.of(Pool.VIDEO) == ["ladder-00000-360-480-720"]
    assert stage.submitted.of(Pool.EXTRAS) == ["poster"]


def test_sprites_wait_for_the_whole_film(tmp_path: Path) -> None:
    """They are cut once, from the lowest rendition of the first pass, when it is complete."""
    stage = Stage(make_plan(facts()), tmp_path)
    for number in range(15):
        stage.schedule.submit_later()
        assert "sprites" not in stage.submitted.pieces
        stage.progress.add(StoredSegment("v1080/copy", number, 4.0, 5, 120, 0, 0))
    stage.schedule.submit_later()
    assert stage.submitted.of(Pool.EXTRAS) == ["poster", "sprites"]

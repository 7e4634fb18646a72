"""The main loop takes reports in, asks its scheduler what to do, and finishes a film only when it is complete."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from transcoder.cloud import RecordedEvents
from transcoder.facts import audio, facts
from watchparty_transcoder.cloud_task import PUBLISH_ATTEMPTS, STAGGER_S, CloudScheduler, TaskShare
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import Cancelled, DiskFull, InternalError, PlanMismatch, WriteConflict
from watchparty_transcoder.events import transcode_event
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.transcode_event import Availability, Finished
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.film_run import FilmRun, Job, Step, finished_before
from watchparty_transcoder.make.workers import Piece, PieceEnded, Pool
from watchparty_transcoder.mp4.segment import MissingPart, Report, StoredSegment
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.publish.verify import SpanReader, as_listed
from watchparty_transcoder.source.source import on_disk
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.folder import FolderStorage

SECONDS = 3.0
SIZE = 60_000
PLAN = make_plan(facts(video=None, duration_s=SECONDS, audio=(audio(codec="mp3", duration_s=SECONDS),)))
"""Audio only, in one segment."""


def encode(report: Report) -> None:
    (track,) = PLAN.audio
    report(StoredSegment(track.name, 0, track.end / track.sample_rate, SIZE, track.end // 1024, 0, track.end))


def fail(error: Exception) -> Callable[[Report], None]:
    def work(_report: Report) -> None:
        raise error

    return work


class ScriptedScheduler:
    """Submits some pieces, and decides `last` once they are all done."""

    report_wait_s = 0.05

    def __init__(self, run: FilmRun, *pieces: Piece, last: Step = Step.FINISH) -> None:
        self.run = run
        self.pieces = pieces
        self.last = last
        self.done: list[str] = []
        self.skipped: list[str] = []

    def begin(self) -> None:
        self.run.workers.submit(self.pieces, Pool.AUDIO)

    def piece_done(self, ended: PieceEnded) -> None:
        self.done.append(ended.piece.name)

    def piece_skipped(self, piece: Piece) -> None:
        self.skipped.append(piece.name)

    def turn(self, *, reported: bool) -> Step:
        if reported:
            self.run.publish()
        self.run.emit_status()
        return self.last if self.run.workers.idle else Step.CONTINUE

    def span_reader(self) -> SpanReader:
        return as_listed({"a0/aac-00000.m4s": SIZE})

    def publish_all(self) -> Availability:
        return self.run.publish()


@pytest.fixture
def events() -> RecordedEvents:
    return RecordedEvents()


@pytest.fixture
def run(tmp_path: Path, events: RecordedEvents) -> FilmRun:
    job = Job(
        source=on_disk(Path("/film")),
        ffmpeg=lambda: "ffmpeg",
        storage=FolderStorage(tmp_path),
        processes=Processes(),
        emitter=EventEmitter(RunIdentity(video_id="v1", generation=1), events, lambda: 0.0),
        limits=Limits(),
        threads=1,
    )
    return FilmRun(job, PLAN)


def test_a_complete_film_is_finished(run: FilmRun, events: RecordedEvents) -> None:
    """`finished` is the last event, and is stored for the runs after this one."""
    scheduler = ScriptedScheduler(run, Piece("a0-aac-00000", encode))
    run.run(scheduler)
    assert scheduler.done == ["a0-aac-00000"]
    assert events.kinds() == ["playable", "progress", "finished"]
    assert finished_before(run.job.storage) == events.events[-1]


def test_what_the_film_takes_is_reported(run: FilmRun, events: RecordedEvents) -> None:
    """All of its files count, except subtitles that were added beside it, which count separately."""
    storage = run.job.storage
    storage.write("sidecar/t1.vtt", b"WEBVTT")
    run.run(ScriptedScheduler(run, Piece("a0-aac-00000", encode)))
    sizes = storage.sizes()
    stored = sum(sizes.values()) - sizes[layout.FINISHED] - sizes["sidecar/t1.vtt"]
    finished = events.events[-1]
    assert isinstance(finished, Finished)
    assert finished.media_bytes == stored > 0


def test_an_incomplete_film_is_not_finished(run: FilmRun, events: RecordedEvents) -> None:
    """Verification comes before `finished`, even if the scheduler believes that everything is done."""
    with pytest.raises(PlanMismatch):
        run.run(ScriptedScheduler(run, Piece("poster", lambda _report: None)))
    assert "finished" not in events.kinds()
    assert finished_before(run.job.storage) is None


def test_a_run_can_leave_the_rest_to_others(run: FilmRun, events: RecordedEvents) -> None:
    """Then it ends without an event and without an error."""
    run.run(ScriptedScheduler(run, Piece("poster", lambda _report: None), last=Step.LEAVE))
    assert "finished" not in events.kinds()


def test_a_film_does_without_an_optional_piece(run: FilmRun, events: RecordedEvents) -> None:
    """Its failure is the scheduler's to note; the film is finished nevertheless."""
    poster = Piece("poster", fail(RuntimeError("no frame")), needed=False)
    scheduler = ScriptedScheduler(run, Piece("a0-aac-00000", encode), poster)
    run.run(scheduler)
    assert scheduler.skipped == ["poster"]
    assert events.kinds()[-1] == "finished"


@pytest.mark.parametrize(
    ("error", "needed"), [(RuntimeError("no"), True), (DiskFull("full"), False), (Cancelled(), False)]
)
def test_other_failures_end_the_run(run: FilmRun, error: Exception, needed: bool) -> None:
    """A needed piece fails, the disk is full, or the run was cancelled: the error itself is raised."""
    with pytest.raises(type(error)):
        run.run(ScriptedScheduler(run, Piece("subtitles", fail(error), needed=needed)))


def test_warnings_reach_the_uploader(run: FilmRun, events: RecordedEvents) -> None:
    """A piece's warning is part of the events."""

    def encode_with_damage(report: Report) -> None:
        report(MissingPart(PLAN.audio[0].name, 1.0, 2.0))
        encode(report)

    run.run(ScriptedScheduler(run, Piece("a0-aac-00000", encode_with_damage)))
    assert isinstance(events.events[-1], Finished)
    (loss,) = events.events[-1].losses
    assert events.events[-1].warnings == (loss.message,)
    assert [(part.begin_s, part.end_s) for part in loss.parts] == [(1.0, 2.0)]


def test_cancelling_ends_the_loop(run: FilmRun) -> None:
    """Also while nothing is reported."""
    run.job.processes.cancel()
    with pytest.raises(Cancelled):
        run.run(ScriptedScheduler(run))


class OvertakenStorage(FolderStorage):
    """Every playlist has just been written by another task, which has finished the film if `finished`."""

    def __init__(self, root: Path, *, finished: Finished | None) -> None:
        super().__init__(root)
        if finished:
            super().write(layout.FINISHED, transcode_event.encode(finished))

    def write(self, name: str, data: bytes) -> None:
        if name.endswith(".m3u8"):
            raise WriteConflict(name)
        super().write(name, data)


def overtaken(run: FilmRun, root: Path, *, finished: Finished | None, index: int) -> tuple[CloudScheduler, list[float]]:
    """The scheduler of a task of the cloud, and the seconds that it waited."""
    waits: list[float] = []
    storage = OvertakenStorage(root, finished=finished)
    behind = FilmRun(replace(run.job, storage=storage), PLAN)
    (track,) = PLAN.audio
    frames = track.end // 1024
    behind.publisher.progress.add(
        StoredSegment(track.name, 0, track.end / track.sample_rate, SIZE, frames, 0, track.end)
    )
    return CloudScheduler(behind, TaskShare(index, 20), lambda: 0.0, waits.append), waits


def test_a_task_that_is_overtaken_at_the_end_ends_quietly(run: FilmRun, tmp_path: Path) -> None:
    """All tasks see at once that nothing is missing. One finishes the film; the others have nothing left to do."""
    nothing = Availability(
        playable_s=0.0,
        renditions=(),
        audio_tracks=(),
        subtitle_tracks=(),
        chapters=(),
        warnings=(),
        losses=(),
        poster=None,
        sprites=None,
    )
    scheduler, waits = overtaken(
        run, tmp_path, finished=run.job.emitter.finished(nothing, SECONDS, media_bytes=0), index=7
    )
    assert scheduler.publish_all() is None
    assert waits == [7 * STAGGER_S]


def test_a_task_that_never_gets_its_turn_is_started_again(run: FilmRun, tmp_path: Path) -> None:
    """Others write, but no one finishes: Cloud Run starts the task again."""
    scheduler, waits = overtaken(run, tmp_path, finished=None, index=3)
    with pytest.raises(InternalError):
        scheduler.publish_all()
    assert len(waits) == PUBLISH_ATTEMPTS

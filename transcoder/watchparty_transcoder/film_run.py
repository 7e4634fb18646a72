"""The main loop over one plan, the same on one machine and in a Cloud Run task.

Takes in what the workers report, publishes what has become playable, emits events, and finishes the film. Which pieces
this process does, when it publishes and when the film is complete is up to a scheduler: `pipeline.py` has the one for a
single machine, `cloud_task.py` the one for a task among others. Every step may be killed and repeated.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import msgspec

from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import Cancelled, DiskFull, TranscodeError
from watchparty_transcoder.events import transcode_event
from watchparty_transcoder.events.event_emitter import EventEmitter
from watchparty_transcoder.events.transcode_event import Availability, Finished
from watchparty_transcoder.failure_report import RunLog, store_report
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.pieces import sprites_piece
from watchparty_transcoder.make.workers import FilmWarning, Piece, PieceEnded, Pool, Workers
from watchparty_transcoder.mp4.segment import MissingPart, StoredSegment
from watchparty_transcoder.plan import plan as planning
from watchparty_transcoder.plan.models import EncoderName, Facts, Plan
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.publish.publisher import Publisher
from watchparty_transcoder.publish.verify import SpanReader, verify
from watchparty_transcoder.source.source import Source
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One film, and everything that is needed to transcode it."""

    source: Source
    ffmpeg: Callable[[], str]  # searched for only when something has to be encoded
    storage: Storage
    processes: Processes
    emitter: EventEmitter
    limits: Limits
    threads: int
    hardware: Sequence[EncoderName] = ()  # encoders to try, in this order, for the background ladder
    run_log: RunLog = field(default_factory=RunLog)

    def probed(self) -> Facts:
        """Raises BadMedia."""
        self.run_log.facts = probe(self.source, self.limits)
        return self.run_log.facts

    def report_failure(self, error: TranscodeError) -> None:
        """Stores what explains the failure, for the film's owner, who can read it once the event is out."""
        store_report(
            error,
            run_log=self.run_log,
            attempt=self.emitter.identity.attempt,
            source=self.source.path,
            storage=self.storage,
            processes=self.processes,
            ffmpeg=self.ffmpeg,
        )


class Step(Enum):
    """What FilmRun does after a turn."""

    CONTINUE = "continue"
    FINISH = "finish"  # all pieces are done: verify, publish, emit `finished`
    LEAVE = "leave"  # the remaining pieces are other tasks'; the last of those finishes the film


class Scheduler(Protocol):
    """Decides which pieces this process does, and when. Called from the main thread only."""

    report_wait_s: float  # how long a turn waits for a worker's report

    def begin(self) -> None:
        """Submits the first pieces."""
        ...

    def piece_done(self, ended: PieceEnded) -> None:
        """A piece of this process has succeeded."""
        ...

    def piece_skipped(self, piece: Piece) -> None:
        """An optional piece has failed; the film does without it."""
        ...

    def turn(self, *, reported: bool) -> Step:
        """Called after all waiting reports were taken in (`reported`: there was one): publishes, submits, decides."""
        ...

    def span_reader(self) -> SpanReader:
        """How verification finds out what each segment holds."""
        ...

    def publish_all(self) -> Availability | None:
        """Writes the final playlists. None if another task has finished the film."""
        ...


class FilmRun:
    def __init__(self, job: Job, plan: Plan, publisher: Publisher | None = None) -> None:
        self.job = job
        self.plan = plan
        self.plan_hash = planning.plan_hash(plan)
        self.publisher = publisher or Publisher(plan, job.storage)
        self.workers = Workers(storage=job.storage, plan_hash=self.plan_hash)
        self.encoder = Encoder(
            ffmpeg=job.ffmpeg,
            source=job.source,
            plan=plan,
            storage=job.storage,
            processes=job.processes,
            limits=job.limits,
            threads=job.threads,
        )
        if plan.video:
            job.processes.expect_frames(plan.video.decoded.width * plan.video.decoded.height)
        self._available: Availability | None = None
        self._sprites_submitted = False
        log.info("plan %s: %s", self.plan_hash, _summary(plan))

    def run(self, scheduler: Scheduler) -> None:
        """Raises CannotCopy or HardwareFailed where another plan is needed."""
        try:
            scheduler.begin()
            while (step := self._turn(scheduler)) is Step.CONTINUE:
                pass
        finally:
            self.encoder.begun.set()
            if not self.workers.idle:
                self.job.processes.stop()
            self.workers.stop()
        if step is Step.FINISH:
            self._finish(scheduler)

    def _turn(self, scheduler: Scheduler) -> Step:
        """Takes in every waiting report, so that one publication covers all of them."""
        report = self.workers.next_report(scheduler.report_wait_s)
        if self.job.processes.cancelled:
            raise Cancelled
        reported = report is not None
        while report is not None:
            self._take(report, scheduler)
            report = self.workers.next_report(0)
        return scheduler.turn(reported=reported)

    def _take(self, report: StoredSegment | MissingPart | FilmWarning | PieceEnded, scheduler: Scheduler) -> None:
        if isinstance(report, StoredSegment):
            self.publisher.progress.add(report)
        elif isinstance(report, MissingPart):
            self.publisher.add_missing(report)
        elif isinstance(report, FilmWarning):
            self.publisher.warn(report.sentence)
        elif report.error is None:
            self.publisher.piece_done(report.piece.name)
            scheduler.piece_done(report)
        elif report.piece.needed or isinstance(report.error, DiskFull | Cancelled):
            raise report.error
        else:
            log.warning("doing without %s", report.piece.name, exc_info=report.error)
            self.publisher.piece_skipped(report.piece.name)
            scheduler.piece_skipped(report.piece)

    # -- for schedulers ------------------------------------------------------------------------------------------------

    @property
    def playable(self) -> bool:
        """Whether viewers can begin to watch what was last published."""
        return self._available is not None and self._available.playable_s > 0

    def publish(self) -> Availability:
        """Raises WriteConflict where another run has published in the meantime."""
        self._available = self.publisher.publish()
        if self.playable:
            self.encoder.begun.set()
        return self._available

    def emit_status(self) -> None:
        """What is playable, and how much is done; the emitter limits the rate."""
        if self._available is not None and self.playable:
            self.job.emitter.playable(self._available, self.plan.duration_s)
        progress = self.publisher.progress
        total = progress.frames_planned()
        self.job.emitter.progress(min(progress.frames_done(), total), total)

    def submit_sprites(self) -> bool:
        """Once there is a complete rendition to cut them from. False before that, and after they were submitted."""
        rendition = self.publisher.progress.lowest_complete()
        if rendition is None or self._sprites_submitted:
            return False
        self._sprites_submitted = True
        self.workers.submit([sprites_piece(self.encoder, rendition)], Pool.EXTRAS)
        return True

    def _finish(self, scheduler: Scheduler) -> None:
        verify(self.publisher.progress, scheduler.span_reader())
        available = scheduler.publish_all()
        if available is None:
            return
        sizes = self.job.storage.sizes().items()
        media_bytes = sum(size_bytes for name, size_bytes in sizes if not name.startswith(layout.SIDECARS))
        event = self.job.emitter.finished(available, self.plan.duration_s, media_bytes=media_bytes)
        self.job.storage.create(layout.FINISHED, transcode_event.encode(event))


# -- what earlier runs left --------------------------------------------------------------------------------------------


def finished_before(storage: Storage) -> Finished | None:
    """The event with which an earlier run finished this film."""
    data = storage.read(layout.FINISHED)
    if data is None:
        return None
    event = transcode_event.decode(data)
    return event if isinstance(event, Finished) else None


def earlier_plan(job: Job) -> Plan | None:
    """The plan of an earlier run over the same file, to continue with; the output of any other plan is cleared."""
    data = job.storage.read(layout.PLAN)
    if data is None:
        return None
    if plan := usable_plan(data, job.source):
        return plan
    log.warning("the existing output belongs to another file or version; starting again")
    job.storage.clear()
    return None


def usable_plan(data: bytes, source: Source) -> Plan | None:
    """The stored plan, if it is for this file and this version of the program."""
    try:
        plan = planning.decode(data)
    except msgspec.DecodeError:
        return None
    return plan if plan.version == planning.PLAN_VERSION and plan.size_bytes == source.size_bytes() else None


def _summary(plan: Plan) -> str:
    parts = [f"{plan.duration_s:.1f} s"]
    video = plan.video
    if video:
        not_copied = f"does not copy the video ({', '.join(video.not_copied)})"
        parts.append(f"copies {video.copy.name}" if video.copy else not_copied)
        parts += [f"{each.kind}: {', '.join(rendition.name for rendition in each.renditions)}" for each in video.passes]
    parts += [f"{track.name} {'copied' if track.copied else 'encoded'}" for track in plan.audio]
    return "; ".join(parts)

"""OBJECT → PLAN → ENCODE → PUBLISH, for one video on one machine.

Probes and plans (or takes up the plan of an interrupted run), puts the plan's work on worker threads in the order in
which people wait for it, publishes what has become playable, verifies, and says how it went. Every step may be killed
and run again; a second run over finished output only repeats the last announcement.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from watchparty_transcoder import events, layout, work
from watchparty_transcoder import plan as planning
from watchparty_transcoder.config import Limits
from watchparty_transcoder.encode import Encoder
from watchparty_transcoder.errors import Cancelled, DiskFull, NotAsPlanned
from watchparty_transcoder.models import AAC_FRAME, Plan
from watchparty_transcoder.probe import probe
from watchparty_transcoder.process import Processes
from watchparty_transcoder.publish import Publisher, State
from watchparty_transcoder.segment import SegmentMade
from watchparty_transcoder.speaker import Speaker
from watchparty_transcoder.storage.port import Storage
from watchparty_transcoder.tasks import TaskEnded, Workers
from watchparty_transcoder.verify import verify

logger = logging.getLogger(__name__)

TICK_S = 0.2
LIGHT_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One video on one machine."""

    source: Path
    ffmpeg: Callable[[], str]  # looked for only when something has to be encoded
    storage: Storage
    processes: Processes
    speaker: Speaker
    limits: Limits
    threads: int

    def run(self) -> None:
        finished = _finished_before(self.storage)
        if finished is not None:
            self.speaker.again(finished)
            return
        self.speaker.started()
        plan = self._plan()
        logger.info("plan %s: %s", planning.plan_hash(plan), _summary(plan))
        _Run(self, plan).run()

    def _plan(self) -> Plan:
        """That of an earlier run over the same file, else a new one on cleared ground."""
        size = self.source.stat().st_size
        data = self.storage.read(layout.PLAN)
        if data is not None:
            try:
                earlier = planning.decode(data)
            except msgspec.DecodeError:
                logger.warning("the plan of an earlier run cannot be read; starting again")
            else:
                if earlier.version == planning.PLAN_VERSION and earlier.size_bytes == size:
                    return earlier
            self.storage.clear()
        plan = planning.make_plan(probe(self.source, self.limits))
        self.storage.write(layout.PLAN, planning.encode(plan))
        return plan


class _Run:
    """The main loop over one plan."""

    def __init__(self, job: Job, plan: Plan) -> None:
        self._job = job
        self._plan = plan
        self._publisher = Publisher(plan, job.storage)
        self._workers = Workers(storage=job.storage, plan_hash=planning.plan_hash(plan), heavy=1, light=LIGHT_WORKERS)
        self._encoder = Encoder(
            ffmpeg=job.ffmpeg,
            source=str(job.source),
            plan=plan,
            storage=job.storage,
            processes=job.processes,
            limits=job.limits,
            threads=job.threads,
        )
        self._total = _planned_frames(plan)
        self._state: State | None = None
        self._later_submitted = False
        self._sprites_submitted = False

    def run(self) -> None:
        try:
            self._submit_awaited()
            while not (self._workers.idle and self._later_submitted):
                self._turn()
        finally:
            if not self._workers.idle:
                self._job.processes.cancel()
            self._workers.stop()
        state = self._publisher.publish()
        verify(self._publisher.renditions, self._job.storage)
        event = self._job.speaker.finished(state, self._plan.duration_s)
        self._job.storage.write(layout.FINISHED, events.encode(event))

    def _turn(self) -> None:
        """Take in what the workers report, then publish once for all of it."""
        report = self._workers.next_report(TICK_S)
        if self._job.processes.cancelled:
            raise Cancelled
        if report is None and self._workers.idle and not self._later_submitted:
            raise NotAsPlanned("everything awaited is done, and nothing can be played")
        changed = report is not None
        while report is not None:
            self._take(report)
            report = self._workers.next_report(0)
        if changed:
            self._state = self._publisher.publish()
        if self._state and self._state.playable_s > 0:
            self._job.speaker.playable(self._state, self._plan.duration_s)
            self._submit_later()
        self._job.speaker.progress(min(self._publisher.renditions.frames_done(), self._total), self._total)

    def _take(self, report: SegmentMade | TaskEnded) -> None:
        if isinstance(report, SegmentMade):
            self._publisher.renditions.take(report)
        elif report.error is not None:
            if report.task.needed or isinstance(report.error, DiskFull | Cancelled):
                raise report.error
            logger.warning("doing without %s", report.task.name, exc_info=report.error)
        elif report.task.name == work.SUBTITLES:
            self._publisher.subtitles_ready()
        elif report.task.name == work.POSTER:
            self._publisher.poster = layout.POSTER
        elif report.task.name == work.SPRITES:
            self._publisher.sprites = layout.SPRITES

    def _submit_awaited(self) -> None:
        self._workers.submit(work.light_tasks(self._encoder), heavy=False)
        if film := self._plan.film:
            for lane in work.awaited_lane(film):
                self._workers.submit(work.lane_tasks(self._encoder, film, lane), heavy=True)

    def _submit_later(self) -> None:
        """Once there is something to watch: what makes it better; once all of that is there: what needs it whole."""
        film = self._plan.film
        if not self._later_submitted:
            self._later_submitted = True
            self._workers.submit([work.poster_task(self._encoder)], heavy=False)
            self._workers.submit(work.subtitle_task(self._encoder), heavy=False)
            if film:
                for lane in work.later_lanes(film):
                    self._workers.submit(work.lane_tasks(self._encoder, film, lane), heavy=True)
        lowest = self._publisher.renditions.lowest_leading()
        if lowest and not self._sprites_submitted:
            self._sprites_submitted = True
            self._workers.submit([work.sprites_task(self._encoder, lowest)], heavy=False)


def _finished_before(storage: Storage) -> events.Finished | None:
    data = storage.read(layout.FINISHED)
    if data is None:
        return None
    event = events.decode(data)
    return event if isinstance(event, events.Finished) else None


def _planned_frames(plan: Plan) -> int:
    if plan.film is None:
        return sum(track.end // AAC_FRAME for track in plan.audio)
    passes = sum(len(lane.rungs) for lane in plan.film.lanes) + (plan.film.copy is not None)
    return plan.film.grid.frames * max(1, passes)


def _summary(plan: Plan) -> str:
    parts = [f"{plan.duration_s:.1f} s"]
    film = plan.film
    if film:
        parts.append(f"copies {film.copy.name}" if film.copy else f"copies no picture ({', '.join(film.not_copied)})")
        parts += [f"{lane.kind}: {', '.join(rung.name for rung in lane.rungs)}" for lane in film.lanes]
    parts += [f"{track.name} {'copied' if track.copied else 'encoded'}" for track in plan.audio]
    return "; ".join(parts)

"""OBJECT → PLAN → ENCODE → PUBLISH, for one video on one machine.

Probes and plans (or takes up the plan of an interrupted run), puts the plan's work on worker threads in the order in
which people wait for it, publishes what has become playable, verifies, and says how it went. Every step may be killed
and run again; a second run over finished output only repeats the last announcement.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import Cancelled, CannotCopy, DiskFull, HardwareFailed, NotAsPlanned
from watchparty_transcoder.events import transcode_event
from watchparty_transcoder.events.event_emitter import EventEmitter
from watchparty_transcoder.events.transcode_event import Availability
from watchparty_transcoder.ffmpeg import hardware_trial
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.workers import TaskEnded, Workers
from watchparty_transcoder.mp4.segment import SegmentMade, Warned
from watchparty_transcoder.plan import plan as planning
from watchparty_transcoder.plan.models import SOFTWARE, EncoderName, Film, Plan
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.publish.publisher import Publisher
from watchparty_transcoder.publish.verify import read_back, verify
from watchparty_transcoder.schedule import Schedule
from watchparty_transcoder.source.source import Source
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

log = logging.getLogger(__name__)

TICK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One video on one machine."""

    source: Source
    ffmpeg: Callable[[], str]  # looked for only when something has to be encoded
    storage: Storage
    processes: Processes
    emitter: EventEmitter
    limits: Limits
    threads: int
    hardware: Sequence[EncoderName] = ()  # to be tried for what nobody waits for

    def run(self) -> None:
        finished = finished_before(self.storage)
        if finished is not None:
            self.emitter.again(finished)
            return
        self.emitter.started()
        run: _Run | None = self._begin(self.earlier_plan() or self._new_plan())
        while run:
            run = self._carry_out(run)

    def _begin(self, plan: Plan) -> "_Run":
        return _Run(self, plan, Publisher(plan, self.storage))

    def _carry_out(self, run: "_Run") -> "_Run | None":
        """None once it is done, else the one to go on with."""
        try:
            run.run()
        except CannotCopy as error:
            log.warning("encoding what cannot be copied: %s", error.detail)
            self.processes.resume()
            return self._begin(self._new_plan(may_copy=False))
        except HardwareFailed as error:
            log.warning("going on with software: %s", hardware_trial.reason(error))
            self.processes.resume()
            plan = self._keep(planning.made_by(run.plan, SOFTWARE))
            run.publisher.go_on_with(plan)
            return _Run(self, plan, run.publisher)
        return None

    def earlier_plan(self) -> Plan | None:
        """That of an earlier run over the same file, to go on with; what was made by any other plan is cleared away."""
        data = self.storage.read(layout.PLAN)
        if data is None:
            return None
        if plan := usable_plan(data, self.source):
            return plan
        log.warning("what was made here belongs to another file or version; starting anew")
        self.storage.clear()
        return None

    def _new_plan(self, *, may_copy: bool = True) -> Plan:
        plan = planning.make_plan(probe(self.source, self.limits), may_copy=may_copy)
        return self._keep(planning.made_by(plan, self._encoder(plan.film)))

    def _encoder(self, film: Film | None) -> EncoderName:
        """Decided once a film: all of a rendition has to come from one encoder."""
        ladder = planning.unwatched_ladder(film) if film else None
        if not self.hardware or film is None or ladder is None:
            return SOFTWARE
        return hardware_trial.choose(
            self.hardware, ladder, film.grid, ffmpeg=self.ffmpeg, processes=self.processes, threads=self.threads
        )

    def _keep(self, plan: Plan) -> Plan:
        self.storage.write(layout.PLAN, planning.encode(plan))
        return plan


class _Run:
    """The main loop over one plan: takes in what workers report, publishes, speaks."""

    def __init__(self, job: Job, plan: Plan, publisher: Publisher) -> None:
        log.info("plan %s: %s", planning.plan_hash(plan), _summary(plan))
        self._job = job
        self.plan = plan
        self.publisher = publisher
        self._workers = Workers(storage=job.storage, plan_hash=planning.plan_hash(plan))
        encoder = Encoder(
            ffmpeg=job.ffmpeg,
            source=job.source,
            plan=plan,
            storage=job.storage,
            processes=job.processes,
            limits=job.limits,
            threads=job.threads,
        )
        self._schedule = Schedule(encoder, self._workers, self.publisher.renditions)
        self._state: Availability | None = None

    def run(self) -> None:
        try:
            self._schedule.begin()
            while not (self._workers.idle and self._schedule.all_submitted):
                self._turn()
        finally:
            if not self._workers.idle:
                self._job.processes.stop()
            self._workers.stop()
        state = self.publisher.publish()
        verify(self.publisher.renditions, read_back(self._job.storage))
        event = self._job.emitter.finished(state, self.plan.duration_s)
        self._job.storage.write(layout.FINISHED, transcode_event.encode(event))

    def _turn(self) -> None:
        """Take in everything there is, then publish once for all of it."""
        report = self._workers.next_report(TICK_S)
        if self._job.processes.cancelled:
            raise Cancelled
        if report is None and self._workers.idle:
            raise NotAsPlanned("everything awaited is done, and nothing can be played")
        changed = report is not None
        while report is not None:
            self._take(report)
            report = self._workers.next_report(0)
        if changed:
            self._state = self.publisher.publish()
        if self._state and self._state.playable_s > 0:
            self._job.emitter.playable(self._state, self.plan.duration_s)
            self._schedule.playable()
        renditions = self.publisher.renditions
        total = renditions.frames_planned()
        self._job.emitter.progress(min(renditions.frames_done(), total), total)

    def _take(self, report: SegmentMade | Warned | TaskEnded) -> None:
        if isinstance(report, SegmentMade):
            self.publisher.renditions.take(report)
        elif isinstance(report, Warned):
            self.publisher.warn(report.sentence)
        elif report.error is None:
            self.publisher.task_done(report.task.name)
            self._schedule.ended(report)
        elif report.task.needed or isinstance(report.error, DiskFull | Cancelled):
            raise report.error
        else:
            log.warning("doing without %s", report.task.name, exc_info=report.error)


def usable_plan(data: bytes, source: Source) -> Plan | None:
    """The stored plan, if it is for this file and this version of the program."""
    try:
        plan = planning.decode(data)
    except msgspec.DecodeError:
        return None
    return plan if plan.version == planning.PLAN_VERSION and plan.size_bytes == source.size_bytes() else None


def finished_before(storage: Storage) -> transcode_event.Finished | None:
    data = storage.read(layout.FINISHED)
    if data is None:
        return None
    event = transcode_event.decode(data)
    return event if isinstance(event, transcode_event.Finished) else None


def _summary(plan: Plan) -> str:
    parts = [f"{plan.duration_s:.1f} s"]
    film = plan.film
    if film:
        parts.append(f"copies {film.copy.name}" if film.copy else f"copies no picture ({', '.join(film.not_copied)})")
        parts += [f"{lane.kind}: {', '.join(rung.name for rung in lane.rungs)}" for lane in film.lanes]
    parts += [f"{track.name} {'copied' if track.copied else 'encoded'}" for track in plan.audio]
    return "; ".join(parts)

"""One of the tasks that make a film together: OBJECT → PLAN → its share of ENCODE, and whoever is last, PUBLISH.

Tasks never talk to each other. They share a bucket: the first task puts the plan there, each does the pieces that are
its own by their number and leaves a marker at each, and who finds all markers there verifies and publishes. The first
task also publishes what has grown meanwhile and tells of it, as long as there is anything to tell. Each piece may be
begun twice, and each task killed at any point: what is there already is neither made nor written again.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from watchparty_transcoder import pipeline
from watchparty_transcoder.errors import BadMedia, Broken, Cancelled, CannotCopy, DiskFull, Overtaken, TookTooLong
from watchparty_transcoder.events import transcode_event
from watchparty_transcoder.make import pieces
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.workers import Marker, Pool, Task, TaskEnded, Workers, read_marker
from watchparty_transcoder.mp4.segment import SegmentMade, Warned
from watchparty_transcoder.pipeline import Job
from watchparty_transcoder.plan import plan as planning
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.timeline import CLOUD
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.publish.publisher import SPRITES_TASK, Publisher
from watchparty_transcoder.publish.verify import as_listed, verify
from watchparty_transcoder.storage import layout

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0  # a playlist is one object, and one object may be written about once a second
PLAN_WITHIN_S = 1200.0
ALONE_AFTER_S = 180.0  # the first task waits for others only as long as they get on with it
READERS = 16
TRIES = 5


@dataclass(frozen=True, slots=True)
class Share:
    """Which of the tasks this is."""

    index: int
    count: int

    @property
    def leads(self) -> bool:
        return self.index == 0

    def of(self, pieces: Sequence[tuple[Task, Pool]]) -> Sequence[tuple[Task, Pool]]:
        """Every count-th: neighbours in the film, which are waited for together, are made side by side."""
        return pieces[self.index :: self.count]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudTask:
    job: Job
    share: Share
    attempt: int
    clock: Callable[[], float]
    wait: Callable[[float], None]

    def run(self) -> None:
        finished = pipeline.finished_before(self.job.storage)
        if finished is not None:
            if self.share.leads:
                self.job.emitter.again(finished)
            return
        if self.share.leads:
            self.job.emitter.started()
        done_for = None
        while (plan := self._plan()) != done_for:  # another one is made where the original could not be copied
            if plan is None:
                return
            try:
                _Run(self, plan).run()
            except CannotCopy as error:
                log.warning("encoding what cannot be copied: %s", error.detail)
                self.job.processes.resume()
                self._replace_plan(planning.encode(self._new_plan(may_copy=False)))
                continue
            done_for = plan

    def _replace_plan(self, plan: bytes) -> None:
        try:
            self.job.storage.write(layout.PLAN, plan)
        except Overtaken:  # it was stored by whoever came before; this one is better than any of those
            self.job.storage.write(layout.PLAN, plan)

    def _plan(self) -> Plan | None:
        """None: the first task has refused the file, and said so."""
        if self.share.leads and (plan := self.job.earlier_plan()):
            return plan
        if self.share.leads:
            self.job.storage.create(layout.PLAN, planning.encode(self._new_plan()))  # unless a twin was faster
        return self._awaited_plan()

    def _new_plan(self, *, may_copy: bool = True) -> Plan:
        try:
            facts = probe(self.job.source, self.job.limits)
        except (BadMedia, TookTooLong):
            self.job.storage.create(layout.refused(self.attempt), b"{}")
            raise
        return planning.make_plan(facts, sizes=CLOUD, may_copy=may_copy)

    def _awaited_plan(self) -> Plan | None:
        """That of the first task: each look at a file from here is a journey, so only one task takes it."""
        until = self.clock() + PLAN_WITHIN_S
        while self.clock() < until:
            if self.job.processes.cancelled:
                raise Cancelled
            data = self.job.storage.read(layout.PLAN)
            plan = pipeline.usable_plan(data, self.job.source) if data else None
            if plan:
                return plan
            if self.job.storage.size(layout.refused(self.attempt)):
                return None
            self.wait(LOOK_EVERY_S / 2)
        raise Broken("the first task made no plan")


class _Run:
    """One task's way through one plan."""

    def __init__(self, task: CloudTask, plan: Plan) -> None:
        self._task = task
        self._job = job = task.job
        self._plan = plan
        self._hash = planning.plan_hash(plan)
        self._publisher = Publisher(plan, job.storage)
        self._workers = Workers(storage=job.storage, plan_hash=self._hash)
        self._encoder = Encoder(
            ffmpeg=job.ffmpeg,
            source=job.source,
            plan=plan,
            storage=job.storage,
            processes=job.processes,
            limits=job.limits,
            threads=job.threads,
        )
        self._pieces = pieces.all_tasks(self._encoder)
        self._taken: set[str] = set()  # markers whose news are known here
        self._sprites_begun = False
        self._news_at = task.clock()
        self._looked_at = float("-inf")
        self._shown = False

    def run(self) -> None:
        mine = self._task.share.of(self._pieces)
        log.info("plan %s: %d of %d pieces are mine", self._hash, len(mine), len(self._pieces))
        try:
            for piece, pool in mine:
                self._workers.submit([piece], pool)
            while not self._over():
                pass
        finally:
            if not self._workers.idle:
                self._job.processes.stop()
            self._workers.stop()

    def _over(self) -> bool:
        """One turn: what my workers say, what others have left, whether all of it is there."""
        self._hear()
        leads = self._task.share.leads
        due = leads and self._task.clock() - self._looked_at >= LOOK_EVERY_S
        if due or self._workers.idle:
            self._look()
        if due or (leads and not self._shown):  # the first moment is waited for
            self._publish()
        if not self._workers.idle:
            return False
        missing = {piece.name for piece, _ in self._pieces} - self._taken
        if not missing and SPRITES_TASK not in self._taken and self._begin_sprites():
            return False
        if not missing:
            self._finish()
            return True
        alone = self._task.clock() - self._news_at > ALONE_AFTER_S
        if not leads or alone:
            log.info("%d pieces are for others", len(missing))
            return True
        return False

    def _hear(self) -> None:
        report = self._workers.next_report(LOOK_EVERY_S)
        if self._job.processes.cancelled:
            raise Cancelled
        while report is not None:
            self._take(report)
            report = self._workers.next_report(0)

    def _take(self, report: SegmentMade | Warned | TaskEnded) -> None:
        if isinstance(report, SegmentMade):
            self._publisher.renditions.take(report)
            self._news_at = self._task.clock()
        elif isinstance(report, TaskEnded) and report.error is not None:
            if report.task.needed or isinstance(report.error, DiskFull | Cancelled):
                raise report.error
            log.warning("doing without %s", report.task.name, exc_info=report.error)
            self._workers.mark(report.task.name, Marker(made=False))

    def _look(self) -> None:
        """Take in the markers that are new, mine among them."""
        self._looked_at = self._task.clock()
        folder = layout.markers(self._hash)
        there = {layout.task_of(name): name for name in self._job.storage.sizes(folder)}
        fresh = [task for task in there if task not in self._taken]
        with ThreadPoolExecutor(READERS) as pool:
            markers = pool.map(lambda task: read_marker(self._job.storage, there[task]), fresh)
            for task, marker in zip(fresh, markers, strict=True):
                if marker is None:
                    continue
                self._taken.add(task)
                self._news_at = self._task.clock()
                for segment in marker.segments:
                    self._publisher.renditions.take(segment)
                for warning in marker.warnings:
                    self._publisher.warn(warning.sentence)
                if marker.made:
                    self._publisher.task_done(task)

    def _publish(self) -> None:
        try:
            state = self._publisher.publish()
        except Overtaken as error:  # by a twin of this run: what it knew will be known at the next look
            log.info("another run has published %s", error.detail)
            return
        if state.playable_s > 0:
            self._shown = True
            self._job.emitter.playable(state, self._plan.duration_s)
        if self._publisher.renditions.lowest_leading():
            self._begin_sprites()
        total = self._publisher.renditions.frames_planned()
        self._job.emitter.progress(min(self._publisher.renditions.frames_done(), total), total)

    def _begin_sprites(self) -> bool:
        """They need a whole rendition, so nobody has them as a share. False where there are none to make."""
        lowest = self._publisher.renditions.lowest_leading()
        if lowest is None or self._sprites_begun:
            return False
        self._sprites_begun = True
        self._workers.submit([pieces.sprites_task(self._encoder, lowest)], Pool.EXTRAS)
        return True

    def _finish(self) -> None:
        verify(self._publisher.renditions, as_listed(self._job.storage.sizes()))
        for _ in range(TRIES):
            try:
                state = self._publisher.publish()
                break
            except Overtaken:
                self._look()
        else:
            raise Broken("others keep publishing")
        event = self._job.emitter.finished(state, self._plan.duration_s)
        self._job.storage.create(layout.FINISHED, transcode_event.encode(event))

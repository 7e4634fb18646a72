"""One of the Cloud Run tasks that transcode a film together: OBJECT → PLAN → its share of ENCODE → maybe PUBLISH.

Tasks never talk to each other; they share a bucket. The first task stores the plan there. Each task does the pieces
that its index selects and leaves a marker for each. A task that finds all markers verifies and publishes. The first
task also publishes intermediate states and emits their events while there is news. Every piece may be begun twice, and
every task may be killed at any point: existing output is neither encoded nor written again.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from watchparty_transcoder.errors import BadMedia, Cancelled, CannotCopy, InternalError, TimedOut, WriteConflict
from watchparty_transcoder.events.transcode_event import Availability
from watchparty_transcoder.film_run import FilmRun, Job, Step, earlier_plan, finished_before, usable_plan
from watchparty_transcoder.make.pieces import all_pieces
from watchparty_transcoder.make.workers import Marker, Piece, PieceEnded, Pool, read_marker
from watchparty_transcoder.plan import plan as planning
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.timeline import CLOUD
from watchparty_transcoder.publish.publisher import SPRITES_PIECE
from watchparty_transcoder.publish.verify import SpanReader, as_listed
from watchparty_transcoder.storage import layout

log = logging.getLogger(__name__)

READ_MARKERS_EVERY_S = 2.0
"""A playlist is one object, and one object may be written about once per second."""
PLAN_WITHIN_S = 1200.0
NO_NEWS_S = 180.0
"""The first task waits for the others only as long as they make progress."""
MARKER_READERS = 16
PUBLISH_ATTEMPTS = 5
STAGGER_S = 0.1
"""All tasks see at the same moment that nothing is missing: after a conflict, each waits this long per its index."""


@dataclass(frozen=True, slots=True)
class TaskShare:
    """Which of the tasks this is, and thus which pieces it does."""

    index: int
    count: int

    @property
    def is_leader(self) -> bool:
        return self.index == 0

    def select(self, pieces: Sequence[tuple[Piece, Pool]]) -> Sequence[tuple[Piece, Pool]]:
        """Every count-th piece: neighbours in the film, which viewers wait for together, are done side by side."""
        return pieces[self.index :: self.count]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudTask:
    job: Job
    share: TaskShare
    attempt: int
    clock: Callable[[], float]
    wait: Callable[[float], None]

    def run(self) -> None:
        finished = finished_before(self.job.storage)
        if finished is not None:
            if self.share.is_leader:
                self.job.emitter.repeat_finished(finished)
            return
        if self.share.is_leader:
            self.job.emitter.started()
        done_for = None
        while (plan := self._plan()) != done_for:  # there is another one if the original could not be copied
            if plan is None:
                return
            run = FilmRun(self.job, plan)
            try:
                run.run(CloudScheduler(run, self.share, self.clock, self.wait))
            except CannotCopy as error:
                log.warning("encoding what cannot be copied: %s", error.detail)
                self.job.processes.resume()
                uncopied = error.streams | planning.streams_not_copied(plan)
                self._replace_plan(planning.encode(self._new_plan(uncopied=uncopied)))
                continue
            done_for = plan

    def _replace_plan(self, plan: bytes) -> None:
        try:
            self.job.storage.write(layout.PLAN, plan)
        except WriteConflict:  # an earlier run stored the existing one; this one is better than any of those
            self.job.storage.write(layout.PLAN, plan)

    def _plan(self) -> Plan | None:
        """None: the first task has refused the file and reported why."""
        if self.share.is_leader and (plan := earlier_plan(self.job)):
            return plan
        if self.share.is_leader:
            self.job.storage.create(layout.PLAN, planning.encode(self._new_plan()))  # unless a duplicate was faster
        return self._awaited_plan()

    def _new_plan(self, *, uncopied: frozenset[int] = frozenset()) -> Plan:
        try:
            facts = self.job.probed()
        except (BadMedia, TimedOut):
            self.job.storage.create(layout.refused(self.attempt), b"{}")
            raise
        return planning.make_plan(facts, sizes=CLOUD, uncopied=uncopied)

    def _awaited_plan(self) -> Plan | None:
        """The first task's: probing a remote file takes many round trips, so only one task does it."""
        until = self.clock() + PLAN_WITHIN_S
        while self.clock() < until:
            if self.job.processes.cancelled:
                raise Cancelled
            data = self.job.storage.read(layout.PLAN)
            plan = usable_plan(data, self.job.source) if data else None
            if plan:
                return plan
            if self.job.storage.size(layout.refused(self.attempt)):
                return None
            self.wait(READ_MARKERS_EVERY_S / 2)
        raise InternalError("the first task made no plan")


class CloudScheduler:
    """Does this task's share of the pieces, and learns from markers in the bucket what the other tasks have done."""

    report_wait_s = READ_MARKERS_EVERY_S

    def __init__(
        self, run: FilmRun, share: TaskShare, clock: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self._run = run
        self._share = share
        self._clock = clock
        self._wait = wait
        self._pieces = all_pieces(run.encoder)
        self._known: set[str] = set()  # pieces whose markers were read
        self._news_at = clock()
        self._markers_read_at = float("-inf")

    def begin(self) -> None:
        self._run.encoder.begun.set()  # the sound is encoded on other machines
        mine = self._share.select(self._pieces)
        log.info("%d of %d pieces belong to this task", len(mine), len(self._pieces))
        for piece, pool in mine:
            self._run.workers.submit([piece], pool)

    def piece_done(self, ended: PieceEnded) -> None:
        """Its marker counts, as for the pieces of other tasks."""

    def piece_skipped(self, piece: Piece) -> None:
        """The marker tells the other tasks not to wait for it."""
        self._run.workers.mark(piece.name, Marker(made=False))

    def turn(self, *, reported: bool) -> Step:
        if reported:
            self._news_at = self._clock()
        leader, idle = self._share.is_leader, self._run.workers.idle
        due = leader and self._clock() - self._markers_read_at >= READ_MARKERS_EVERY_S
        if due or idle:
            self._read_markers()
        if due or (leader and not self._run.playable):  # viewers wait for the first moment
            self._publish()
        if not self._run.workers.idle:
            return Step.CONTINUE
        missing = {piece.name for piece, _ in self._pieces} - self._known
        if not missing:
            sprites_follow = SPRITES_PIECE not in self._known and self._run.submit_sprites()
            return Step.CONTINUE if sprites_follow else Step.FINISH
        if leader and self._clock() - self._news_at <= NO_NEWS_S:
            return Step.CONTINUE
        log.info("%d pieces are left to other tasks", len(missing))
        return Step.LEAVE

    def _read_markers(self) -> None:
        """Takes in every marker that is new, those of this task included."""
        self._markers_read_at = self._clock()
        storage, publisher = self._run.job.storage, self._run.publisher
        names = {layout.piece_of(name): name for name in storage.sizes(layout.markers(self._run.plan_hash))}
        fresh = [piece for piece in names if piece not in self._known]
        with ThreadPoolExecutor(MARKER_READERS) as pool:
            markers = pool.map(lambda piece: read_marker(storage, names[piece]), fresh)
            for piece, marker in zip(fresh, markers, strict=True):
                if marker is None:
                    continue
                self._known.add(piece)
                self._news_at = self._clock()
                for segment in marker.segments:
                    publisher.progress.add(segment)
                for part in marker.missing:
                    publisher.add_missing(part)
                for warning in marker.warnings:
                    publisher.warn(warning.sentence)
                if marker.made:
                    publisher.piece_done(piece)
                else:
                    publisher.piece_skipped(piece)

    def _publish(self) -> None:
        try:
            self._run.publish()
        except WriteConflict as error:  # a duplicate of this task published; the next turn knows what it knew
            log.info("another run has published %s", error.detail)
            return
        self._run.emit_status()
        self._run.submit_sprites()

    def span_reader(self) -> SpanReader:
        return as_listed(self._run.job.storage.sizes())

    def publish_all(self) -> Availability | None:
        for _ in range(PUBLISH_ATTEMPTS):
            try:
                return self._run.publish()
            except WriteConflict:
                self._wait(STAGGER_S * self._share.index)
                if finished_before(self._run.job.storage):
                    return None
                self._read_markers()
        raise InternalError("other runs keep publishing")

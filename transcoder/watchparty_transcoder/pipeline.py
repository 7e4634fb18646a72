"""OBJECT → PLAN → ENCODE → PUBLISH, for one film on one machine.

Probes and plans, or continues with the plan of an interrupted run, and runs the plan's pieces on worker threads in the
order in which viewers wait for them. A second run over finished output only repeats the last event.
"""

import logging

from watchparty_transcoder.errors import CannotCopy, HardwareFailed, PlanMismatch
from watchparty_transcoder.events.transcode_event import Availability
from watchparty_transcoder.ffmpeg import hardware_trial
from watchparty_transcoder.film_run import FilmRun, Job, Step, earlier_plan, finished_before
from watchparty_transcoder.make.pieces import (
    audio_pieces,
    further_copy_pieces,
    pass_pieces,
    poster_piece,
    subtitle_pieces,
)
from watchparty_transcoder.make.workers import Piece, PieceEnded, Pool
from watchparty_transcoder.plan import plan as planning
from watchparty_transcoder.plan.models import SOFTWARE, EncoderName, Pass, Plan, VideoPlan
from watchparty_transcoder.publish.verify import SpanReader, read_back
from watchparty_transcoder.storage import layout

log = logging.getLogger(__name__)

REPORT_WAIT_S = 0.2
FAST_ENOUGH = 3.0
"""Seconds of film encoded per second, in the lowest rendition alone; with two renditions this becomes about 1.8."""
YES, NO = b"true", b"false"


def transcode(job: Job) -> None:
    finished = finished_before(job.storage)
    if finished is not None:
        job.emitter.repeat_finished(finished)
        return
    job.emitter.started()
    run: FilmRun | None = FilmRun(job, earlier_plan(job) or _new_plan(job))
    while run:
        run = _carry_out(run)


def _carry_out(run: FilmRun) -> FilmRun | None:
    """None once the film is finished, else the run to continue with."""
    job = run.job
    try:
        run.run(LocalScheduler(run))
    except CannotCopy as error:
        log.warning("encoding what cannot be copied: %s", error.detail)
        job.processes.resume()
        return FilmRun(job, _new_plan(job, uncopied=error.streams | planning.streams_not_copied(run.plan)))
    except HardwareFailed as error:
        log.warning("going on with software: %s", hardware_trial.reason(error))
        job.processes.resume()
        plan = planning.with_encoder(run.plan, SOFTWARE)
        _store(job, plan)
        run.publisher.switch_plan(plan)
        return FilmRun(job, plan, run.publisher)
    return None


def _new_plan(job: Job, *, uncopied: frozenset[int] = frozenset()) -> Plan:
    plan = planning.make_plan(job.probed(), uncopied=uncopied)
    plan = planning.with_encoder(plan, _ladder_encoder(job, plan.video))
    _store(job, plan)
    return plan


def _store(job: Job, plan: Plan) -> None:
    job.storage.write(layout.PLAN, planning.encode(plan))


def _ladder_encoder(job: Job, video: VideoPlan | None) -> EncoderName:
    """Chosen once per film, because all of a rendition has to come from one encoder."""
    ladder = planning.background_ladder(video) if video else None
    if not job.hardware or video is None or ladder is None:
        return SOFTWARE
    return hardware_trial.choose(
        job.hardware, ladder, video.grid, ffmpeg=job.ffmpeg, processes=job.processes, threads=job.threads
    )


class LocalScheduler:
    """Starts pieces in the order in which viewers wait for them, on one machine that does all of them.

    First what the first frame needs; once the film is playable, what improves it; last what needs the whole film. The
    fast pass gets its second rendition only on a machine that has proved fast enough, because a film that stalls is
    worse than a coarse one.
    """

    report_wait_s = REPORT_WAIT_S

    def __init__(self, run: FilmRun) -> None:
        self._run = run
        self._opening: str | None = None  # the piece whose speed decides
        self._later_submitted = False

    @property
    def all_submitted(self) -> bool:
        return self._later_submitted and self._opening is None

    def begin(self) -> None:
        encoder, workers = self._run.encoder, self._run.workers
        workers.submit(audio_pieces(encoder), Pool.AUDIO)
        video = self._run.plan.video
        if video is None or video.leading_copy:
            return
        pieces = pass_pieces(encoder, video, video.passes[0])
        if self._second_rendition_is_optional(video.passes[0]):
            self._opening = pieces[0].name
            pieces = pieces[:1]
        workers.submit(pieces, Pool.VIDEO)

    def piece_done(self, ended: PieceEnded) -> None:
        """The opening piece shows how fast this machine is; the rest of the fast pass follows from that."""
        video = self._run.plan.video
        if video is None or ended.piece.name != self._opening:
            return
        self._opening = None
        fast = video.passes[0]
        pieces = pass_pieces(self._run.encoder, video, fast)[1:]
        if not self._is_fast_enough(video, fast, ended.took_s):
            lowest = fast.renditions[-1:]
            self._run.publisher.progress.drop([each.name for each in fast.renditions if each not in lowest])
            pieces = pass_pieces(self._run.encoder, video, fast, only=lowest)[1:]
        self._run.workers.submit(pieces, Pool.VIDEO)
        if self._later_submitted:
            self._submit_later_passes(video)

    def piece_skipped(self, piece: Piece) -> None:
        """No marker, so that a restarted run tries again."""

    def turn(self, *, reported: bool) -> Step:
        if not reported and self._run.workers.idle:
            raise PlanMismatch("every piece is done, and nothing is playable")
        if reported:
            self._run.publish()
        self._run.emit_status()
        if self._run.playable:
            self.submit_later()
        return Step.FINISH if self._run.workers.idle and self.all_submitted else Step.CONTINUE

    def submit_later(self) -> None:
        """What viewers do not wait for, because the film is playable without it."""
        encoder, workers, video = self._run.encoder, self._run.workers, self._run.plan.video
        if not self._later_submitted:
            self._later_submitted = True
            workers.submit([poster_piece(encoder), *further_copy_pieces(encoder)], Pool.EXTRAS)
            workers.submit(subtitle_pieces(encoder), Pool.EXTRAS)
            if video and self._opening is None:
                self._submit_later_passes(video)
        self._run.submit_sprites()

    def span_reader(self) -> SpanReader:
        return read_back(self._run.job.storage)

    def publish_all(self) -> Availability:
        return self._run.publish()

    def _submit_later_passes(self, video: VideoPlan) -> None:
        for encode_pass in video.passes if video.leading_copy else video.passes[1:]:
            self._run.workers.submit(pass_pieces(self._run.encoder, video, encode_pass), Pool.VIDEO)

    def _second_rendition_is_optional(self, encode_pass: Pass) -> bool:
        return encode_pass.kind == "fast" and len(encode_pass.renditions) > 1

    def _is_fast_enough(self, video: VideoPlan, fast: Pass, took_s: float) -> bool:
        """Decided once per film, so that a restarted run keeps the renditions that viewers were offered."""
        storage = self._run.job.storage
        decided = storage.read(layout.PACE)
        if decided is None:
            opening_s = video.grid.seconds(video.grid.bounds[fast.chunks[0].end])
            speed = opening_s / max(took_s, 0.001)
            log.info("the opening was encoded at %.1f times real time", speed)
            decided = YES if speed >= FAST_ENOUGH else NO
            storage.write(layout.PACE, decided)
        return decided == YES

"""Which work is started when, in the order in which people wait for it.

First what stands between the upload and the first picture; once there is something to watch, what makes it better; at
last what needs the whole film. A second quality of the fast lane is started only on a machine that has shown itself
fast enough: a picture that stops is worse than a coarse one.
"""

import logging

from watchparty_transcoder.make import pieces
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.workers import Pool, TaskEnded, Workers
from watchparty_transcoder.plan.models import Film, Lane
from watchparty_transcoder.publish.progress import Renditions
from watchparty_transcoder.storage import layout

log = logging.getLogger(__name__)

FAST_ENOUGH = 3.0  # seconds of film made in a second, in the lowest quality alone: two qualities then make about 1.8
YES, NO = b"true", b"false"


class Schedule:
    """Told of what happens, submits tasks; the pipeline's main thread alone calls it."""

    def __init__(self, encoder: Encoder, workers: Workers, renditions: Renditions) -> None:
        self._encoder = encoder
        self._workers = workers
        self._renditions = renditions
        self._opening: str | None = None  # the task whose speed decides
        self._later_begun = False
        self._sprites_begun = False

    @property
    def all_submitted(self) -> bool:
        return self._later_begun and self._opening is None

    def begin(self) -> None:
        self._workers.submit(pieces.sound_tasks(self._encoder), Pool.SOUND)
        film = self._encoder.plan.film
        if film is None or film.copy:
            return
        tasks = pieces.lane_tasks(self._encoder, film, film.lanes[0])
        if self._may_be_cut(film.lanes[0]):
            self._opening = tasks[0].name
            tasks = tasks[:1]
        self._workers.submit(tasks, Pool.PICTURE)

    def playable(self) -> None:
        """There is something to watch."""
        film = self._encoder.plan.film
        if not self._later_begun:
            self._later_begun = True
            self._workers.submit([pieces.poster_task(self._encoder)], Pool.EXTRAS)
            self._workers.submit(pieces.subtitle_tasks(self._encoder), Pool.EXTRAS)
            if film and self._opening is None:
                self._submit_lanes(film)
        lowest = self._renditions.lowest_leading()
        if lowest and not self._sprites_begun:
            self._sprites_begun = True
            self._workers.submit([pieces.sprites_task(self._encoder, lowest)], Pool.EXTRAS)

    def ended(self, report: TaskEnded) -> None:
        """A task is done; the opening one tells how fast this machine is."""
        film = self._encoder.plan.film
        if film is None or report.task.name != self._opening:
            return
        self._opening = None
        fast = film.lanes[0]
        tasks = pieces.lane_tasks(self._encoder, film, fast)[1:]
        if not self._affords_more(film, fast, report.took_s):
            coarse = fast.rungs[-1:]
            self._renditions.drop([rung.name for rung in fast.rungs if rung not in coarse])
            tasks = pieces.lane_tasks(self._encoder, film, fast, only=coarse)[1:]
        self._workers.submit(tasks, Pool.PICTURE)
        if self._later_begun:
            self._submit_lanes(film)

    def _submit_lanes(self, film: Film) -> None:
        for lane in film.lanes if film.copy else film.lanes[1:]:
            self._workers.submit(pieces.lane_tasks(self._encoder, film, lane), Pool.PICTURE)

    def _may_be_cut(self, lane: Lane) -> bool:
        return lane.kind == "fast" and len(lane.rungs) > 1

    def _affords_more(self, film: Film, lane: Lane, took_s: float) -> bool:
        """Decided once a film: a restarted run keeps to what viewers have been offered."""
        storage = self._encoder.storage
        decided = storage.read(layout.PACE)
        if decided is None:
            made_s = film.grid.seconds(film.grid.bounds[lane.chunks[0].end])
            speed = made_s / max(took_s, 0.001)
            log.info("the opening was made %.1f times as fast as it plays", speed)
            decided = YES if speed >= FAST_ENOUGH else NO
            storage.write(layout.PACE, decided)
        return decided == YES

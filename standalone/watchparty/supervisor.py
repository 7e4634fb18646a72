"""Runs transcoder children on this machine: the home adapter of the functions' jobs port.

A few slots, first come first served, one child a video. A child's lines are transcode events and go to `announce`
as they come; that a child has ended goes to `ended`, so that no video is "processing" for ever. What either means is
the functions' business. While a film is being uploaded one child stands by, so that it begins when the upload ends.
"""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger(__name__)

TranscodeEvent = Mapping[str, Any]


class RunningChild(Protocol):
    """What the supervisor needs of a child process."""

    @property
    def running(self) -> bool: ...

    def order(self, arguments: list[str]) -> bool:
        """Gives a child that stands by its arguments. False when it has ended before."""

    def wait(self) -> int: ...

    def stop(self) -> None: ...


StartChild = Callable[[list[str], Callable[[str], None]], RunningChild]


@dataclass(frozen=True)
class Job:
    video_id: str
    generation: str
    attempt: int

    @property
    def name(self) -> str:
        return f"child:{self.video_id}:{self.attempt}"


class TranscodeSupervisor:
    """Launches, queues, cancels. Thread-safe: handlers call it from their own threads."""

    def __init__(
        self,
        *,
        original_of: Callable[[str], Path | str],
        media_of: Callable[[str, str], Path | str],
        announce: Callable[[TranscodeEvent], None],
        ended: Callable[[Job], None],
        start_child: StartChild,
        slots: int,
    ) -> None:
        self._original_of = original_of
        self._media_of = media_of
        self._announce = announce
        self._ended = ended
        self._start_child = start_child
        self._free_slots = slots
        self._waiting: deque[Job] = deque()
        self._running: dict[Job, RunningChild] = {}
        self._standby: RunningChild | None = None
        self._stopping = False
        self._lock = threading.Lock()

    def expect(self) -> None:
        """A film is on its way: has a child ready for it, if there is a slot. It ends by itself when no film comes."""
        with self._lock:
            if self._stopping or not self._free_slots or (self._standby and self._standby.running):
                return
            try:
                self._standby = self._start_child(["--prewarm"], self._hear)
            except OSError as error:  # the film will begin a little later
                log.warning("no transcoder stands by: %s", error)

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        """Queues the job unless this attempt already runs or waits; a later attempt takes the place of an earlier."""
        job = Job(video_id, generation, attempt)
        with self._lock:
            known = [*self._waiting, *self._running]
            if any(other.video_id == video_id and other.attempt >= attempt for other in known):
                return job.name
        self.cancel(video_id=video_id)
        with self._lock:
            self._waiting.append(job)
        self._fill_slots()
        return job.name

    def cancel(self, *, video_id: str) -> None:
        """Forgets a waiting job, ends a running one; its events end with it."""
        with self._lock:
            self._waiting = deque(job for job in self._waiting if job.video_id != video_id)
            children = [child for job, child in self._running.items() if job.video_id == video_id]
        for child in children:
            child.stop()

    def stop(self) -> None:
        """Ends all children; what they were doing is taken up again at the next start."""
        with self._lock:
            self._stopping = True
            self._waiting.clear()
            children = [*self._running.values(), *([self._standby] if self._standby else [])]
        for child in children:
            child.stop()

    def _fill_slots(self) -> None:
        while True:
            with self._lock:
                if self._stopping or not self._free_slots or not self._waiting:
                    return
                self._free_slots -= 1
                job = self._waiting.popleft()
                child = self._running[job] = self._child(self._arguments(job))
            threading.Thread(target=self._see_through, args=(job, child), daemon=True).start()

    def _child(self, arguments: list[str]) -> RunningChild:
        standby, self._standby = self._standby, None
        if standby and standby.order(arguments):
            return standby
        return self._start_child(arguments, self._hear)

    def _arguments(self, job: Job) -> list[str]:
        return [
            *("--input", str(self._original_of(job.video_id))),
            *("--output", str(self._media_of(job.video_id, job.generation))),
            f"--video-id={job.video_id}",  # in one word: an id may begin with a hyphen, as an option does
            *("--generation", job.generation, "--attempt", str(job.attempt)),
            "--with-parent",
        ]

    def _hear(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            log.warning("the transcoder said something that is no event: %.200s", line)
            return
        self._announce(event)

    def _see_through(self, job: Job, child: RunningChild) -> None:
        code = child.wait()
        with self._lock:
            self._free_slots += 1
            del self._running[job]
            stopping = self._stopping
        if not stopping:
            log.info("the transcoder of video %s ended with %s", job.video_id, code)
            self._ended(job)
        self._fill_slots()

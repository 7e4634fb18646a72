"""Runs transcoder children on this machine: the home adapter of the functions' jobs port.

A few slots, first come first served, one child per video. Each line of a child is a transcode event and goes to
`on_event`; the exit of a child goes to `on_exit`, so that no video stays "processing" forever. The functions decide
what either means. While a film is uploaded one child is prewarmed, so that it can start as soon as the upload ends.
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

RETRY_S = 5.0
"""How often the exit of a child is reported again, until it can be stored."""

TranscodeEvent = Mapping[str, Any]


class RunningChild(Protocol):
    """The part of a child process that the supervisor uses."""

    @property
    def running(self) -> bool: ...

    def send_arguments(self, arguments: list[str]) -> bool:
        """Sends a prewarmed child its arguments. Returns False if the child has exited."""

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
        on_event: Callable[[TranscodeEvent], None],
        on_exit: Callable[[Job], None],
        start_child: StartChild,
        slots: int,
        retry_s: float = RETRY_S,
    ) -> None:
        self._original_of = original_of
        self._media_of = media_of
        self._on_event = on_event
        self._on_exit = on_exit
        self._start_child = start_child
        self._free_slots = slots
        self._waiting: deque[Job] = deque()
        self._running: dict[Job, RunningChild] = {}
        self._prewarmed: RunningChild | None = None
        self._stopping = False
        self._stopped = threading.Event()
        self._retry_s = retry_s
        self._lock = threading.Lock()

    def expect(self) -> None:
        """Prewarms a child for a film that is being uploaded, if a slot is free. It exits if no film arrives."""
        with self._lock:
            if self._stopping or not self._free_slots or (self._prewarmed and self._prewarmed.running):
                return
            try:
                self._prewarmed = self._start_child(["--prewarm"], self._on_line)
            except Exception as error:  # the film starts a little later
                log.warning("could not prewarm a transcoder: %s", error)

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        """Queues the job unless this attempt already runs or waits; a later attempt replaces an earlier one."""
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
        """Removes a waiting job and stops a running one, which then sends no more events."""
        with self._lock:
            self._waiting = deque(job for job in self._waiting if job.video_id != video_id)
            children = [child for job, child in self._running.items() if job.video_id == video_id]
        for child in children:
            child.stop()

    def stop(self) -> None:
        """Stops all children; their jobs resume at the next start."""
        with self._lock:
            self._stopping = True
            self._stopped.set()
            self._waiting.clear()
            children = [*self._running.values(), *([self._prewarmed] if self._prewarmed else [])]
        for child in children:
            child.stop()

    def _fill_slots(self) -> None:
        while True:
            with self._lock:
                if self._stopping or not self._free_slots or not self._waiting:
                    return
                self._free_slots -= 1
                job = self._waiting.popleft()
                try:
                    child = self._running[job] = self._child(self._arguments(job))
                except Exception:  # whatever prevents this film, the others get their turn
                    log.exception("the transcoder of video %s could not be started", job.video_id)
                    self._free_slots += 1
                    child = None
            target = self._report_exit if child is None else self._wait_for
            arguments = (job,) if child is None else (job, child)
            threading.Thread(target=target, args=arguments, daemon=True).start()

    def _child(self, arguments: list[str]) -> RunningChild:
        prewarmed, self._prewarmed = self._prewarmed, None
        if prewarmed and prewarmed.send_arguments(arguments):
            return prewarmed
        return self._start_child(arguments, self._on_line)

    def _arguments(self, job: Job) -> list[str]:
        return [
            *("--input", str(self._original_of(job.video_id))),
            *("--output", str(self._media_of(job.video_id, job.generation))),
            f"--video-id={job.video_id}",  # one argument, because an id may start with a hyphen like an option
            *("--generation", job.generation, "--attempt", str(job.attempt)),
            "--with-parent",
        ]

    def _on_line(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            log.warning("the transcoder printed a line that is not an event: %.200s", line)
            return
        try:
            self._on_event(event)
        except Exception:  # the child must not wait for a reader; a final event that is lost makes the run a lost one
            log.exception("an event of the transcoder could not be applied")

    def _wait_for(self, job: Job, child: RunningChild) -> None:
        try:
            code = child.wait()
            log.info("the transcoder of video %s exited with %s", job.video_id, code)
        finally:
            with self._lock:
                self._free_slots += 1
                del self._running[job]
            self._report_exit(job)

    def _report_exit(self, job: Job) -> None:
        """Reports the exit until it is accepted: while the disk is full or the database away, it is not."""
        reported = self._stopping or self._is_exit_stored(job)
        self._fill_slots()
        while not reported and not self._stopped.wait(self._retry_s):
            reported = self._is_exit_stored(job)

    def _is_exit_stored(self, job: Job) -> bool:
        try:
            self._on_exit(job)
        except Exception as error:  # whatever prevents it, it is tried again
            log.warning("the exit of the transcoder of video %s could not be stored: %r", job.video_id, error)
            return False
        return True

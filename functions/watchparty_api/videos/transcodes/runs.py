"""Keeps transcodes going: applies events, starts runs, and takes up what was left lying.

`apply_event` is called for each event however it came; `run_ended`, `resume_interrupted` and `requeue_stuck` by whoever
watches over the runs: the supervisor of child processes, the start of the server, the sweeper.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from watchparty_api.errors import Unavailable, VersionConflict
from watchparty_api.records import Video, VideoStatus
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_BY_STATUS
from watchparty_api.videos.transcodes.models import EVENT
from watchparty_api.videos.transcodes.transitions import after_event, after_lost_run, is_silent, never_started, next_run
from watchparty_api.webhooks.outbox import store_video

log = logging.getLogger(__name__)

_SILENT = "Preparing this film stopped unexpectedly three times. Try again, and report it if it happens again."
_TRIES = 10

Decision = Callable[[Video, datetime], Video | None]


def apply_event(services: Services, event: Mapping[str, Any]) -> None:
    """Applies one transcode event as it came over the wire. What is no event is logged and dropped: a repeat of it
    would be none either."""
    try:
        known = EVENT.validate_python(event)
    except ValidationError as error:
        log.warning("not a transcode event: %s", error.errors(include_url=False, include_input=False))
        return
    _change(services, known.video_id, lambda video, now: after_event(video, known, now))


def run_ended(services: Services, *, video_id: str, attempt: int) -> None:
    """A run is over. If it had the last word, nothing happens; if it ended without one, another run is begun."""
    _change(services, video_id, lambda video, now: _lost(video, now) if video.attempt == attempt else None)


def requeue_stuck(services: Services) -> None:
    """Begins another run where one has been silent for too long, and launches again what never began."""
    now = services.now()
    for video in _with_status(services, "processing"):
        if is_silent(video, now):
            _change(services, video.id, lambda found, at: _lost(found, at) if is_silent(found, at) else None)
    for video in _with_status(services, "queued"):
        # The same run: it may be waiting for its turn all right, and launching twice is harmless.
        if is_silent(video, now) and (waiting := _change(services, video.id, _still_queued)):
            launch(services, waiting)


def resume_interrupted(services: Services) -> None:
    """At the start of a server whose runs ended with it: takes up whatever was waiting or running."""
    for status in ("queued", "processing"):
        for video in _with_status(services, status):
            _change(services, video.id, next_run)


def retry(services: Services, video_id: str) -> Video | None:
    """A new run of a failed transcode, its count of lost runs forgotten. None when there is nothing to run again."""

    def again(video: Video, now: datetime) -> Video | None:
        if video.status != "failed" or video.generation is None:
            return None
        return next_run(replace(video, lost_runs=0), now)

    return _change(services, video_id, again)


def launch(services: Services, video: Video) -> bool:
    """Starts the newest run. When nothing can be started now, that is noted, and `requeue_stuck` tries again."""
    try:
        services.jobs.launch(video_id=video.id, generation=video.generation or "", attempt=video.attempt)
    except Unavailable as error:
        log.warning("run %s of video %s could not be started: %s", video.attempt, video.id, error)
        _note_not_started(services, video)
        return False
    if never_started(video):
        _change(services, video.id, _still_queued)
    return True


def _note_not_started(services: Services, video: Video) -> None:
    try:
        services.store.replace(replace(video, heard_at=None))
    except VersionConflict:
        return  # it was changed meanwhile; at the latest its silence will be noticed


def _change(services: Services, video_id: str, decision: Decision) -> Video | None:
    """Decides on what is stored, writes it, and does what follows from it. Decides again when somebody was faster."""
    for _ in range(_TRIES):
        before = services.store.get(Video, video_id)
        after = decision(before, services.now()) if before else None
        if before is None or after is None:
            return None
        try:
            stored = store_video(services, before, after)
        except VersionConflict:
            continue
        if after.attempt > before.attempt:
            launch(services, stored)
        if _seen_of(after) != _seen_of(before):
            services.on_video_changed(services, stored)
        return stored
    raise Unavailable("too_busy", "This film is changing too fast. Try again in a moment.")


def _seen_of(video: Video) -> tuple[object, ...]:
    """What the rooms that show a video want to hear about."""
    return video.playable, video.playable_s, video.duration_s


def _lost(video: Video, now: datetime) -> Video | None:
    waiting = video.status in ("queued", "processing")
    return after_lost_run(video, now, message=_SILENT) if waiting else None


def _still_queued(video: Video, now: datetime) -> Video | None:
    return replace(video, heard_at=now) if video.status == "queued" else None


def _with_status(services: Services, status: VideoStatus) -> list[Video]:
    return list(services.store.query_all(VIDEOS_BY_STATUS, status))

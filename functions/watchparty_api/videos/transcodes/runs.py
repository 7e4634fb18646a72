"""Applies transcode events, starts runs, and restarts those that were lost.

`apply_event` is called for each event, however it arrives. The supervisor of child processes calls `run_ended`, the
start of the server calls `resume_interrupted`, and maintenance calls `requeue_stuck`.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from watchparty_api.dead_letters import TEMPORARY, reason_of, set_aside
from watchparty_api.errors import Unavailable, VersionConflict
from watchparty_api.isolation import process_each
from watchparty_api.records import Video, VideoStatus
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_BY_STATUS
from watchparty_api.videos.transcodes.models import EVENT
from watchparty_api.videos.transcodes.transitions import (
    after_event,
    after_lost_run,
    is_silent,
    never_started,
    next_run,
    waits_for_space,
)
from watchparty_api.webhooks.outbox import store_video

log = logging.getLogger(__name__)

_SILENT = "Preparing this film stopped unexpectedly three times. Try again, and report it if it happens again."
_MAX_DECISIONS = 10

Decision = Callable[[Video, datetime], Video | None]


def apply_event(services: Services, event: Mapping[str, Any]) -> None:
    """Applies one transcode event as received. One that can never be applied is set aside as a dead letter.

    Raises only errors that may be temporary (`TEMPORARY`).
    """
    try:
        apply_again(services, event)
    except TEMPORARY:
        raise
    except Exception as error:  # whatever is wrong with one event, those after it are applied
        log.warning("invalid transcode event: %s", reason_of(error))
        set_aside(services, "transcode_event", event, error)


def apply_again(services: Services, event: Mapping[str, Any]) -> None:
    """Applies an event that was set aside. Raises whatever prevents it."""
    known = EVENT.validate_python(event)
    _change(services, known.video_id, lambda video, now: after_event(video, known, now))


def run_ended(services: Services, *, video_id: str, attempt: int) -> None:
    """Called when a run has ended: starts another one if it ended without a final event."""
    _change(services, video_id, lambda video, now: _lost(video, now) if video.attempt == attempt else None)


def requeue_stuck(services: Services) -> None:
    """Starts another run for those that have been silent for too long, and launches again those that never started."""
    now = services.now()

    def requeue(video: Video) -> None:
        if video.status == "processing":
            _change(services, video.id, lambda found, at: _lost(found, at) if is_silent(found, at) else None)
        elif waits_for_space(video):
            _change(services, video.id, lambda found, at: next_run(found, at) if waits_for_space(found) else None)
        # The same run: it may just be waiting for capacity, and launching twice is harmless.
        elif waiting := _change(services, video.id, _still_queued):
            launch(services, waiting)

    waiting_or_running = [*_with_status(services, "processing"), *_with_status(services, "queued")]
    process_each((video for video in waiting_or_running if is_silent(video, now)), requeue, task="restart a transcode")


def resume_interrupted(services: Services) -> None:
    """At the start of a server whose runs stopped with it: restarts everything that was queued or running.

    A run that was running counts as lost, because the film may be what stops the server; progress resets the count.
    """
    interrupted = [*_with_status(services, "queued"), *_with_status(services, "processing")]

    def resume(video: Video) -> None:
        _change(services, video.id, _lost if video.status == "processing" else next_run)

    process_each(interrupted, resume, task="resume a transcode")


def retry(services: Services, video_id: str) -> Video | None:
    """Starts a new run of a failed transcode and resets its count of lost runs; None if there is nothing to run
    again.
    """

    def again(video: Video, now: datetime) -> Video | None:
        if video.status != "failed" or video.generation is None:
            return None
        return next_run(replace(video, lost_runs=0), now)

    return _change(services, video_id, again)


def launch(services: Services, video: Video) -> bool:
    """Starts the newest run. If it cannot be started now, `requeue_stuck` tries again later."""
    try:
        services.jobs.launch(video_id=video.id, generation=video.generation or "", attempt=video.attempt)
    except Exception as error:  # whatever prevents it, other films are started, and this one later
        known = isinstance(error, Unavailable)
        log.warning("could not start run %s of video %s: %s", video.attempt, video.id, error, exc_info=not known)
        _mark_not_started(services, video)
        return False
    if never_started(video):
        _change(services, video.id, _still_queued)
    return True


def _mark_not_started(services: Services, video: Video) -> None:
    try:
        services.store.replace(replace(video, heard_at=None))
    except VersionConflict:
        return  # it has been changed; `requeue_stuck` finds it by its silence at the latest


def _change(services: Services, video_id: str, decision: Decision) -> Video | None:
    """Decides on the stored video, writes it and performs the consequences; decides again if another writer was
    faster.
    """
    for _ in range(_MAX_DECISIONS):
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
        if _visible_to_rooms(after) != _visible_to_rooms(before):
            _announce(services, stored)
        return stored
    raise Unavailable("too_busy", "This film is changing too fast. Try again in a moment.")


def _announce(services: Services, video: Video) -> None:
    """Notifies the rooms that show the video. The change is stored already, and the next one notifies them again."""
    try:
        services.on_video_changed(services, video)
    except Exception:  # whatever is wrong with a room, the preparation of films goes on
        log.exception("the rooms that show video %s could not be notified", video.id)


def _visible_to_rooms(video: Video) -> tuple[object, ...]:
    """The fields that rooms showing the video are notified about."""
    return video.playable, video.playable_s, video.duration_s


def _lost(video: Video, now: datetime) -> Video | None:
    waiting = video.status in ("queued", "processing") and not waits_for_space(video)
    return after_lost_run(video, now, message=_SILENT) if waiting else None


def _still_queued(video: Video, now: datetime) -> Video | None:
    return replace(video, heard_at=now) if video.status == "queued" else None


def _with_status(services: Services, status: VideoStatus) -> list[Video]:
    return list(services.store.query_all(VIDEOS_BY_STATUS, status))

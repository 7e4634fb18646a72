"""How transcode events change a video. Pure: events in any order and repetition lead to the same video.

Progress is the maximum; `playable` only adds; `finished` is final and takes precedence over `failed`, which counts only
for the newest run. Events of another generation than that of the claimed original are ignored.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from watchparty_api.records import Video
from watchparty_api.videos.transcodes.models import (
    Failed,
    Finished,
    Playable,
    Progress,
    Started,
    TranscodeEvent,
    Watchable,
)

MAX_LOST_RUNS = 3
SILENCE = timedelta(minutes=5)
"""A run reports every second while it encodes; opening a difficult file takes a minute at most."""
MAX_PROGRESS = 0.99
"""Only `finished` sets 1, because the last checks follow the last frame."""


def after_event(video: Video, event: TranscodeEvent, now: datetime) -> Video | None:
    """The video after the event; None if nothing changes."""
    if str(event.generation) != video.generation:
        return None
    changed = _applied(video, event, now)
    if video.status in ("queued", "processing") and event.attempt >= video.attempt and not waits_for_space(changed):
        changed = replace(changed, heard_at=now)
    return replace(changed, updated_at=now) if changed != video else None


def _applied(video: Video, event: TranscodeEvent, now: datetime) -> Video:
    match event:
        case Started():
            return _started(video)
        case Progress():
            progress = max(video.progress, min(MAX_PROGRESS, event.done / event.total))
            # A run that gets further than the previous ones resets the count.
            lost_runs = 0 if progress > video.progress else video.lost_runs
            return replace(_started(video), progress=progress, lost_runs=lost_runs)
        case Playable():
            return _watchable(_started(video), event)
        case Finished():
            return replace(_final(video, event), status="ready", progress=1.0, failure=None)
        case Failed():
            return _failed(video, event, now)


def _started(video: Video) -> Video:
    return replace(video, status="processing", failure=None) if video.status == "queued" else video


def _watchable(video: Video, event: Watchable) -> Video:
    """Adds to what is playable. An older event can report a longer stretch, but not newer tracks."""
    if video.status == "ready":
        return video
    video = replace(video, playable=True, playable_s=max(video.playable_s, event.playable_s))
    return _with_facts(video, event) if event.rank > video.facts_rank else video


def _final(video: Video, event: Finished) -> Video:
    if video.status == "ready" and event.rank <= video.facts_rank:
        return video
    done = replace(video, playable=True, playable_s=event.playable_s, media_bytes=event.media_bytes)
    return _with_facts(done, event)


def _with_facts(video: Video, event: Watchable) -> Video:
    return replace(
        video,
        duration_s=event.duration_s,
        renditions=_dumped(event.renditions),
        audio_tracks=_dumped(event.audio_tracks),
        subtitle_tracks=(*_dumped(event.subtitle_tracks), *sidecars(video)),
        chapters=_dumped(event.chapters),
        warnings=event.warnings,
        losses=_dumped(event.losses),
        poster=event.poster,
        sprites=event.sprites,
        facts_rank=event.rank,
    )


def sidecars(video: Video) -> tuple[dict[str, Any], ...]:
    """The subtitles that were added to the film; the transcoder does not know them."""
    return tuple(track for track in video.subtitle_tracks if "id" in track)


def _dumped(parts: tuple[Any, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(part.model_dump() for part in parts)


def _failed(video: Video, event: Failed, now: datetime) -> Video:
    if video.status not in ("queued", "processing") or event.attempt < video.attempt:
        return video
    if event.waits_for is not None:
        return waiting_for_space(video, event)
    if event.code == "internal":
        return after_lost_run(video, now, message=event.message)
    return replace(video, status="failed", failure={"code": event.code, "message": event.message})


def waiting_for_space(video: Video, event: Failed) -> Video:
    """Not a lost run: maintenance starts another one each minute, until there is space again."""
    failure = {"code": event.code, "message": event.message}
    return replace(video, status="queued", heard_at=None, failure=failure)


def waits_for_space(video: Video) -> bool:
    return video.status == "queued" and video.failure is not None


def after_lost_run(video: Video, now: datetime, *, message: str) -> Video:
    """A run ended without a result through no fault of the film: starts another one, or fails after the third in a
    row.
    """
    if video.lost_runs + 1 >= MAX_LOST_RUNS:
        failure = {"code": "internal", "message": message}
        return replace(video, status="failed", failure=failure, lost_runs=MAX_LOST_RUNS)
    return next_run(replace(video, lost_runs=video.lost_runs + 1), now)


def next_run(video: Video, now: datetime) -> Video:
    """The video queued for a new run. The progress of its upload ends with the upload."""
    if video.status == "uploading":
        video = replace(video, progress=0.0)
    return replace(video, status="queued", attempt=video.attempt + 1, heard_at=now, failure=None, updated_at=now)


def is_silent(video: Video, now: datetime) -> bool:
    """Whether the newest run has been silent for longer than any working run would be.

    Also if it reported in the future: the clock has been put back since, and a working run will report again.
    """
    return video.heard_at is None or abs(now - video.heard_at) >= SILENCE


def never_started(video: Video) -> bool:
    """Whether the newest run could not be launched."""
    return video.status == "queued" and video.heard_at is None

"""Videos."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from watchparty_api.records.record import Record

VideoStatus = Literal["uploading", "queued", "processing", "ready", "failed"]


@dataclass(frozen=True, kw_only=True)
class Video(Record):
    """A film in an account's library: an upload with its renditions, or a direct link."""

    owner_id: str
    title: str
    filename: str = ""
    content_type: str = ""
    size_bytes: int = 0
    fingerprint: str | None = None
    source_url: str | None = None
    status: VideoStatus = "uploading"
    progress: float = 0.0
    playable: bool = False
    generation: str | None = None  # of the finalised original; part of the renditions' path
    media_bytes: int | None = None  # of all prepared files; None: prepared by a version that did not count them
    duration_s: float | None = None
    playable_s: float = 0.0
    renditions: tuple[dict[str, Any], ...] = ()
    audio_tracks: tuple[dict[str, Any], ...] = ()
    subtitle_tracks: tuple[dict[str, Any], ...] = ()
    chapters: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    losses: tuple[dict[str, Any], ...] = ()  # the same with times; empty: reported by an earlier transcoder
    poster: str | None = None
    sprites: str | None = None
    failure: dict[str, Any] | None = None
    attempt: int = 0  # the number of the newest transcoding run
    lost_runs: int = 0  # consecutive runs that failed through no fault of the film
    heard_at: datetime | None = None  # launch or last event of the newest run
    facts_rank: tuple[int, ...] = ()  # (attempt, seq) of the event that reported these renditions and tracks
    updated_at: datetime
    expires_at: datetime | None = None

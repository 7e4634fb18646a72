"""Films."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from watchparty_api.records.record import Record

VideoStatus = Literal["uploading", "queued", "processing", "ready", "failed"]


@dataclass(frozen=True, kw_only=True)
class Video(Record):
    """A film of somebody's: an upload on its way to renditions, or a direct link."""

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
    generation: str | None = None  # of the finalised original; renditions lie under it
    duration_s: float | None = None
    playable_s: float = 0.0
    renditions: tuple[dict[str, Any], ...] = ()
    audio_tracks: tuple[dict[str, Any], ...] = ()
    subtitle_tracks: tuple[dict[str, Any], ...] = ()
    chapters: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    poster: str | None = None
    sprites: str | None = None
    failure: dict[str, Any] | None = None
    attempt: int = 0  # runs of the transcode so far: names the newest one
    lost_runs: int = 0  # how many in a row got nowhere through no fault of the film
    heard_at: datetime | None = None  # of the newest run: launched, or last event
    facts_rank: tuple[int, ...] = ()  # (attempt, seq) of the event whose renditions and tracks these are
    updated_at: datetime
    expires_at: datetime | None = None

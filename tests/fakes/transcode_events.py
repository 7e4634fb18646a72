"""Transcode events as the transcoder sends them, and a video that expects them."""

from datetime import UTC, datetime
from typing import Any

from watchparty_api.records import Video
from watchparty_api.videos.transcodes.models import EVENT, TranscodeEvent

GENERATION = "1700000000000000000"
NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


def said(kind: str, *, attempt: int = 1, seq: int = 1, **fields: Any) -> dict[str, Any]:
    """An event as JSON on the wire."""
    event: dict[str, Any] = {
        "v": 1,
        "video_id": "v1",
        "generation": int(GENERATION),
        "task": 0,
        "attempt": attempt,
        "seq": seq,
        "kind": kind,
    }
    if kind == "progress":
        event |= {"done": 1, "total": 2}
    if kind in ("playable", "finished"):
        event |= {
            "duration_s": 60.0,
            "playable_s": 60.0 if kind == "finished" else 8.0,
            "renditions": [
                {"height": 360, "width": 640, "bandwidth": 800_000, "codecs": "avc1", "source": "fast", "playlist": "p"}
            ],
            "audio_tracks": [{"language": "en", "label": "English", "default": True, "playlist": "a0/audio.m3u8"}],
            "subtitle_tracks": [],
            "poster": "poster.jpg",
        }
    if kind == "failed":
        event |= {"code": "corrupt", "message": "The file is damaged."}
    return event | fields


def event(kind: str, **fields: Any) -> TranscodeEvent:
    """The same event, parsed by the functions."""
    return EVENT.validate_python(said(kind, **fields))


def waiting_video(**fields: Any) -> Video:
    """A video whose first transcode has been launched."""
    facts: dict[str, Any] = {
        "workspace_id": "main",
        "id": "v1",
        "created_at": NOW,
        "owner_id": "ana",
        "title": "Film",
        "size_bytes": 1000,
        "content_type": "video/mp4",
        "status": "queued",
        "generation": GENERATION,
        "attempt": 1,
        "heard_at": NOW,
        "updated_at": NOW,
    }
    return Video(**(facts | fields))

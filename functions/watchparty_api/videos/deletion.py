"""Deleting a film: its transcode, its bytes, its place in rooms, its record. Every step can be repeated."""

from __future__ import annotations

from watchparty_api.records import Video
from watchparty_api.services import Services


def delete_video(services: Services, video_id: str) -> None:
    """The record goes last but for the rooms, so that an interrupted deletion can be asked for again."""
    services.jobs.cancel(video_id=video_id)
    services.objects.delete_video(video_id)
    services.store.delete(Video, video_id)
    services.on_video_deleted(services, video_id)

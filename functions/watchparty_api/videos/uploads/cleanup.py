"""Periodic upkeep of uploads: finishes uploads whose completion event was lost, ends abandoned ones, and deletes
originals that are no longer needed.
"""

from datetime import datetime, timedelta

from watchparty_api.errors import VersionConflict
from watchparty_api.isolation import process_each
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_BY_STATUS
from watchparty_api.videos.quota import ORIGINAL_RETENTION
from watchparty_api.videos.uploads.finalize import failed_upload, on_finalized
from watchparty_api.webhooks.outbox import store_video

ABANDONED_AFTER = timedelta(days=7)
"""The lifetime of a session of the upload protocol."""


def end_abandoned(services: Services) -> None:
    """Finishes complete uploads whose event was lost, and ends those that were abandoned for a week."""
    now = services.trusted_clock.now()
    services.objects.delete_abandoned_uploads(now)

    def end(video: Video) -> None:
        original = services.objects.original(video.id)
        if original is not None:
            on_finalized(services, original)
        elif video.updated_at + ABANDONED_AFTER <= now:
            _end(services, video, now)

    uploading = list(services.store.query_all(VIDEOS_BY_STATUS, "uploading"))
    process_each(uploading, end, task="end an abandoned upload")


def delete_used_originals(services: Services) -> None:
    """Deletes the originals of films that have been ready for a week, which take as much space as the film.

    Only a failed film can be prepared again, so its original is kept.
    """
    now = services.trusted_clock.now()
    used = (
        video
        for video in services.store.query_all(VIDEOS_BY_STATUS, "ready")
        if video.updated_at + ORIGINAL_RETENTION <= now
    )
    process_each(used, lambda video: services.objects.delete_original(video.id), task="delete an original")


def _end(services: Services, video: Video, now: datetime) -> None:
    failed = failed_upload(video, "incomplete", "The upload wasn’t finished. Start it again.", now)
    try:
        store_video(services, video, failed)
    except VersionConflict:
        return  # the upload has been resumed
    services.objects.delete_original(video.id)

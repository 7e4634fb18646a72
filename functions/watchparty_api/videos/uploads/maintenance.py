"""The end of uploads that nobody goes on with, the second chance of those whose completion was not heard, and the end
of originals that have served.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from watchparty_api.errors import VersionConflict
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_BY_STATUS
from watchparty_api.videos.uploads.finalize import failed_upload, on_finalized
from watchparty_api.webhooks.outbox import store_video

PATIENCE = timedelta(days=7)
"""As long as a session of the upload protocol lives."""
KEPT = timedelta(days=7)
"""How long an original outlives its transcode: as long as a person may find that the film is not as it should be."""


def reap_unfinished(services: Services, now: datetime) -> None:
    """Takes up complete originals whose event got lost, and ends uploads that began more than a week ago."""
    services.objects.reap_uploads(now)
    for video in list(services.store.query_all(VIDEOS_BY_STATUS, "uploading")):
        original = services.objects.original(video.id)
        if original is not None:
            on_finalized(services, original)
        elif video.updated_at + PATIENCE <= now:
            _give_up(services, video, now)


def expire_originals(services: Services, now: datetime) -> None:
    """Removes originals of films that are ready: nothing is made of them any more, and they take as much as the film.

    Only a failed film can be prepared again, and that keeps its original. In the cloud the bucket does this by age.
    """
    for video in services.store.query_all(VIDEOS_BY_STATUS, "ready"):
        if video.updated_at + KEPT <= now:
            services.objects.delete_original(video.id)


def _give_up(services: Services, video: Video, now: datetime) -> None:
    ended = failed_upload(video, "incomplete", "The upload was never finished. Start it again.", now)
    try:
        store_video(services, video, ended)
    except VersionConflict:
        return  # somebody goes on with it after all
    services.objects.delete_original(video.id)

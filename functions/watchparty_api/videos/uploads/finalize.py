"""Claims a complete original for its video and starts the transcode.

`on_finalized` is called by the object server at home, by the bucket's event in the cloud, and by maintenance if the
event was lost. Only the first generation that is claimed counts.
"""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from watchparty_api.errors import Unavailable, VersionConflict
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.transcodes.models import FailureCode
from watchparty_api.videos.transcodes.runs import launch
from watchparty_api.videos.transcodes.transitions import never_started, next_run
from watchparty_api.web.cloud_events import finalized_object
from watchparty_api.webhooks.outbox import store_video

log = logging.getLogger(__name__)


def on_finalized(services: Services, original: StoredObject) -> bool:
    """Claims the original for its video and starts the transcode; repeated calls have no further effect.

    Returns False if the transcode could not be started; a repeated call or maintenance tries again.
    """
    video_id = original.name.partition("/")[0]
    while True:
        video = services.store.get(Video, video_id)
        if video is None:
            log.info("an original arrived for the deleted video %s", video_id)
            services.objects.delete_original(video_id)
            return True
        if never_started(video) and video.generation == original.generation:
            return launch(services, video)
        if video.generation is not None or video.status != "uploading":
            return True
        claimed = _claimed(video, original, services.now())
        try:
            stored = store_video(services, video, claimed)
        except VersionConflict:
            continue
        if stored.status == "queued":
            return launch(services, stored)
        services.objects.delete_original(video_id)
        return True


def _claimed(video: Video, original: StoredObject, now: datetime) -> Video:
    """The video with its original. Pure.

    Size and type were signed, so a difference means that the signature was bypassed.
    """
    if original.size_bytes != video.size_bytes:
        return failed_upload(
            video, "incomplete", "The uploaded file doesn’t match the one you chose. Upload it again.", now
        )
    if original.content_type != video.content_type:
        return failed_upload(
            video, "unsupported", "The uploaded file has a different type than expected. Upload it again.", now
        )
    return next_run(replace(video, generation=original.generation), now)


def failed_upload(video: Video, code: FailureCode, message: str, now: datetime) -> Video:
    """The video without an original. Pure."""
    return replace(video, status="failed", failure={"code": code, "message": message}, updated_at=now)


def on_upload_event(services: Services, data: Any) -> None:
    """Claims the original and starts its transcode.

    Raises Unavailable or BadEvent if a later delivery may succeed.
    """
    original = finalized_object(data, bucket=services.config.uploads_bucket or "")
    if original is not None and not on_finalized(services, original):
        raise Unavailable("not_started", "The transcode could not be started; the event must be delivered again.")

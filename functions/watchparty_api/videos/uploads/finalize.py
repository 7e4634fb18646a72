"""What happens when an original is complete: the claim that starts its transcode.

`on_finalized` is called by the object server at home, by the bucket's event in the cloud, and by the reaper for an
event that got lost; however often, the first generation that is claimed counts.
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
    """Claims the original for its video and starts the transcode; once, however often it is told.

    False when the transcode could not be started: being told again tries again, and so does the sweeper.
    """
    video_id = original.name.partition("/")[0]
    while True:
        video = services.store.get(Video, video_id)
        if video is None:
            log.info("an original came for video %s, which is gone", video_id)
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
    """Pure. The sizes and the type were signed, so a difference means that another way in was found."""
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
    """The video without its original. Pure."""
    return replace(video, status="failed", failure={"code": code, "message": message}, updated_at=now)


def on_upload_event(services: Services, data: Any) -> None:
    """Claims the original and starts its transcode. Raises what a later delivery may mend: Unavailable, BadEvent."""
    original = finalized_object(data, bucket=services.config.uploads_bucket or "")
    if original is not None and not on_finalized(services, original):
        raise Unavailable("not_started", "The transcode could not be started; the event has to come again.")

"""Starts an upload: checks the file and the quota, creates the record, and returns a signed start for the bytes.

Announcing the same file (`fingerprint`) again during its upload continues the same video.
"""

import secrets
from dataclasses import replace

from watchparty_api.errors import Conflict, Forbidden, TooLarge, VersionConflict
from watchparty_api.objects.port import UploadStart
from watchparty_api.records import Account, Video
from watchparty_api.services import Services
from watchparty_api.videos.models import UploadAnnouncement
from watchparty_api.videos.quota import require_quota, videos_of
from watchparty_api.videos.uploads.file_types import signed_type, title_of


def create_upload(services: Services, owner: Account, upload: UploadAnnouncement) -> Video:
    """Creates the video for an upload. Raises TooLarge, UnsupportedType, Forbidden (`quota_exceeded`)."""
    settings = services.settings()
    content_type = signed_type(upload.filename, upload.content_type)
    if upload.size_bytes > settings.max_upload_bytes:
        limit_gb = settings.max_upload_bytes / 10**9
        raise TooLarge("file_too_large", f"This film is too large. The limit here is {limit_gb:.0f} GB.")
    if known := _unfinished_upload(services, owner, upload):
        return known
    now = services.now()
    video = Video(
        id=secrets.token_urlsafe(12),
        created_at=now,
        owner_id=owner.id,
        title=upload.title or title_of(upload.filename),
        filename=upload.filename,
        content_type=content_type,
        size_bytes=upload.size_bytes,
        fingerprint=upload.fingerprint,
        updated_at=now,
    )
    video = services.store.create(video)
    # Counted after writing, so that two simultaneous uploads see each other.
    try:
        require_quota(services, owner)
    except Forbidden:
        services.store.delete(Video, video.id)
        raise
    return video


def start_upload(services: Services, owner: Account, video: Video, *, base_url: str) -> UploadStart:
    """Starts or restarts the upload of the bytes, with a full lifetime.

    Raises Conflict if they have arrived, Forbidden (`quota_exceeded`), and DiskFull if they do not fit.
    """
    if video.generation is not None or video.source_url is not None:
        raise Conflict("already_uploaded", "This film has already been uploaded.")
    if video.status == "failed":  # which did not count until now
        require_quota(services, owner, more_bytes=video.size_bytes)
    try:
        services.store.replace(replace(video, status="uploading", failure=None, updated_at=services.now()))
    except VersionConflict:  # another tab has started it too, unless the last bytes have just arrived
        newest = services.store.get(Video, video.id)
        if newest is None or newest.status != "uploading":
            raise
    return services.objects.start_upload(
        video_id=video.id, size_bytes=video.size_bytes, content_type=video.content_type, base_url=base_url
    )


def _unfinished_upload(services: Services, owner: Account, upload: UploadAnnouncement) -> Video | None:
    if upload.fingerprint is None:
        return None
    for video in videos_of(services, owner.id):
        same = (video.fingerprint, video.size_bytes) == (upload.fingerprint, upload.size_bytes)
        if same and video.status == "uploading":
            return video
    return None

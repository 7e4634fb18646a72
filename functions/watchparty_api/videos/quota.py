"""An account's storage quota and usage, in bytes: originals, prepared films with their pictures, and added subtitles.

An open upload counts with its full size. Checked before an upload starts or is started again, and before subtitles are
added.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from watchparty_api.errors import Forbidden
from watchparty_api.records import Account, Video, WorkspaceSettings
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_OF_OWNER

ORIGINAL_RETENTION = timedelta(days=7)
"""How long an original is kept after its film is ready, in case the owner finds the film faulty."""


def quota_bytes(account: Account, settings: WorkspaceSettings) -> int:
    """The account's own quota, or the workspace's default for this kind of account."""
    if account.quota_bytes is not None:
        return account.quota_bytes
    return settings.temporary_quota_bytes if account.temporary else settings.quota_bytes


def videos_of(services: Services, account_id: str) -> list[Video]:
    """All videos of the account; `used_bytes` decides what of each counts."""
    return list(services.store.query_all(VIDEOS_OF_OWNER, account_id))


def used_bytes(videos: Iterable[Video], now: datetime) -> int:
    """What the videos take or, while they are being uploaded, will take."""
    return sum(_bytes_of(video, now) for video in videos)


def require_quota(services: Services, owner: Account, *, more_bytes: int = 0) -> None:
    """Raises Forbidden (`quota_exceeded`) if what the account has, and `more_bytes`, is more than its quota."""
    used = used_bytes(videos_of(services, owner.id), services.now())
    if used + more_bytes > quota_bytes(owner, services.settings()):
        raise Forbidden("quota_exceeded", "You don’t have enough storage for this. Delete a film to make room.")


def _bytes_of(video: Video, now: datetime) -> int:
    subtitles: int = sum(track.get("size_bytes", 0) for track in video.subtitle_tracks)
    media = video.media_bytes or 0
    if video.status == "failed" and video.generation is None:  # never arrived
        return subtitles
    # of films prepared by an earlier version only the original's size is known, which is about that of the film
    deleted = video.status == "ready" and video.updated_at + ORIGINAL_RETENTION <= now and media > 0
    return subtitles + media + (0 if deleted else video.size_bytes)

"""An account's storage quota and usage, in bytes of originals.

The renditions that the transcoder makes do not count. `uploads/start.py` checks the quota of a new upload.
"""

from collections.abc import Iterable

from watchparty_api.records import Account, Video, WorkspaceSettings
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_OF_OWNER


def quota_bytes(account: Account, settings: WorkspaceSettings) -> int:
    """The account's own quota, or the workspace's default for this kind of account."""
    if account.quota_bytes is not None:
        return account.quota_bytes
    return settings.temporary_quota_bytes if account.temporary else settings.quota_bytes


def videos_of(services: Services, account_id: str) -> list[Video]:
    """All videos of the account; `used_bytes` decides which count."""
    return list(services.store.query_all(VIDEOS_OF_OWNER, account_id))


def used_bytes(videos: Iterable[Video]) -> int:
    """The size of the originals, without failed uploads that never arrived."""
    return sum(video.size_bytes for video in videos if video.status != "failed" or video.generation is not None)

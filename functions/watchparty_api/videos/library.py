"""The owner's library: the guard of the routes that belong to a video's owner, direct links, and deletion."""

import secrets
from typing import Annotated

from fastapi import Depends

from watchparty_api.errors import Forbidden, NotFound
from watchparty_api.records import Account, Video
from watchparty_api.services import Services
from watchparty_api.videos.models import DirectLink
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import ServicesOf


def owned_video(video_id: str, caller: AccountOf, services: ServicesOf) -> Video:
    """The video of the path. Raises NotFound, or Forbidden if it belongs to someone else."""
    video = services.store.get(Video, video_id)
    if video is None:
        raise NotFound("video_not_found", "Film not found.")
    if video.owner_id != caller.account.id:
        raise Forbidden("not_yours", "This film belongs to someone else.")
    return video


OwnedVideo = Annotated[Video, Depends(owned_video)]


def register_link(services: Services, owner: Account, link: DirectLink) -> Video:
    """Registers a direct link, which is playable at once."""
    now = services.now()
    video = Video(
        id=secrets.token_urlsafe(12),
        created_at=now,
        owner_id=owner.id,
        title=link.title,
        source_url=link.source_url,
        status="ready",
        progress=1.0,
        playable=True,
        duration_s=link.duration_s,
        playable_s=link.duration_s or 0.0,
        updated_at=now,
    )
    return services.store.create(video)


def delete_video(services: Services, video_id: str) -> None:
    """Deletes the files first and then the record, so that an interrupted deletion can be repeated.

    Rooms are notified last.
    """
    services.jobs.cancel(video_id=video_id)
    services.objects.delete_video(video_id)
    services.store.delete(Video, video_id)
    services.on_video_deleted(services, video_id)

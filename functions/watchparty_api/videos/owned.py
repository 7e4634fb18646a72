"""The caller's own video: the one guard of the routes that belong to a film's owner."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from watchparty_api.errors import NotFound
from watchparty_api.identity.caller import AccountOf
from watchparty_api.records import Video
from watchparty_api.services import ServicesOf


def owned_video(video_id: str, caller: AccountOf, services: ServicesOf) -> Video:
    """The video of the path. Somebody else's is not found, like one that does not exist."""
    video = services.store.get(services.workspace_id, Video, video_id)
    if video is None or video.owner_id != caller.account.id:
        raise NotFound("video_not_found", "You have no such video.")
    return video


OwnedVideo = Annotated[Video, Depends(owned_video)]

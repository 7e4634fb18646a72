"""The caller's own video: the one guard of the routes that belong to a film's owner."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from watchparty_api.errors import Forbidden, NotFound
from watchparty_api.records import Video
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import ServicesOf


def owned_video(video_id: str, caller: AccountOf, services: ServicesOf) -> Video:
    """The video of the path. Raises NotFound, and Forbidden for somebody else's."""
    video = services.store.get(Video, video_id)
    if video is None:
        raise NotFound("video_not_found", "Film not found.")
    if video.owner_id != caller.account.id:
        raise Forbidden("not_yours", "This film belongs to someone else.")
    return video


OwnedVideo = Annotated[Video, Depends(owned_video)]

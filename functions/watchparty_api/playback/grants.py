"""Gives grants: to participants with joining and renewing, and on request.

`grant_for` is for whoever has already decided that the person may watch; `may_still_watch` asks again, with each file.
"""

from __future__ import annotations

from typing import TypedDict

from fastapi import Request, Response

from watchparty_api.members.participants import find_member
from watchparty_api.playback.port import GRANT_LIFE, Grant
from watchparty_api.records import Account, Room, Video
from watchparty_api.services import Services
from watchparty_api.site import base_url, is_https

MASTER = "master.m3u8"


class Playable(TypedDict):
    """`playback` of the answers to joining and renewing."""

    manifest_url: str
    expires_at: str


def grant_for(
    services: Services,
    request: Request,
    response: Response,
    video: Video,
    *,
    person_id: str,
    room_id: str | None,
    by_link: bool = False,
) -> Playable | None:
    """Where the film plays, and the cookie that opens it set on `response`; None while there is nothing to play.

    `by_link` puts the grant into the URL instead, for players without cookies. A direct link plays where it is.
    """
    if not video.playable:
        return None
    grant = Grant(video.id, person_id, room_id, services.now() + GRANT_LIFE)
    expires_at = grant.expires_at.isoformat()
    if video.source_url is not None:
        return Playable(manifest_url=video.source_url, expires_at=expires_at)
    path = f"{video.generation}/{MASTER}"
    if by_link:
        link = f"{base_url(request)}/api/v1/videos/{video.id}/hls/{services.playback.text(grant)}/{path}"
        return Playable(manifest_url=link, expires_at=expires_at)
    cookie = services.playback.cookie(grant)
    folder = f"/media/{video.id}/"
    response.set_cookie(
        cookie.name,
        cookie.value,
        max_age=int(GRANT_LIFE.total_seconds()),
        path=folder,
        httponly=True,
        secure=is_https(request),
        samesite="lax",
    )
    return Playable(manifest_url=f"{folder}{path}", expires_at=expires_at)


def may_still_watch(services: Services, grant: Grant) -> bool:
    """Whether the person whom a grant names is still in the room, or still owns the film.

    This is what ends a film within one segment when somebody is removed: signatures alone would live on for minutes.
    The room may show another film by now; whoever saw this one until then may see its end.
    """
    store, workspace_id = services.store, services.workspace_id
    if grant.room_id is None:
        video = store.get(workspace_id, Video, grant.video_id)
        return video is not None and video.owner_id == grant.person_id and _usable(services, grant.person_id)
    member = find_member(services, grant.room_id, grant.person_id)
    if member is None or member.state != "admitted":
        return False
    room = store.get(workspace_id, Room, grant.room_id)
    if room is None or room.closed_at is not None:
        return False
    return member.account_id is None or _usable(services, member.account_id)


def _usable(services: Services, account_id: str) -> bool:
    account = services.store.get(services.workspace_id, Account, account_id)
    return account is not None and not account.suspended

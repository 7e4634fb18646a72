"""Issues grants for playback: with joining and renewing, and on request.

Callers of `issue_grant` have already decided that the person may watch; `may_still_watch` checks again for each file.
"""

from datetime import timedelta

from fastapi import Request, Response

from watchparty_api.errors import Forbidden
from watchparty_api.ports.playback_signing import Grant, GrantCookie
from watchparty_api.records import Account, Room, Video
from watchparty_api.rooms.participants import find_member
from watchparty_api.rooms.playback.models import Playback
from watchparty_api.services import Services
from watchparty_api.spending import films_stopped
from watchparty_api.videos.transcodes.models import Chapter
from watchparty_api.videos.views import media_folder, sprites_url, subtitle_tracks
from watchparty_api.web.site import base_url, is_https

MASTER = "master.m3u8"


def issue_grant(
    services: Services,
    request: Request,
    response: Response,
    video: Video,
    *,
    person_id: str,
    room_id: str | None,
    by_link: bool = False,
) -> Playback:
    """The film's URL; sets the cookie that permits playback on `response`.

    `by_link` puts the grant into the URL instead, for players without cookies. A direct link is returned as it is.
    Raises Forbidden while the budget stops films; a direct link costs this site nothing.
    """
    life_s = services.config.grant_life_s
    grant = Grant(video.id, person_id, room_id, services.now() + timedelta(seconds=life_s))
    if video.source_url is not None:
        return Playback(manifest_url=video.source_url, expires_at=grant.expires_at, expires_in_s=life_s)
    if films_stopped(services):
        raise Forbidden("films_stopped", "Films are paused: this site’s budget for the month is used up.")
    if by_link:
        folder_url = f"{base_url(request)}/api/v1/videos/{video.id}/hls/{services.playback.text(grant)}"
        manifest_url = f"{folder_url}/{video.generation}/{MASTER}"
        return Playback(manifest_url=manifest_url, expires_at=grant.expires_at, expires_in_s=life_s)
    cookie = services.playback.cookie(grant)
    response.headers.append("set-cookie", _header(cookie, video.id, life_s=life_s, secure=is_https(request)))
    return Playback(
        manifest_url=f"{media_folder(video)}{MASTER}",
        expires_at=grant.expires_at,
        expires_in_s=life_s,
        subtitle_tracks=[track for track in subtitle_tracks(video) if track.url],
        sprites_url=sprites_url(video),
        chapters=[Chapter.model_validate(chapter) for chapter in video.chapters],
    )


def _header(cookie: GrantCookie, video_id: str, *, life_s: int, secure: bool) -> str:
    """Starlette puts a value with "=" in quotes, and Cloud CDN reads the quotes as part of the value."""
    attributes = ["HttpOnly", f"Max-Age={life_s}", f"Path=/media/{video_id}/", "SameSite=lax"]
    return "; ".join([f"{cookie.name}={cookie.value}", *attributes, *(["Secure"] if secure else [])])


def may_still_watch(services: Services, grant: Grant) -> bool:
    """Whether the grant's person is still in the room, or still owns the film.

    At home this check ends playback within one segment of a removal. Where the films are in a bucket without a CDN
    (profile hobby) it takes up to a minute, the life of the URLs to which segments are redirected. With a CDN requests
    for segments do not reach this check, and playback ends when the last grant expires, after five minutes at most. The
    room may show another film by now: its members can watch this one to the end.
    """
    store = services.store
    if grant.room_id is None:
        video = store.get(Video, grant.video_id)
        return video is not None and video.owner_id == grant.person_id and _usable(services, grant.person_id)
    member = find_member(services, grant.room_id, grant.person_id)
    if member is None or member.state != "admitted":
        return False
    room = store.get(Room, grant.room_id)
    if room is None or room.closed_at is not None:
        return False
    return member.account_id is None or _usable(services, member.account_id)


def _usable(services: Services, account_id: str) -> bool:
    account = services.store.get(Account, account_id)
    return account is not None and not account.suspended

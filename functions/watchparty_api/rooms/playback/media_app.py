"""Serves `/media/{video_id}/{generation}/…` to people who have a grant and are still in the room.

The standalone server mounts it beside the API. If the films are in a bucket without a CDN, playlists are served from
here, because their URLs are relative, and segments are redirected to URLs that are valid for a minute.
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchparty_api.errors import Forbidden, NotFound, Unauthenticated
from watchparty_api.objects.media_names import is_media_name, media_type
from watchparty_api.rooms.playback.grants import may_still_watch
from watchparty_api.rooms.playback.media_files import bucket_response, media_response
from watchparty_api.services import Services
from watchparty_api.web.file_body import in_reader
from watchparty_api.web.http import bare_app

_MAX_COOKIES = 50


def media_app(services: Services) -> Starlette:
    """The application for everything under /media."""

    async def serve(request: Request) -> Response:
        return await in_reader(_serve, services, request)

    return bare_app(services, [Route("/media/{video_id}/{rest:path}", serve, methods=["GET"])])


def _serve(services: Services, request: Request) -> Response:
    video_id = request.path_params["video_id"]
    name = f"{video_id}/{request.path_params['rest']}"
    _authorise(services, video_id, request)
    found = services.objects.locate_media(name) if is_media_name(name) and media_type(name) else None
    if found is None:
        raise NotFound("no_such_file", "File not found.")
    if isinstance(found, Path):
        return media_response(found)
    return bucket_response(services.objects, name, found)


def _authorise(services: Services, video_id: str, request: Request) -> None:
    """Raises Unauthenticated without a valid grant for this film, and Forbidden if the person has been removed."""
    now = services.now()
    texts = list(request.cookies.values())[:_MAX_COOKIES]
    found = [grant for text in texts if (grant := services.playback.read(text, now=now))]
    grants = [grant for grant in found if grant.video_id == video_id]
    if not grants:
        raise Unauthenticated("no_grant", "Join the room to watch this.")
    if not any(may_still_watch(services, grant) for grant in grants):
        raise Forbidden("removed", "You’re no longer in this room.")

"""Posters: a URL that an `<img>` can load without credentials, for an hour or two.

The URL contains a keyed hash and gives access to one picture only.
"""

import hmac

from starlette.responses import Response

from watchparty_api.errors import Forbidden, NotFound
from watchparty_api.objects.media_names import is_media_name, media_type
from watchparty_api.records import Video
from watchparty_api.services import Services

_HOUR_S = 3600


def poster_url(services: Services, video: Video) -> str | None:
    """The picture's URL, which stays the same for an hour so that browsers can cache it; None if there is no
    picture.
    """
    if video.poster is None:
        return None
    return f"/api/v1/videos/{video.id}/poster/{poster_key(services, video.id)}"


def poster_key(services: Services, video_id: str) -> str:
    """The key that gives access to the picture until the end of the next hour."""
    return _key(services, video_id, _hour(services) + 1)


def check_poster_key(services: Services, video_id: str, key: str) -> None:
    """Raises Forbidden unless `poster_key` returned this key within the last two hours."""
    hour = _hour(services)
    if not any(hmac.compare_digest(key.encode(), _key(services, video_id, hour + ahead).encode()) for ahead in (0, 1)):
        raise Forbidden("address_expired", "This picture link has expired.")


def poster_response(services: Services, video: Video | None) -> Response:
    """The picture. Raises NotFound."""
    name = f"{video.id}/{video.generation}/{video.poster}" if video and video.poster else ""
    picture = services.objects.read_media(name) if is_media_name(name) else None
    if picture is None:
        raise NotFound("no_poster", "This film has no picture yet.")
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type=media_type(name), headers=headers)


def _hour(services: Services) -> int:
    return int(services.now().timestamp()) // _HOUR_S


def _key(services: Services, video_id: str, hour: int) -> str:
    return services.keyed_hash.of("poster", f"{video_id}.{hour}")[:32]

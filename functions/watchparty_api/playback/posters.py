"""Pictures of films: an address that an `<img>` can load without credentials, for an hour or two.

The address holds a hash that only we can make; it shows one picture and opens nothing else.
"""

from __future__ import annotations

import hmac

from starlette.responses import Response

from watchparty_api.errors import Forbidden, NotFound
from watchparty_api.objects.media_names import is_media_name, media_type
from watchparty_api.records import Video
from watchparty_api.services import Services

_HOUR_S = 3600


def poster_url(services: Services, video: Video) -> str | None:
    """The picture's address, the same for an hour so that browsers keep it; None where there is no picture."""
    if video.poster is None:
        return None
    hour = _hour(services) + 1
    return f"/api/v1/videos/{video.id}/poster?until={hour}&key={_key(services, video.id, hour)}"


def check_poster_key(services: Services, video_id: str, until: int, key: str) -> None:
    """Raises Forbidden unless `poster_url` gave this address within the last two hours."""
    rightly = hmac.compare_digest(key.encode(), _key(services, video_id, until).encode())
    if not rightly or not _hour(services) <= until <= _hour(services) + 1:
        raise Forbidden("address_expired", "This address of the picture is over.")


def poster_response(services: Services, video: Video | None) -> Response:
    """The picture itself. Raises NotFound."""
    name = f"{video.id}/{video.generation}/{video.poster}" if video and video.poster else ""
    picture = services.objects.read_media(name) if is_media_name(name) else None
    if picture is None:
        raise NotFound("no_poster", "There is no picture of this film yet.")
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type=media_type(name), headers=headers)


def _hour(services: Services) -> int:
    return int(services.now().timestamp()) // _HOUR_S


def _key(services: Services, video_id: str, hour: int) -> str:
    return services.keyed_hash.of("poster", f"{video_id}.{hour}")[:32]

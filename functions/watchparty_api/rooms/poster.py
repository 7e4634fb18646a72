"""The poster of a room's film, for anyone with the link unless the room is for members only."""

from fastapi import Response

from watchparty_api.errors import NotFound
from watchparty_api.objects.media_names import media_type
from watchparty_api.records import Room
from watchparty_api.rooms.film import film_of
from watchparty_api.services import Services

_CACHE_S = 300
"""The URL is the room's and its film can change, so copies are cached only for minutes."""


def poster_response(services: Services, room: Room) -> Response:
    """The poster of the room's film. Raises NotFound if there is none."""
    video = film_of(services, room)
    name = f"{video.id}/{video.generation}/{video.poster}" if video and video.poster else None
    content = services.objects.read_media(name) if name else None
    if name is None or content is None:
        raise NotFound("no_poster", "This room has no poster yet.")
    visibility = "private" if room.access == "members" else "public"
    return Response(
        content,
        media_type=media_type(name),
        headers={"Cache-Control": f"{visibility}, max-age={_CACHE_S}"},
    )

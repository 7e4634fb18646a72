"""The poster of a room's film: for anybody at the door of an open or knocking room, else for its members."""

from fastapi import Response

from watchparty_api.errors import NotFound
from watchparty_api.objects.media_names import media_type
from watchparty_api.records import Room
from watchparty_api.rooms.film import film_of
from watchparty_api.services import Services

_KEPT_S = 300
"""The address is the room's and the film changes, so a copy is kept for minutes only."""


def poster_response(services: Services, room: Room) -> Response:
    """The picture. Raises NotFound while there is none."""
    video = film_of(services, room)
    name = f"{video.id}/{video.generation}/{video.poster}" if video and video.poster else None
    content = services.objects.read_media(name) if name else None
    if name is None or content is None:
        raise NotFound("no_poster", "This room has no poster yet.")
    visibility = "private" if room.access == "members" else "public"
    return Response(
        content,
        media_type=media_type(name),
        headers={"Cache-Control": f"{visibility}, max-age={_KEPT_S}"},
    )

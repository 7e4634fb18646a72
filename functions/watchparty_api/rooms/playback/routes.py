"""HTTP routes of playback: requesting a grant, and the film's files for players without cookies."""

from pathlib import Path

from fastapi import APIRouter, Request, Response

from watchparty_api.errors import Conflict, Forbidden, NotFound, Unauthenticated
from watchparty_api.objects.media_names import is_media_name, media_type
from watchparty_api.records import Member, Video
from watchparty_api.rooms.address import find_room
from watchparty_api.rooms.membership_guard import RoomAccess, membership
from watchparty_api.rooms.permissions import Action
from watchparty_api.rooms.playback.grants import issue_grant, may_still_watch
from watchparty_api.rooms.playback.media_files import bucket_response, media_response
from watchparty_api.rooms.playback.models import Playback, PlaybackRequest
from watchparty_api.services import Services
from watchparty_api.videos.library import owned_video
from watchparty_api.web.caller import Caller, CallerOf, ParticipantCaller, account_of
from watchparty_api.web.dependencies import ServicesOf

router = APIRouter(tags=["videos"])


@router.post("/videos/{video_id}/playback")
def play(
    video_id: str, body: PlaybackRequest, caller: CallerOf, request: Request, response: Response, services: ServicesOf
) -> Playback:
    """Returns a grant for a member of a room that shows this film, or for the film’s owner.

    403 `films_stopped` while the budget of the site stops films.
    """
    room_id = body.room_id or (caller.room_id if isinstance(caller, ParticipantCaller) else None)
    member = _participant(services, room_id, video_id, caller) if room_id else None
    person_id = member.participant_id if member else _owner(services, video_id, caller)
    video = services.store.get(Video, video_id)
    if video is None or not video.playable:
        raise Conflict("video_not_playable", "This film isn’t ready yet.")
    response.headers["Cache-Control"] = "no-store"
    return issue_grant(
        services,
        request,
        response,
        video,
        room_id=member.room_id if member else None,
        person_id=person_id,
        by_link=body.via == "link",
    )


def _participant(services: Services, room_id: str, video_id: str, caller: Caller) -> Member:
    """The caller's membership of a room that shows the film."""
    found_room = find_room(services, room_id)
    access = RoomAccess(found_room, caller, membership(services, found_room.room, caller))
    member = access.require(Action.READ_ROOM, services.now())
    if found_room.room.video_id != video_id:
        raise Forbidden("other_video", "This room is showing another film.")
    return member


def _owner(services: Services, video_id: str, caller: Caller) -> str:
    return owned_video(video_id, account_of(caller), services).owner_id


@router.get("/videos/{video_id}/hls/{grant}/{rest:path}", response_class=Response)
def film_file(video_id: str, grant: str, rest: str, services: ServicesOf) -> Response:
    """Returns a file of a film: playlists directly, segments by redirect to a URL valid for a minute."""
    given = services.playback.read(grant, now=services.now())
    if given is None or given.video_id != video_id:
        raise Unauthenticated("no_grant", "This link expired.")
    if not may_still_watch(services, given):
        raise Forbidden("removed", "You’re no longer in this room.")
    name = f"{video_id}/{rest}"
    found = services.objects.locate_media(name) if is_media_name(name) and media_type(name) else None
    if found is None:
        raise NotFound("no_such_file", "File not found.")
    if isinstance(found, Path):
        return media_response(found, keep=False)
    return bucket_response(services.objects, name, found)

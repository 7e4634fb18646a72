"""The response to joining and renewing: everything needed to connect and to play."""

from fastapi import Request, Response

from watchparty_api.errors import Forbidden
from watchparty_api.identity.tokens import JOIN_LIFE
from watchparty_api.rooms.film import film_of
from watchparty_api.rooms.joining.join import JoinResult
from watchparty_api.rooms.joining.join_token import join_claims
from watchparty_api.rooms.joining.models import Admitted, Connection, WaitingForHost
from watchparty_api.rooms.playback.grants import issue_grant
from watchparty_api.rooms.playback.models import Playback
from watchparty_api.rooms.views import room_card, room_for_member, snapshot_of
from watchparty_api.services import Services
from watchparty_api.web.site import base_url, share_url


def join_response(
    services: Services, joined: JoinResult, request: Request, response: Response, *, guest_key: str | None = None
) -> Admitted | WaitingForHost:
    """200 with access to the room, or 202 while waiting to be let in."""
    room, member = joined.room, joined.member
    response.headers["Cache-Control"] = "no-store"
    connection = _connection(services, joined, request)
    site = share_url(request)
    if member.state == "waiting":
        response.status_code = 202
        return WaitingForHost(
            connection=connection,
            request_id=member.request_id or "",
            room=room_card(services, room, base_url=site),
            guest_key=guest_key,
        )
    return Admitted(
        connection=connection,
        room=room_for_member(services, room, member, base_url=site),
        playback=_playback(services, joined, request, response),
        guest_key=guest_key,
    )


def _connection(services: Services, joined: JoinResult, request: Request) -> Connection:
    now, room, member = services.now(), joined.room, joined.member
    claims = join_claims(
        room, member, film_of(services, room), snapshot_of(services, room), credential=joined.credential
    )
    return Connection(
        relay_url=_relay_url(services, request),
        join_token=services.tokens.join_token(claims, now),
        participant_id=member.participant_id,
        role=claims["role"],
        expires_at=now + JOIN_LIFE,
    )


def _relay_url(services: Services, request: Request) -> str:
    """The configured relay, or /ws of the site that received this request."""
    return services.config.relay_url or f"ws{base_url(request).removeprefix('http')}/ws"


def _playback(services: Services, joined: JoinResult, request: Request, response: Response) -> Playback | None:
    video = film_of(services, joined.room)
    if video is None or not video.playable:
        return None
    try:
        return issue_grant(
            services, request, response, video, room_id=joined.room.id, person_id=joined.member.participant_id
        )
    except Forbidden:  # the page requests the grant again, and shows why there is none
        return None

"""The responses about rooms: the card for people who have not joined, the room for its members, list entries.

No response contains an email address, an account id or a storage path.
"""

from datetime import datetime, timedelta

from watchparty_api.records import Member, Room, Snapshot, Video
from watchparty_api.rooms.film import film_of
from watchparty_api.rooms.host_offers import host_of, open_offer
from watchparty_api.rooms.models import (
    Film,
    FilmProgress,
    HostOffer,
    Position,
    Presence,
    QueuedFilm,
    RoomCard,
    RoomSummary,
    RoomView,
    Wait,
    You,
)
from watchparty_api.rooms.participants import find_member, participant_of_account
from watchparty_api.rooms.permissions import controls
from watchparty_api.services import Services
from watchparty_api.videos.models import Loss

_FRESH = timedelta(seconds=30)
"""The relay reports a playing room every ten seconds; after three missed reports it is no longer considered playing."""


def room_url(base_url: str, room: Room) -> str:
    """The link that people share."""
    return f"{base_url}/r/{room.link_id}"


def poster_url(room: Room, video: Video | None) -> str | None:
    """The poster's URL for people who have not joined; None if the room is for members only."""
    if video is None or video.poster is None or room.access == "members":
        return None
    return f"/api/v1/rooms/{room.link_id}/poster"


def card(
    room: Room, *, base_url: str, host_name: str, video: Video | None, snapshot: Snapshot | None, now: datetime
) -> RoomCard:
    """The card for people who have not joined."""
    shown = snapshot if room.access != "members" else None
    return RoomCard(
        id=room.id,
        url=room_url(base_url, room),
        name=room.name,
        host_name=host_name,
        access=room.access,
        password_required=room.password_hash is not None,
        poster_url=poster_url(room, video),
        film=_progress(room, video),
        presence=_presence(shown),
        position=position(room, video, shown, now),
    )


def member_view(
    room: Room,
    *,
    base_url: str,
    host_name: str,
    video: Video | None,
    member: Member,
    offer: HostOffer | None,
    now: datetime,
) -> RoomView:
    """The room as one of its members sees it."""
    return RoomView(
        id=room.id,
        url=room_url(base_url, room),
        name=room.name,
        host_name=host_name,
        access=room.access,
        control=room.control,
        chat=room.chat,
        slow_s=room.slow_s,
        capacity=room.capacity,
        password_required=room.password_hash is not None,
        wait=Wait(policy=room.wait_policy, max_s=room.wait_max_s),
        settings_rev=room.settings_rev,
        film=_film(video),
        media_rev=room.media_rev,
        start_pos_s=room.start_pos_s,
        poster_url=poster_url(room, video),
        created_at=room.created_at,
        you=You(
            participant_id=member.participant_id,
            display_name=member.display_name,
            role=member.role,
            muted=member.muted,
            can_control=controls(room.control, member, now),
        ),
        host_offer=offer,
    )


def summary(room: Room, *, base_url: str) -> RoomSummary:
    """A room in the list of the caller's rooms."""
    return RoomSummary(
        id=room.id,
        url=room_url(base_url, room),
        name=room.name,
        access=room.access,
        created_at=room.created_at,
        last_active_at=room.last_active_at,
    )


def queued(video: Video) -> QueuedFilm:
    """A film in the queue."""
    return QueuedFilm(
        video_id=video.id,
        title=video.title,
        status=video.status,
        playable=video.playable,
        duration_s=video.duration_s,
    )


def position(room: Room, video: Video | None, snapshot: Snapshot | None, now: datetime) -> Position | None:
    """The position by now, computed from what the relay last reported; None if that was another film."""
    if snapshot is None or room.video_id is None or snapshot.state.get("mrev") != room.media_rev:
        return None
    playing = snapshot.state.get("mode") == "playing" and now - snapshot.at <= _FRESH
    position_s, as_of = float(snapshot.state["pos_s"]), snapshot.at
    if playing and now > snapshot.at:
        position_s += float(snapshot.state["rate"]) * (now - snapshot.at).total_seconds()
        as_of = now
    if video is not None and video.duration_s is not None:
        position_s = min(position_s, max(video.duration_s, float(snapshot.state["pos_s"])))
    return Position(position_s=position_s, playing=playing, as_of=as_of)


def _presence(snapshot: Snapshot | None) -> Presence | None:
    if snapshot is None:
        return None
    names = [str(person["name"]).split()[0] for person in snapshot.people if str(person.get("name", "")).split()]
    return Presence(total=snapshot.total, first_names=names[:5])


def _film(video: Video | None) -> Film | None:
    if video is None:
        return None
    return Film(
        id=video.id,
        title=video.title,
        status=video.status,
        progress=video.progress,
        playable=video.playable,
        duration_s=video.duration_s,
        playable_s=video.playable_s,
        losses=[Loss.model_validate(each) for each in video.losses],
    )


def _progress(room: Room, video: Video | None) -> FilmProgress | None:
    if video is None:
        return None
    return FilmProgress(
        title=None if room.access == "members" else video.title,
        status=video.status,
        progress=video.progress,
        playable=video.playable,
        duration_s=video.duration_s,
    )


def snapshot_of(services: Services, room: Room) -> Snapshot | None:
    """The last state of the room that the relay reported."""
    return services.store.get(Snapshot, room.id)


def room_card(services: Services, room: Room, *, base_url: str) -> RoomCard:
    """The card for people who have not joined."""
    return card(
        room,
        base_url=base_url,
        host_name=_host_name(services, room),
        video=film_of(services, room),
        snapshot=snapshot_of(services, room),
        now=services.now(),
    )


def room_for_member(services: Services, room: Room, member: Member, *, base_url: str) -> RoomView:
    """The room as `member` sees it."""
    return member_view(
        room,
        base_url=base_url,
        host_name=_host_name(services, room),
        video=film_of(services, room),
        member=member,
        offer=_offer(services, room, member),
        now=services.now(),
    )


def _offer(services: Services, room: Room, member: Member) -> HostOffer | None:
    """The open offer of the room, for the host and the person to whom it was made."""
    offered_to = open_offer(room, services.now())
    if offered_to is None or member.participant_id not in (offered_to, host_of(room)):
        return None
    offered = find_member(services, room.id, offered_to)
    if offered is None or room.offered_until is None:
        return None
    return HostOffer(participant_id=offered_to, display_name=offered.display_name, expires_at=room.offered_until)


def _host_name(services: Services, room: Room) -> str:
    host = find_member(services, room.id, participant_of_account(room.id, room.owner_id))
    return host.display_name if host else ""

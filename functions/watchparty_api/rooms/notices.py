"""The notices that rooms send to the relay: one function per kind.

Their shapes are the notices in `docs/contracts/socket.schema.json`; the relay reads them with `protocol/notices.py`.

A notice is a record for the outbox, written in the commit of the change that it reports. It carries the complete new
state with the store's counter, so that order and repetition do not matter.
"""

import secrets
from datetime import datetime
from typing import Any

from watchparty_api.records import Member, Notice, Room, Video

FOREVER_MS = 253_402_300_799_000
"""`ctl` is the time at which delegated control ends; if it does not end, the last second of the year 9999."""


def admit(member: Member, request_id: str, now: datetime) -> Notice:
    """A waiting person is let in."""
    return _about(member, now, kind="admit", req=request_id)


def deny(member: Member, request_id: str, now: datetime) -> Notice:
    """A waiting person is not let in."""
    return _about(member, now, kind="deny", req=request_id)


def remove(member: Member, now: datetime) -> Notice:
    """The participant was removed, or has left."""
    return _about(member, now, kind="remove")


def role(member: Member, now: datetime) -> Notice:
    """The participant's role and delegated control."""
    return _about(member, now, kind="role", role=member.role, ctl=control_claim(member))


def mute(member: Member, now: datetime) -> Notice:
    """Whether the participant can write in the chat."""
    return _about(member, now, kind="mute", muted=member.muted)


def renew(member: Member, now: datetime) -> Notice:
    """A credential of the participant's account has ended: connections must present a token of this version."""
    return _about(member, now, kind="renew")


def erase(member: Member, now: datetime) -> Notice:
    """The participant's account was deleted: their name and messages go."""
    return _about(member, now, kind="erase")


def host_offer(room: Room, by: str, now: datetime) -> Notice:
    """The offer of the room to a new host, or that there is none any more."""
    until_ms = round(room.offered_until.timestamp() * 1000) if room.offered_until else None
    offer = {"rev": room.offer_rev, "to": room.offered_to, "until_ms": until_ms, "by": by}
    return _notice(room.id, now, kind="host_offer", **offer)


def settings(room: Room, now: datetime) -> Notice:
    """All settings of the room that the relay needs."""
    return _notice(room.id, now, kind="settings", set=settings_claim(room))


def media(room: Room, video: Video | None, now: datetime, *, by: str | None = None) -> Notice:
    """The room's film, or none; sent again when more of the film is playable."""
    claim = media_claim(room, video) or {"video_id": None, "mrev": room.media_rev}
    return _notice(room.id, now, kind="media", media={**claim, "start_pos_s": room.start_pos_s}, by=by)


def close(room: Room, now: datetime) -> Notice:
    """The room is closed."""
    return _notice(room.id, now, kind="close")


# ---- the values that notices and join tokens share


def settings_claim(room: Room) -> dict[str, Any]:
    """`set` of the join token."""
    return {
        "rev": room.settings_rev,
        "control": room.control,
        "chat": room.chat,
        "wait": {"policy": room.wait_policy, "max_s": room.wait_max_s},
        "slow_s": room.slow_s,
        "capacity": room.capacity,
    }


def media_claim(room: Room, video: Video | None) -> dict[str, Any] | None:
    """`media` of the join token; None while the room's film is not playable yet.

    The counter is not used for an unplayable film, so that the notice that brings the film is newer to the relay.
    """
    if room.video_id is None or video is None:
        return _no_film(room)
    if not video.playable:
        return None
    return {
        "video_id": video.id,
        "mrev": room.media_rev,
        "duration_s": video.duration_s,
        "playable_s": video.playable_s,
    }


def _no_film(room: Room) -> dict[str, Any]:
    return {"video_id": None, "mrev": room.media_rev}


def control_claim(member: Member) -> int | None:
    """`ctl` of the join token: when delegated control ends, in epoch milliseconds."""
    if member.controls:
        return FOREVER_MS
    return round(member.control_until.timestamp() * 1000) if member.control_until else None


def _about(member: Member, now: datetime, **facts: Any) -> Notice:
    return _notice(member.room_id, now, participant_id=member.participant_id, mver=member.mver, **facts)


def _notice(room_id: str, now: datetime, **facts: Any) -> Notice:
    id_ = secrets.token_urlsafe(12)
    body = {"t": "notice", "id": id_, "room": room_id, **facts}
    return Notice(id=id_, created_at=now, room_id=room_id, body=body, due_at=now)

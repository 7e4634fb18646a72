"""Who may do what in a room: control playback, chat, moderate. Pure."""

from watchparty_relay.protocol.values import Control, Role, You
from watchparty_relay.rules.state import Room


def can_control(room: Room, participant_id: str, *, now_ms: float) -> bool:
    """May play, pause, seek, skip and set the rate: by role and the room's setting, by delegation, or by loan."""
    member = room.members.get(participant_id)
    if member is None or member.removed or member.role is Role.WAITING:
        return False
    if room.acting == participant_id or (member.ctl is not None and member.ctl > now_ms):
        return True
    match room.settings.control:
        case Control.HOST:
            return member.role is Role.HOST
        case Control.MODERATORS:
            return member.role in (Role.HOST, Role.MODERATOR)
        case Control.EVERYONE:
            return True


def can_moderate(room: Room, participant_id: str) -> bool:
    member = room.members.get(participant_id)
    return member is not None and not member.removed and member.role in (Role.HOST, Role.MODERATOR)


def can_chat(room: Room, participant_id: str) -> bool:
    member = room.members.get(participant_id)
    if member is None or member.removed or member.role is Role.WAITING:
        return False
    return room.settings.chat and not member.muted


def you(room: Room, participant_id: str, *, now_ms: float) -> You:
    """The participant as their own client receives them, with what they may do."""
    member = room.members[participant_id]
    return You(
        participant_id=participant_id,
        role=member.role,
        name=member.name,
        ctl=member.ctl,
        muted=member.muted,
        can_control=can_control(room, participant_id, now_ms=now_ms),
        can_chat=can_chat(room, participant_id),
        can_moderate=can_moderate(room, participant_id),
    )

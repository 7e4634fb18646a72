"""A room as the relay remembers it, and who may do what in it: plain values and questions about them.

`rules.py` says what each change makes of a room; a bus keeps rooms and applies the rules in one atomic step. Nothing
here knows connections, sockets or the time of day.
"""

from msgspec import Struct

from watchparty_relay import playback
from watchparty_relay.playback import Clock
from watchparty_relay.protocol import LogEntry
from watchparty_relay.vocabulary import Control, Id, Role, Settings, Wait, You

# Until the store has spoken: as closed as a room can be.
UNKNOWN_SETTINGS = Settings(rev=0, control=Control.HOST, chat=False, wait=Wait(), slow_s=0, capacity=0)


class Member(Struct, frozen=True):
    """What the relay knows of a participant; `mver` is the store's counter, the highest one seen wins."""

    mver: int
    role: Role
    name: str
    seen_ms: float
    acct: bool = False
    muted: bool = False
    ctl: float | None = None
    removed: bool = False
    said_ms: float | None = None


class Room(Struct, frozen=True):
    """Clock, log and marks of one room, replaced as a whole by every change."""

    id: Id
    epoch: int
    clock: Clock
    settings: Settings = UNKNOWN_SETTINGS
    seq: int = 0
    log: tuple[LogEntry, ...] = ()
    members: dict[str, Member] = {}
    acting: str | None = None
    closed: bool = False


def new_room(room_id: str, *, now_ms: float) -> Room:
    return Room(id=room_id, epoch=int(now_ms), clock=playback.unborn(now_ms))


def can_control(room: Room, participant_id: str, *, now_ms: float) -> bool:
    """By role and the room's setting, by delegation, or because control is lent."""
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

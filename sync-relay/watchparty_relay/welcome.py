"""The first thing a connection is told, complete: for people in the room, and for those before its door. Pure."""

from msgspec.structs import replace

from watchparty_relay import chat, playback
from watchparty_relay.protocol import PROTOCOL_VERSION, People, Welcome
from watchparty_relay.room import Room, you
from watchparty_relay.vocabulary import Limits, Resume, RoomRef


def waiting_welcome(
    room: Room, participant_id: str, connection_id: str, *, clock_name: str, limits: Limits, now_ms: float
) -> Welcome:
    """Those who wait see that they wait, and nothing of the room."""
    return Welcome(
        v=PROTOCOL_VERSION,
        you=you(room, participant_id, now_ms=now_ms),
        conn=connection_id,
        room=RoomRef(id=room.id),
        set=room.settings,
        state=None,
        people=People(total=0, here=[]),
        log=[],
        complete=True,
        epoch=room.epoch,
        seq=room.seq,
        clk=clock_name,
        srv_ms=now_ms,
        limits=limits,
    )


def member_welcome(
    room: Room,
    participant_id: str,
    connection_id: str,
    *,
    here: People,
    resume: Resume | None,
    clock_name: str,
    limits: Limits,
    now_ms: float,
) -> Welcome:
    """Clock, people, and of the log what came after `resume`."""
    entries, reason = chat.since(room, resume, now_ms=now_ms)
    outside = waiting_welcome(room, participant_id, connection_id, clock_name=clock_name, limits=limits, now_ms=now_ms)
    return replace(
        outside,
        state=playback.state_message(room.clock, epoch=room.epoch, now_ms=now_ms),
        people=here,
        log=entries,
        complete=reason is None,
        reason=reason,
    )

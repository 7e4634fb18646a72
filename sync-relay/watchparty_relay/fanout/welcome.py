"""The first message of a connection, complete: for members, and for people waiting for admission. Pure."""

from msgspec.structs import replace

from watchparty_relay.protocol.messages import PROTOCOL_VERSION, HostOffer, People, Welcome
from watchparty_relay.protocol.values import Limits, PersonRef, Resume, RoomRef
from watchparty_relay.rules import chat, playback
from watchparty_relay.rules.permissions import you
from watchparty_relay.rules.state import Room


def waiting_welcome(
    room: Room, participant_id: str, connection_id: str, *, clock_name: str, limits: Limits, now_ms: float
) -> Welcome:
    """Shows nothing of the room."""
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
    """The clock, the people, the part of the log after `resume`, and an open offer that concerns the participant."""
    entries, reason = chat.since(room, resume, now_ms=now_ms)
    welcome = waiting_welcome(room, participant_id, connection_id, clock_name=clock_name, limits=limits, now_ms=now_ms)
    return replace(
        welcome,
        state=playback.state_message(room.clock, epoch=room.epoch, now_ms=now_ms),
        people=here,
        log=entries,
        complete=reason is None,
        reason=reason,
        offer=open_offer(room, participant_id, now_ms=now_ms),
    )


def open_offer(room: Room, participant_id: str, *, now_ms: float) -> HostOffer | None:
    """The room's offer to a new host, if it is open and the participant made or received it."""
    offer = room.offer
    if offer.to is None or offer.until_ms <= now_ms or participant_id not in (offer.by, offer.to):
        return None
    by, to = room.members.get(offer.by), room.members.get(offer.to)
    if by is None or to is None:
        return None
    return HostOffer(
        by=PersonRef(id=offer.by, name=by.name), to=PersonRef(id=offer.to, name=to.name), until_ms=offer.until_ms
    )

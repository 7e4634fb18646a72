"""What a member may request, one handler per message. The answer goes to the requesting connection alone.

Permissions are decided by the rules behind the bus; this module only limits how much one member may send.
"""

from msgspec.structs import replace

from watchparty_relay.bus.port import TypingChanged
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.fanout.subscribers import Subscriber
from watchparty_relay.protocol.messages import (
    Ack,
    Chat,
    Clear,
    Command,
    Delete,
    ErrorMessage,
    Nack,
    React,
    Reacted,
    Report,
    Typing,
)
from watchparty_relay.protocol.values import ErrorCode, NackCode
from watchparty_relay.room.live_room import LiveRoom
from watchparty_relay.rules.changes import Request
from watchparty_relay.rules.chat import is_emoji
from watchparty_relay.rules.permissions import can_chat
from watchparty_relay.rules.playback import command_lead_ms

ChangeMessage = Command | Chat | Delete | Clear
EphemeralMessage = React | Typing | Report


async def change_room(room: LiveRoom, subscriber: Subscriber, message: ChangeMessage) -> Ack | Nack:
    """Applies the member's change, or returns why not; a repeated `cid` gets the answer that it got before.

    `rate_limited` and `retry` are not remembered: the same `cid`, sent again later, is decided again.
    """
    member, now_ms = subscriber.participant_id, room.bus.now_ms()
    buckets = room.buckets.of(member)
    bucket = buckets.cmds if isinstance(message, Command) else buckets.chat
    if not bucket.take(now_ms=now_ms):
        return Nack(cid=message.cid, code=NackCode.RATE_LIMITED)
    try:
        answer = await room.bus.apply(room.id, _request(room, member, message, now_ms))
    except BusUnavailable:
        return Nack(cid=message.cid, code=NackCode.RETRY)
    return answer if isinstance(answer, Ack | Nack) else Nack(cid=message.cid, code=NackCode.RETRY)


def _request(room: LiveRoom, member: str, message: ChangeMessage, now_ms: float) -> Request:
    match message:
        case Command():
            round_trip_ms = room.presence.recent(room.state, now_ms=now_ms).rtt_ms
            return Request(member, message, command_lead_ms(room.state.clock, message.op, round_trip_ms))
        case Chat():
            return Request(member, replace(message, text=room.word_filter.masked(message.text)))
        case _:
            return Request(member, message)


def send_ephemeral(room: LiveRoom, subscriber: Subscriber, message: EphemeralMessage) -> ErrorMessage | None:
    """Passes on a message that is not stored; it has no answer unless it is refused."""
    member = subscriber.participant_id
    match message:
        case React():
            return _react(room, member, message)
        case Typing():
            if can_chat(room.state, member):
                room.bus.announce(room.id, TypingChanged(by=member, on=message.on))
        case Report():  # a dropped report needs no error: the next one carries everything again
            if room.buckets.of(member).reports.take(now_ms=room.bus.now_ms()):
                room.report(subscriber, message)
    return None


def _react(room: LiveRoom, member: str, message: React) -> ErrorMessage | None:
    if not can_chat(room.state, member):
        return ErrorMessage(ErrorCode.MUTED, fatal=False)
    if not is_emoji(message.emoji):
        return ErrorMessage(ErrorCode.NOT_ALLOWED, fatal=False)
    if not room.buckets.of(member).reacts.take(now_ms=room.bus.now_ms()):
        return ErrorMessage(ErrorCode.RATE_LIMITED, fatal=False)
    name = room.state.members[member].name
    room.bus.announce(room.id, Reacted(by=member, name=name, emoji=message.emoji, pos_s=message.pos_s))
    return None

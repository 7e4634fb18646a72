"""What somebody in a room may ask for, one handler a message; the answer goes back to the asker alone.

Rights are decided by the rules behind the bus; here are only the bounds on how much one person may send.
"""

from msgspec.structs import replace

from watchparty_relay.audience import Listener
from watchparty_relay.changes import Asked, Retract, Say, Wipe
from watchparty_relay.chat import is_emoji
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.protocol import Ack, Chat, Clear, Command, Delete, ErrorMessage, Nack, React, Report, Typing
from watchparty_relay.room import can_chat
from watchparty_relay.vocabulary import ErrorCode, NackCode

Asking = Command | Chat | Delete | Clear
Saying = React | Typing | Report


async def ask(live: LiveRoom, listener: Listener, message: Asking) -> Ack | Nack:
    """Changes the room, or says why not; a repeated `cid` is answered as it was.

    `rate_limited` and `retry` are not remembered: sent again later, the same `cid` is judged anew.
    """
    person = listener.participant_id
    allowances = live.allowances(person)
    allowance = allowances.cmds if isinstance(message, Command) else allowances.chat
    if not allowance.take(now_ms=live.now_ms()):
        return Nack(cid=message.cid, code=NackCode.RATE_LIMITED)
    try:
        answer = await live.ask(_asked(live, person, message))
    except BusUnavailable:
        return Nack(cid=message.cid, code=NackCode.RETRY)
    return answer if isinstance(answer, Ack | Nack) else Nack(cid=message.cid, code=NackCode.RETRY)


def _asked(live: LiveRoom, person: str, message: Asking) -> Asked:
    match message:
        case Command():
            return live.operation(person, message)
        case Chat():
            return Say(person, replace(message, text=live.words.masked(message.text)))
        case Delete():
            return Retract(person, message)
        case Clear():
            return Wipe(person, message)


def say(live: LiveRoom, listener: Listener, message: Saying) -> ErrorMessage | None:
    """Passes on what is not kept; it has no answer unless it is refused."""
    match message:
        case React():
            return _react(live, listener.participant_id, message)
        case Typing():
            if can_chat(live.room, listener.participant_id):
                live.typing(listener.participant_id, on=message.on)
        case Report():  # the next one repairs the loss of one too many
            if live.allowances(listener.participant_id).reports.take(now_ms=live.now_ms()):
                live.report(listener, message)
    return None


def _react(live: LiveRoom, participant_id: str, message: React) -> ErrorMessage | None:
    if not can_chat(live.room, participant_id):
        return ErrorMessage(ErrorCode.MUTED, fatal=False)
    if not is_emoji(message.emoji):
        return ErrorMessage(ErrorCode.NOT_ALLOWED, fatal=False)
    if not live.allowances(participant_id).reacts.take(now_ms=live.now_ms()):
        return ErrorMessage(ErrorCode.RATE_LIMITED, fatal=False)
    live.react(participant_id, message.emoji, message.pos_s)
    return None

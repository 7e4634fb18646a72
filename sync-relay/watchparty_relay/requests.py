"""What somebody in a room may ask for, one handler a message; the answer goes back to the asker alone.

Rights are decided by the rules behind the bus; here are only the bounds on how much one person may send.
"""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from watchparty_relay.audience import Listener
from watchparty_relay.changes import Answer, Asked, Retract, Say, Wipe
from watchparty_relay.chat import is_emoji
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.flood import Allowance
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.protocol import Ack, Chat, Clear, Command, Delete, ErrorMessage, Nack, React, Report, Typing
from watchparty_relay.room import can_chat
from watchparty_relay.vocabulary import ErrorCode, NackCode

Asking = Command | Chat | Delete | Clear
Saying = React | Typing | Report


async def ask(live: LiveRoom, listener: Listener, message: Asking) -> Ack | Nack:
    """Changes the room, or says why not; a repeated `cid` is answered as it was."""
    person, allowances = listener.participant_id, live.allowances(listener.participant_id)
    match message:
        case Command():
            return await _bounded(allowances.cmds, live, message, lambda: live.operate(person, message))
        case Chat():
            masked = replace(message, text=live.words.masked(message.text))
            return await _change(allowances.chat, live, Say(person, masked))
        case Delete():
            return await _change(allowances.chat, live, Retract(person, message))
        case Clear():
            return await _change(allowances.chat, live, Wipe(person, message))


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


async def _change(allowance: Allowance, live: LiveRoom, asked: Asked) -> Ack | Nack:
    return await _bounded(allowance, live, asked.message, lambda: live.ask(asked))


async def _bounded(
    allowance: Allowance, live: LiveRoom, message: Asking, change: Callable[[], Awaitable[Answer | None]]
) -> Ack | Nack:
    """`rate_limited` and `retry` are not remembered: sent again later, the same `cid` is judged anew."""
    if not allowance.take(now_ms=live.now_ms()):
        return Nack(cid=message.cid, code=NackCode.RATE_LIMITED)
    try:
        answer = await change()
    except BusUnavailable:
        return Nack(cid=message.cid, code=NackCode.RETRY)
    return answer if isinstance(answer, Ack | Nack) else Nack(cid=message.cid, code=NackCode.RETRY)

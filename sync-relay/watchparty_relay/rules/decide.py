"""The one function that applies a change to a room: `decide(room, change, now_ms)`. Pure.

A bus calls it inside its atomic step, so the order in which changes reach the bus is the order of the room. Each kind
of change has its rule in `playback.py`, `chat.py` or `membership.py`; `permissions.py` says who may do what.
"""

from msgspec.structs import replace

from watchparty_relay.protocol.messages import Ack, Chat, Clear, Command, Delete, Nack
from watchparty_relay.protocol.notices import (
    AdmitNotice,
    CloseNotice,
    DenyNotice,
    EraseNotice,
    HostOfferNotice,
    MediaNotice,
    MuteNotice,
    Notice,
    RemoveNotice,
    RenewNotice,
    RoleNotice,
    SettingsNotice,
)
from watchparty_relay.protocol.values import NackCode, Role
from watchparty_relay.rules import chat, membership, playback
from watchparty_relay.rules.changes import (
    Change,
    Decision,
    Enter,
    HoldFor,
    LendControl,
    PauseEmptyRoom,
    ReachLimit,
    Release,
    Request,
)
from watchparty_relay.rules.permissions import can_control
from watchparty_relay.rules.playback import Clock
from watchparty_relay.rules.state import Room

ClockProposal = HoldFor | Release | ReachLimit | PauseEmptyRoom


def decide(room: Room, change: Change, *, now_ms: float) -> Decision:
    match change:
        case Request():
            return _request(room, change, now_ms)
        case Enter():
            return membership.enter(room, change, now_ms=now_ms)
        case LendControl():
            return membership.lend_control(room, change)
        case HoldFor() | Release() | ReachLimit() | PauseEmptyRoom():
            return _proposal(room, change, now_ms)
        case _:
            return _notice(room, change, now_ms)


def _request(room: Room, request: Request, now_ms: float) -> Decision:
    match request.message:
        case Command() as message:
            return _command(room, request.by, message, request.lead_ms, now_ms)
        case Chat() as message:
            return chat.post(room, request.by, message, now_ms=now_ms)
        case Delete() as message:
            return chat.delete(room, request.by, message)
        case Clear() as message:
            return chat.clear(room, request.by, message)


def _notice(room: Room, notice: Notice, now_ms: float) -> Decision:
    match notice:
        case AdmitNotice() | DenyNotice():
            return membership.request_decided(room, notice, now_ms=now_ms)
        case RemoveNotice():
            return membership.removed(room, notice, now_ms=now_ms)
        case RoleNotice():
            return membership.role_changed(room, notice, now_ms=now_ms)
        case MuteNotice():
            return membership.mute_changed(room, notice, now_ms=now_ms)
        case RenewNotice():
            return membership.renewal_required(room, notice, now_ms=now_ms)
        case EraseNotice():
            return chat.delete_all_of(membership.erased(room, notice, now_ms=now_ms), notice.participant_id)
        case HostOfferNotice():
            return membership.host_offered(room, notice)
        case SettingsNotice():
            return membership.settings_changed(room, notice.set)
        case MediaNotice():
            return membership.film_changed(room, notice, now_ms=now_ms)
        case CloseNotice():
            return membership.closed(room)


def _command(room: Room, by: str, message: Command, lead_ms: float, now_ms: float) -> Decision:
    cid, rev = message.cid, room.clock.rev
    member = room.members.get(by)
    if member is None or member.role is Role.WAITING:
        return Decision(room, answer=Nack(cid=cid, code=NackCode.WAITING))
    if not can_control(room, by, now_ms=now_ms):
        return Decision(room, answer=Nack(cid=cid, code=NackCode.NOT_ALLOWED, rev=rev))
    clock = playback.apply_command(room.clock, message, by=by, now_ms=now_ms, lead_ms=lead_ms)
    if isinstance(clock, NackCode):
        return Decision(room, answer=Nack(cid=cid, code=clock, rev=rev))
    return _with_clock(room, clock, now_ms, answer=Ack(cid=cid, rev=clock.rev))


def _proposal(room: Room, change: ClockProposal, now_ms: float) -> Decision:
    """The relay's own proposals apply only to the clock that they were made for."""
    clock = room.clock
    if change.rev != clock.rev:
        return Decision(room)
    match change:
        case HoldFor():
            clock = playback.hold_for(
                clock, change.people, until_ms=change.until_ms, now_ms=now_ms, lead_ms=change.lead_ms
            )
        case Release():
            clock = playback.release(clock, now_ms=now_ms, lead_ms=change.lead_ms)
        case ReachLimit():
            clock = playback.reach_limit(clock, now_ms=now_ms)
        case PauseEmptyRoom():
            clock = playback.pause_empty_room(clock, left_ms=change.left_ms, now_ms=now_ms)
    return _with_clock(room, clock, now_ms)


def _with_clock(room: Room, clock: Clock, now_ms: float, *, answer: Ack | None = None) -> Decision:
    if clock.rev == room.clock.rev:
        return Decision(room, answer=answer)
    state = playback.state_message(clock, epoch=room.epoch, now_ms=now_ms)
    return Decision(replace(room, clock=clock), (state,), answer)

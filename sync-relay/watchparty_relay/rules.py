"""The one function that says what a change makes of a room: `decide(room, change, now_ms)`. Pure.

A bus calls it inside its atomic step, so that arrival at the bus is the order of the room. Everything it needs is in
its arguments; the table below sends each kind of change to the module that owns its rule.
"""

from msgspec.structs import replace

from watchparty_relay import chat, membership, playback
from watchparty_relay.changes import (
    Change,
    Decision,
    Enter,
    HoldFor,
    Lend,
    Operate,
    ReachLimit,
    Release,
    Retract,
    Say,
    Vacate,
    Wipe,
)
from watchparty_relay.playback import Clock
from watchparty_relay.protocol import (
    Ack,
    AdmitNotice,
    CloseNotice,
    DenyNotice,
    MediaNotice,
    MuteNotice,
    Nack,
    RemoveNotice,
    RoleNotice,
    SettingsNotice,
)
from watchparty_relay.room import Room, can_control
from watchparty_relay.vocabulary import NackCode, Role

ClockProposal = HoldFor | Release | ReachLimit | Vacate


def decide(room: Room, change: Change, *, now_ms: float) -> Decision:
    match change:
        case Operate():
            return _operate(room, change, now_ms)
        case Say():
            return chat.say(room, change, now_ms=now_ms)
        case Retract():
            return chat.retract(room, change, now_ms=now_ms)
        case Wipe():
            return chat.wipe(room, change, now_ms=now_ms)
        case Enter():
            return membership.enter(room, change, now_ms=now_ms)
        case Lend():
            return membership.lend(room, change)
        case HoldFor() | Release() | ReachLimit() | Vacate():
            return _propose(room, change, now_ms)
        case _:
            return _notice(room, change, now_ms)


def _notice(
    room: Room,
    notice: AdmitNotice
    | DenyNotice
    | RemoveNotice
    | RoleNotice
    | MuteNotice
    | SettingsNotice
    | MediaNotice
    | CloseNotice,
    now_ms: float,
) -> Decision:
    match notice:
        case AdmitNotice() | DenyNotice():
            return membership.request_decided(room, notice, now_ms=now_ms)
        case RemoveNotice():
            return membership.removed(room, notice, now_ms=now_ms)
        case RoleNotice():
            return membership.role_changed(room, notice, now_ms=now_ms)
        case MuteNotice():
            return membership.mute_changed(room, notice, now_ms=now_ms)
        case SettingsNotice():
            return membership.settings_changed(room, notice.set)
        case MediaNotice():
            return membership.film_changed(room, notice, now_ms=now_ms)
        case CloseNotice():
            return membership.closed(room)


def _operate(room: Room, asked: Operate, now_ms: float) -> Decision:
    cid, rev = asked.message.cid, room.clock.rev
    member = room.members.get(asked.by)
    if member is None or member.role is Role.WAITING:
        return Decision(room, answer=Nack(cid=cid, code=NackCode.WAITING))
    if not can_control(room, asked.by, now_ms=now_ms):
        return Decision(room, answer=Nack(cid=cid, code=NackCode.NOT_ALLOWED, rev=rev))
    clock = playback.operate(room.clock, asked.message, by=asked.by, now_ms=now_ms, lead_ms=asked.lead_ms)
    if isinstance(clock, NackCode):
        return Decision(room, answer=Nack(cid=cid, code=clock, rev=rev))
    return _with_clock(room, clock, now_ms, answer=Ack(cid=cid, rev=clock.rev))


def _propose(room: Room, change: ClockProposal, now_ms: float) -> Decision:
    """The relay's own proposals hold only for the clock that they were made for."""
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
        case Vacate():
            clock = playback.vacate(clock, left_ms=change.left_ms, now_ms=now_ms)
    return _with_clock(room, clock, now_ms)


def _with_clock(room: Room, clock: Clock, now_ms: float, *, answer: Ack | None = None) -> Decision:
    if clock.rev == room.clock.rev:
        return Decision(room, answer=answer)
    state = playback.state_message(clock, epoch=room.epoch, now_ms=now_ms)
    return Decision(replace(room, clock=clock), (state,), answer)

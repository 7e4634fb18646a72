"""A room as the relay remembers it: plain values.

`decide.py` applies changes to a room; a bus stores rooms and applies the rules in one atomic step. Nothing here knows
connections, sockets or the time of day.
"""

from msgspec import Struct
from msgspec.structs import replace

from watchparty_relay.protocol.messages import ChatEntry, LogEntry
from watchparty_relay.protocol.values import Control, Id, Role, Settings, Wait
from watchparty_relay.rules import playback
from watchparty_relay.rules.playback import Clock

UNKNOWN_SETTINGS = Settings(rev=0, control=Control.HOST, chat=False, wait=Wait(), slow_s=0, capacity=0)
"""Until the store's settings are known: as restrictive as a room can be."""


class Member(Struct, frozen=True):
    """What the relay knows of a participant. `mver` is the store's version counter: the highest one seen wins."""

    mver: int
    role: Role
    name: str
    seen_ms: float
    acct: bool = False
    muted: bool = False
    ctl: float | None = None
    removed: bool = False
    said_ms: float | None = None


class HostOffer(Struct, frozen=True):
    """The newest offer of the room to a new host; `to` is None when it has ended. `rev` is the store's counter."""

    rev: int = 0
    by: str = ""
    to: str | None = None
    until_ms: float = 0.0


class Room(Struct, frozen=True):
    """Clock, log and member records of one room; every change replaces it as a whole."""

    id: Id
    epoch: int
    clock: Clock
    settings: Settings = UNKNOWN_SETTINGS
    seq: int = 0
    log: tuple[LogEntry, ...] = ()
    members: dict[str, Member] = {}
    acting: str | None = None
    closed: bool = False
    offer: HostOffer = HostOffer()


def new_room(room_id: str, *, now_ms: float) -> Room:
    return Room(id=room_id, epoch=int(now_ms), clock=playback.initial_clock(now_ms))


def set_back(room: Room, *, left_ms: float, now_ms: float) -> Room:
    """The room in a room time that is set back, because it was far ahead of the time of day until `left_ms`.

    What is later than now happens now; delegated control lasts as long as it would have.
    """
    ahead_ms = left_ms - now_ms
    members = {
        participant_id: replace(
            member,
            seen_ms=min(member.seen_ms, now_ms),
            said_ms=None if member.said_ms is None else min(member.said_ms, now_ms),
            ctl=member.ctl if member.ctl is None or member.seen_ms <= now_ms else member.ctl - ahead_ms,
        )
        for participant_id, member in room.members.items()
    }
    log = tuple(
        replace(entry, at_ms=min(entry.at_ms, now_ms)) if isinstance(entry, ChatEntry) else entry for entry in room.log
    )
    clock = room.clock
    if clock.t0_ms > now_ms:
        clock = playback.set_back(clock, left_ms=left_ms, now_ms=now_ms)
    return replace(room, clock=clock, members=members, log=log)


def log_name(room_id: str) -> str:
    """The id as it may appear in logs, because the whole id lets people in.

    It is enough to find the room in the administrators' list, but too little to enter it: 36 of 128 random bits.
    """
    return f"{room_id[:6]}…"

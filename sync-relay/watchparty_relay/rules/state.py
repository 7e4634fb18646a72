"""A room as the relay remembers it: plain values.

`decide.py` applies changes to a room; a bus stores rooms and applies the rules in one atomic step. Nothing here knows
connections, sockets or the time of day.
"""

from msgspec import Struct

from watchparty_relay.protocol.messages import LogEntry
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


def new_room(room_id: str, *, now_ms: float) -> Room:
    return Room(id=room_id, epoch=int(now_ms), clock=playback.initial_clock(now_ms))


def log_name(room_id: str) -> str:
    """The id as it may appear in logs, because the whole id lets people in.

    It is enough to find the room in the administrators' list, but too little to enter it: 36 of 128 random bits.
    """
    return f"{room_id[:6]}…"

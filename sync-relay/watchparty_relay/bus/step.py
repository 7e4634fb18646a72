"""What a step changed in a room, as a value that travels: made by the relay that took it, repeated by all others. Pure.

A mark names a room's version and the step that made it, so that two histories with the same number are told apart.
"""

import secrets

from msgspec import Struct
from msgspec.structs import replace

from watchparty_relay.changes import Decision, Event
from watchparty_relay.playback import Clock
from watchparty_relay.protocol import LogEntry
from watchparty_relay.room import Member, Room
from watchparty_relay.vocabulary import Settings


class Head(Struct, frozen=True):
    """A room without its log and members, which are kept entry by entry."""

    epoch: int
    clock: Clock
    settings: Settings
    seq: int
    acting: str | None
    closed: bool


class Step(Struct, frozen=True, tag="step"):
    """`whole` says that it holds all of a room: nothing of what was there before it counts. `follows` is the mark of
    the room that it was taken on.
    """

    mark: str
    head: Head
    log: list[LogEntry] = []
    dropped: list[int] = []
    members: dict[str, Member] = {}
    forgotten: list[str] = []
    events: tuple[Event, ...] = ()
    whole: bool = False
    follows: str = ""

    @property
    def version(self) -> int:
        return version_of(self.mark)


def new_mark(version: int) -> str:
    return f"{version}-{secrets.token_hex(6)}"


def version_of(mark: str) -> int:
    return int(mark.partition("-")[0] or 0)


def head_of(room: Room) -> Head:
    return Head(room.epoch, room.clock, room.settings, room.seq, room.acting, room.closed)


def joined(room_id: str, head: Head, log: tuple[LogEntry, ...], members: dict[str, Member]) -> Room:
    return Room(
        id=room_id,
        epoch=head.epoch,
        clock=head.clock,
        settings=head.settings,
        seq=head.seq,
        log=log,
        members=members,
        acting=head.acting,
        closed=head.closed,
    )


def step_of(before: Room, decision: Decision, *, mark: str) -> Step | None:
    """What was decided on the room of that mark; None where nothing changed."""
    room = decision.room
    if room is before and not decision.events:
        return None
    known, kept = ({entry.seq: entry for entry in log} for log in (before.log, room.log))
    return Step(
        mark=new_mark(version_of(mark) + 1),
        follows=mark,
        head=head_of(room),
        log=[entry for entry in room.log if known.get(entry.seq) is not entry],
        dropped=[seq for seq in known if seq not in kept],
        members={key: member for key, member in room.members.items() if before.members.get(key) is not member},
        forgotten=[key for key in before.members if key not in room.members],
        events=decision.events,
    )


def whole_step(room: Room, *, version: int) -> Step:
    return Step(mark=new_mark(version), head=head_of(room), log=list(room.log), members=dict(room.members), whole=True)


def after(room: Room, step: Step) -> Room:
    """The room that the step made of this one."""
    if step.whole:
        return joined(room.id, step.head, tuple(step.log), step.members)
    log, members = room.log, room.members
    if step.log or step.dropped:
        entries = {entry.seq: entry for entry in (*log, *step.log) if entry.seq not in step.dropped}
        log = tuple(entries[seq] for seq in sorted(entries))
    if step.members or step.forgotten:
        kept = {key: member for key, member in members.items() if key not in step.forgotten}
        members = {**kept, **step.members}
    return joined(room.id, step.head, log, members)


def renewed(ours: Room, theirs: Room | None, *, now_ms: float) -> Room:
    """Our room as the beginning of a new epoch; of each person the mark that the store counted highest is kept."""
    members = dict(theirs.members) if theirs else {}
    for key, member in ours.members.items():
        if key not in members or members[key].mver <= member.mver:
            members[key] = member
    epoch = max(int(now_ms), ours.epoch + 1, theirs.epoch + 1 if theirs else 0)
    return replace(ours, epoch=epoch, members=members)

"""What a commit changed in a room, as a value: computed by the relay that committed it, applied by all others.

A version id names a room's version and the commit that made it, so that two histories with the same version number can
be told apart.
"""

import secrets

from msgspec import Struct, field
from msgspec.structs import replace

from watchparty_relay.protocol.messages import LogEntry
from watchparty_relay.protocol.values import Settings
from watchparty_relay.rules.changes import Decision, Event
from watchparty_relay.rules.playback import Clock
from watchparty_relay.rules.state import HostOffer, Member, Room


class Head(Struct, frozen=True):
    """A room without its log and members, which are stored entry by entry."""

    epoch: int
    clock: Clock
    settings: Settings
    seq: int
    acting: str | None
    closed: bool
    offer: HostOffer = HostOffer()


class RoomDelta(Struct, frozen=True, tag="step"):
    """Log entries and members that were added or changed, and the keys of those that were removed.

    `whole` means that it contains the entire room and replaces whatever was there. `previous_id` is the version id of
    the room that it applies to. The names in JSON are older than these and stay, for relays of the previous release.
    """

    version_id: str = field(name="mark")
    head: Head
    log: list[LogEntry] = []
    dropped: list[int] = []
    members: dict[str, Member] = {}
    forgotten: list[str] = []
    events: tuple[Event, ...] = ()
    whole: bool = False
    previous_id: str = field(default="", name="follows")

    @property
    def version(self) -> int:
        return version_number(self.version_id)


def new_version_id(version: int) -> str:
    return f"{version}-{secrets.token_hex(6)}"


def version_number(version_id: str) -> int:
    return int(version_id.partition("-")[0] or 0)


def head_of(room: Room) -> Head:
    return Head(room.epoch, room.clock, room.settings, room.seq, room.acting, room.closed, room.offer)


def assemble_room(room_id: str, head: Head, log: tuple[LogEntry, ...], members: dict[str, Member]) -> Room:
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
        offer=head.offer,
    )


def delta_between(before: Room, decision: Decision, *, version_id: str) -> RoomDelta | None:
    """What the decision changed in the room of that version; None if nothing."""
    room = decision.room
    if room is before and not decision.events:
        return None
    old_log, new_log = ({entry.seq: entry for entry in log} for log in (before.log, room.log))
    return RoomDelta(
        version_id=new_version_id(version_number(version_id) + 1),
        previous_id=version_id,
        head=head_of(room),
        log=[entry for entry in room.log if old_log.get(entry.seq) is not entry],
        dropped=[seq for seq in old_log if seq not in new_log],
        members={key: member for key, member in room.members.items() if before.members.get(key) is not member},
        forgotten=[key for key in before.members if key not in room.members],
        events=decision.events,
    )


def full_delta(room: Room, *, version: int) -> RoomDelta:
    """A delta that contains the entire room."""
    return RoomDelta(
        version_id=new_version_id(version),
        head=head_of(room),
        log=list(room.log),
        members=dict(room.members),
        whole=True,
    )


def apply_delta(room: Room, delta: RoomDelta) -> Room:
    if delta.whole:
        return assemble_room(room.id, delta.head, tuple(delta.log), delta.members)
    log, members = room.log, room.members
    if delta.log or delta.dropped:
        entries = {entry.seq: entry for entry in (*log, *delta.log) if entry.seq not in delta.dropped}
        log = tuple(entries[seq] for seq in sorted(entries))
    if delta.members or delta.forgotten:
        remaining = {key: member for key, member in members.items() if key not in delta.forgotten}
        members = {**remaining, **delta.members}
    return assemble_room(room.id, delta.head, log, members)


def new_epoch(ours: Room, theirs: Room | None, *, now_ms: float) -> Room:
    """Our room as the start of a new epoch, with the newer record of each member (by `mver`) from either room."""
    members = dict(theirs.members) if theirs else {}
    for key, member in ours.members.items():
        if key not in members or members[key].mver <= member.mver:
            members[key] = member
    epoch = max(int(now_ms), ours.epoch + 1, theirs.epoch + 1 if theirs else 0)
    return replace(ours, epoch=epoch, members=members)

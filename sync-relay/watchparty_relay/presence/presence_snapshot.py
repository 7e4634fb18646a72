"""Who is in a room, as a value: each relay publishes a snapshot of its members, and all act on the merged ones. Pure.

A snapshot lists at most a hundred members and counts the rest, so it stays small however large the room. A member who
moved from one relay to another is in two snapshots for a while, but counts as one.
"""

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from watchparty_relay.presence.local_presence import LocalMember, LocalPresence
from watchparty_relay.protocol.values import PersonState, Role
from watchparty_relay.rules.state import Room

MAX_LISTED = 100
SNAPSHOT_TTL_MS = 15_000.0
"""A relay that stops publishing is forgotten after this time; it publishes a few times as often."""
PUBLISH_EVERY_MS = 5_000.0

WATCHING_STATES = (PersonState.OK, PersonState.BUFFERING)
_ROLE_ORDER = {Role.HOST: 0, Role.MODERATOR: 1, Role.VIEWER: 2, Role.WAITING: 3}


class ListedMember(Struct, frozen=True, omit_defaults=True):
    """Since when the member is here, when their primary connection was last used, and how their player is doing."""

    participant_id: str
    since_ms: float
    used_ms: float
    state: PersonState
    err_ms: float | None = None
    pos_s: float | None = None
    buf_s: float | None = None

    @property
    def present(self) -> bool:
        return self.state is not PersonState.RECONNECTING


class PresenceSnapshot(Struct, frozen=True, tag_field="t", tag="roll", omit_defaults=True):
    """The members of one relay, or of all of them. `watching` counts those who play or buffer.

    The names in JSON are older than these and stay, for relays of the previous release.
    """

    relay: str
    at_ms: float
    total: int = 0
    present: int = 0
    host_present: bool = field(default=False, name="host")
    watching: int = field(default=0, name="able")
    rtt_ms: float | None = None
    listed: tuple[ListedMember, ...] = field(default=(), name="named")
    buffering: tuple[str, ...] = field(default=(), name="behind")

    def find(self, participant_id: str) -> ListedMember | None:
        return next((member for member in self.listed if member.participant_id == participant_id), None)


def local_snapshot(room: Room, local: LocalPresence, *, relay: str, now_ms: float) -> PresenceSnapshot:
    """Lists hosts, moderators, then the longest present; and the first account, to whom control can be lent."""
    members = [member for member in local.members() if member.participant_id in room.members]
    reports = [report for member in members if member.connections and (report := member.report) is not None]
    return PresenceSnapshot(
        relay=relay,
        at_ms=now_ms,
        total=len(members),
        present=sum(member.state is not PersonState.RECONNECTING for member in members),
        host_present=any(m.connections and room.members[m.participant_id].role is Role.HOST for m in members),
        watching=sum(member.state in WATCHING_STATES for member in members),
        rtt_ms=max((report.rtt_ms for report in reports if report.rtt_ms is not None), default=None),
        listed=tuple(_listed_member(member) for member in _members_to_list(room, members)),
        buffering=tuple(member.participant_id for member in members if member.state is PersonState.BUFFERING),
    )


def merge_snapshots(own: PresenceSnapshot, others: Iterable[PresenceSnapshot]) -> PresenceSnapshot:
    """All snapshots as one; a member who is in several is represented by the connection that was used last."""
    snapshots = [own, *others]
    if len(snapshots) == 1:
        return own
    listed: dict[str, ListedMember] = {}
    duplicates: list[ListedMember] = []
    for member in (member for snapshot in snapshots for member in snapshot.listed):
        known = listed.get(member.participant_id)
        if known is None:
            listed[member.participant_id] = member
            continue
        chosen, duplicate = (member, known) if _precedence(member) > _precedence(known) else (known, member)
        listed[member.participant_id] = replace(chosen, since_ms=min(known.since_ms, member.since_ms))
        duplicates.append(duplicate)
    buffering = {member_id for snapshot in snapshots for member_id in snapshot.buffering}
    not_buffering = {member.participant_id for member in listed.values() if member.state is not PersonState.BUFFERING}
    watching_twice = sum(member.state in WATCHING_STATES for member in duplicates)
    return PresenceSnapshot(
        relay=own.relay,
        at_ms=own.at_ms,
        total=sum(snapshot.total for snapshot in snapshots) - len(duplicates),
        present=sum(snapshot.present for snapshot in snapshots) - sum(member.present for member in duplicates),
        host_present=any(snapshot.host_present for snapshot in snapshots),
        watching=sum(snapshot.watching for snapshot in snapshots) - watching_twice,
        rtt_ms=max((snapshot.rtt_ms for snapshot in snapshots if snapshot.rtt_ms is not None), default=None),
        listed=tuple(sorted(listed.values(), key=lambda member: member.since_ms)),
        buffering=tuple(sorted(buffering - not_buffering)),
    )


class RemoteSnapshots:
    """The latest snapshot of each other relay, for as long as the relay keeps publishing."""

    def __init__(self) -> None:
        self._by_relay: dict[str, PresenceSnapshot] = {}
        self._current: tuple[PresenceSnapshot, ...] = ()

    def update(self, snapshot: PresenceSnapshot, *, now_ms: float) -> bool:
        """Stores a snapshot; True if it lists other members than the relay's previous one.

        `at_ms` becomes our time of receipt, because the relays' clocks may differ by more than the TTL.
        """
        previous = self._by_relay.get(snapshot.relay)
        self._by_relay[snapshot.relay] = replace(snapshot, at_ms=now_ms)
        self._current = tuple(self._by_relay.values())
        return _listed_ids(snapshot) != (_listed_ids(previous) if previous else set())

    def knows_relay(self, relay: str) -> bool:
        return relay in self._by_relay

    def current(self, *, now_ms: float) -> tuple[PresenceSnapshot, ...]:
        """The same tuple for as long as no snapshot arrives and none expires."""
        if any(now_ms >= snapshot.at_ms + SNAPSHOT_TTL_MS for snapshot in self._current):
            self._by_relay = {
                relay: snapshot
                for relay, snapshot in self._by_relay.items()
                if now_ms < snapshot.at_ms + SNAPSHOT_TTL_MS
            }
            self._current = tuple(self._by_relay.values())
        return self._current


def by_role(room: Room, listed: Iterable[ListedMember]) -> list[ListedMember]:
    """The listed members that the room knows: hosts, moderators, then the longest present."""
    known = [member for member in listed if member.participant_id in room.members]
    return sorted(known, key=lambda m: (_ROLE_ORDER[room.members[m.participant_id].role], m.since_ms))


def without_readings(snapshot: PresenceSnapshot) -> PresenceSnapshot:
    """The snapshot without what changes all the time while a film plays: relays may receive that later."""
    members = (replace(m, used_ms=0.0, err_ms=None, pos_s=None, buf_s=None) for m in snapshot.listed)
    return replace(snapshot, at_ms=0.0, rtt_ms=None, listed=tuple(members))


def _listed_ids(snapshot: PresenceSnapshot) -> set[str]:
    return {member.participant_id for member in snapshot.listed}


def _members_to_list(room: Room, members: list[LocalMember]) -> list[LocalMember]:
    ordered = sorted(members, key=lambda m: (_ROLE_ORDER[room.members[m.participant_id].role], m.since_ms))
    account = next((m for m in ordered[MAX_LISTED:] if m.connections and room.members[m.participant_id].acct), None)
    return ordered[:MAX_LISTED] + ([account] if account else [])


def _listed_member(member: LocalMember) -> ListedMember:
    primary, report = member.primary, member.report
    return ListedMember(
        participant_id=member.participant_id,
        since_ms=member.since_ms,
        used_ms=primary.used_ms if primary else member.disconnected_ms or 0.0,
        state=member.state,
        err_ms=report.err_ms if report else None,
        pos_s=report.pos_s if report else None,
        buf_s=report.buf_s if report else None,
    )


def _precedence(member: ListedMember) -> tuple[bool, bool, float]:
    """Connected before reconnecting, visible before hidden, then the one used last."""
    return member.present, member.state is not PersonState.HIDDEN, member.used_ms

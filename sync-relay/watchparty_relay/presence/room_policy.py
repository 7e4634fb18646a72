"""What a room does on its own: hold for members and play on, end with the film, pause when everyone has left, lend
control while no host is present. Each tick asks for proposals; the bus decides whether they still apply. Pure.
"""

from watchparty_relay.presence.presence_snapshot import ListedMember, PresenceSnapshot
from watchparty_relay.presence.readiness import Readiness, WaitBudget, members_to_wait_for
from watchparty_relay.protocol.values import CauseKind, Mode, Role
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import Change, HoldFor, LendControl, PauseEmptyRoom, ReachLimit, Release
from watchparty_relay.rules.playback import Hold, lead_ms
from watchparty_relay.rules.state import Room

LEND_AFTER_MS = 30_000.0
EMPTY_AFTER_MS = 60_000.0
SETTLE_MS = 1_000.0
"""A new state must have reached the players, and they must have had time to act on it, before their reports count."""


class RoomPolicy:
    """One per room. Remembers since when the room has no host, since when it is empty, and who has held it."""

    def __init__(self, *, now_ms: float) -> None:
        self._budget = WaitBudget()
        self._hostless_since_ms: float | None = None
        self._empty_since_ms: float | None = now_ms
        self._held_since_ms: float | None = None
        self._held_for: tuple[str, ...] = ()

    def empty_for_long(self, *, now_ms: float) -> bool:
        """Whether the room has been empty for so long that no one is expected to return."""
        return self._empty_since_ms is not None and now_ms >= self._empty_since_ms + EMPTY_AFTER_MS

    def proposals(self, room: Room, snapshot: PresenceSnapshot, *, now_ms: float) -> list[Change]:
        """The changes to apply now. `snapshot` covers all relays."""
        changes = [*self._pause_when_empty(room, snapshot, now_ms), *self._lend_control(room, snapshot, now_ms)]
        reached_ms = playback.limit_reached_at(room.clock)
        if reached_ms is not None and now_ms >= reached_ms:
            return [*changes, ReachLimit(rev=room.clock.rev)]
        return [*changes, *self._hold_or_release(room, snapshot, now_ms)]

    def _pause_when_empty(self, room: Room, snapshot: PresenceSnapshot, now_ms: float) -> list[Change]:
        if snapshot.present:
            self._empty_since_ms = None
            return []
        if self._empty_since_ms is None:
            self._empty_since_ms = now_ms
        if self.empty_for_long(now_ms=now_ms) and room.clock.mode in (Mode.PLAYING, Mode.WAITING):
            return [PauseEmptyRoom(rev=room.clock.rev, left_ms=self._empty_since_ms)]
        return []

    def _lend_control(self, room: Room, snapshot: PresenceSnapshot, now_ms: float) -> list[Change]:
        if not snapshot.present or snapshot.host_present:
            self._hostless_since_ms = None
            return [LendControl(to=None)] if room.acting is not None and snapshot.present else []
        if self._hostless_since_ms is None:
            self._hostless_since_ms = now_ms
        if now_ms < self._hostless_since_ms + LEND_AFTER_MS:
            return []
        present = [member for member in snapshot.listed if member.present and member.participant_id in room.members]
        if any(member.participant_id == room.acting for member in present):
            return []
        candidate = _control_candidate(room, present)
        return [LendControl(to=candidate)] if candidate != room.acting else []

    def _hold_or_release(self, room: Room, snapshot: PresenceSnapshot, now_ms: float) -> list[Change]:
        clock, max_ms = room.clock, room.settings.wait.max_s * 1000
        self._record_hold(room, now_ms)
        lead, readiness = lead_ms(snapshot.rtt_ms), _readiness(room, snapshot)
        members = members_to_wait_for(room.settings.wait, readiness, self._budget, now_ms=now_ms)
        if clock.mode is Mode.WAITING and clock.hold is not None and clock.hold.until_ms is not None:
            hold = self._continued_hold(clock.hold, members, readiness, now_ms, max_ms)
            if hold is None:
                return [Release(rev=clock.rev, lead_ms=lead)]
            if hold == clock.hold:
                return []
            return [HoldFor(rev=clock.rev, people=hold.people, until_ms=hold.until_ms or now_ms, lead_ms=lead)]
        if members and clock.mode is Mode.PLAYING and now_ms >= clock.t0_ms + SETTLE_MS:
            return [HoldFor(rev=clock.rev, people=members, until_ms=now_ms + max_ms, lead_ms=lead)]
        return []

    def _continued_hold(
        self, hold: Hold, members: tuple[str, ...], readiness: Readiness, now_ms: float, max_ms: float
    ) -> Hold | None:
        """The hold as it should continue; None if it should end, because all are ready or the time is up."""
        if not members:
            return None
        if hold.until_ms is not None and now_ms < hold.until_ms:
            return Hold(people=members, until_ms=hold.until_ms)
        if len(members) >= readiness.watching:
            return Hold(people=members, until_ms=now_ms + max_ms)
        self._budget.skip(members, now_ms=now_ms)
        return None

    def _record_hold(self, room: Room, now_ms: float) -> None:
        """Charges a hold to the members it was for. Pressing play during it means not to wait for them again."""
        clock = room.clock
        held = clock.mode is Mode.WAITING and clock.hold is not None
        if self._held_since_ms is not None and not held:
            self._budget.record_hold(self._held_for, from_ms=self._held_since_ms, to_ms=now_ms)
            if clock.cause.cmd is CauseKind.PLAY:
                self._budget.skip(self._held_for, now_ms=now_ms)
            self._held_since_ms, self._held_for = None, ()
        if held and clock.hold is not None:
            self._held_since_ms = self._held_since_ms or now_ms
            self._held_for = clock.hold.people or self._held_for


def _readiness(room: Room, snapshot: PresenceSnapshot) -> Readiness:
    buffering = tuple((member, room.members[member].role) for member in snapshot.buffering if member in room.members)
    return Readiness(watching=snapshot.watching, buffering=buffering)


def _control_candidate(room: Room, present: list[ListedMember]) -> str | None:
    """The moderator who has been present longest, else the account who has; never a guest."""
    moderators = [member for member in present if room.members[member.participant_id].role is Role.MODERATOR]
    accounts = [member for member in present if room.members[member.participant_id].acct]
    candidate = min(moderators or accounts, key=lambda member: member.since_ms, default=None)
    return candidate.participant_id if candidate else None

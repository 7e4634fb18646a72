"""What a room does by itself: hold for people and go on again, end with the film, stop when everybody left, lend
control while no host is there. Each tick asks for proposals; the bus decides whether they still apply. Pure.
"""

from watchparty_relay import playback
from watchparty_relay.attendance import Attendance, Attendee
from watchparty_relay.changes import Change, HoldFor, Lend, ReachLimit, Release, Vacate
from watchparty_relay.playback import Hold
from watchparty_relay.readiness import Condition, WaitBudget, holding, lead_ms
from watchparty_relay.room import Room
from watchparty_relay.vocabulary import CauseKind, Mode, Role

HOSTLESS_MS = 30_000.0
VACANT_MS = 60_000.0
# People judge a state only once it has reached them and their players have had time to act on it.
SETTLE_MS = 1_000.0


class Caretaker:
    """One a room; remembers since when there is no host, since when nobody, and who has held the room how often."""

    def __init__(self, *, now_ms: float) -> None:
        self._budget = WaitBudget()
        self._hostless_since_ms: float | None = None
        self._empty_since_ms: float | None = now_ms
        self._held_since_ms: float | None = None
        self._held_people: tuple[str, ...] = ()

    def vacant(self, *, now_ms: float) -> bool:
        """Nobody has been here for so long that nobody is coming back."""
        return self._empty_since_ms is not None and now_ms >= self._empty_since_ms + VACANT_MS

    def proposals(self, room: Room, attendance: Attendance, *, now_ms: float) -> list[Change]:
        present = [attendee for attendee in attendance.everyone() if attendee.presences]
        changes = [*self._vacancy(room, present, now_ms), *self._lending(room, present, now_ms)]
        reached_ms = playback.limit_reached_at(room.clock)
        if reached_ms is not None and now_ms >= reached_ms:
            return [*changes, ReachLimit(rev=room.clock.rev)]
        return [*changes, *self._waiting(room, present, now_ms)]

    def _vacancy(self, room: Room, present: list[Attendee], now_ms: float) -> list[Change]:
        if present:
            self._empty_since_ms = None
            return []
        if self._empty_since_ms is None:
            self._empty_since_ms = now_ms
        if self.vacant(now_ms=now_ms) and room.clock.mode in (Mode.PLAYING, Mode.WAITING):
            return [Vacate(rev=room.clock.rev, left_ms=self._empty_since_ms)]
        return []

    def _lending(self, room: Room, present: list[Attendee], now_ms: float) -> list[Change]:
        if any(room.members[a.participant_id].role is Role.HOST for a in present) or not present:
            self._hostless_since_ms = None
            return [Lend(to=None)] if room.acting is not None and present else []
        if self._hostless_since_ms is None:
            self._hostless_since_ms = now_ms
        if room.acting in {a.participant_id for a in present} or now_ms < self._hostless_since_ms + HOSTLESS_MS:
            return []
        heir = _heir(room, present)
        return [Lend(to=heir)] if heir != room.acting else []

    def _waiting(self, room: Room, present: list[Attendee], now_ms: float) -> list[Change]:
        clock, max_ms = room.clock, room.settings.wait.max_s * 1000
        self._note_hold(room, now_ms)
        lead = lead_ms(round_trips(present))
        conditions = [_condition(room, attendee) for attendee in present]
        people = holding(room.settings.wait, conditions, self._budget, now_ms=now_ms)
        if clock.mode is Mode.WAITING and clock.hold is not None and clock.hold.until_ms is not None:
            hold = self._longer(clock.hold, people, conditions, now_ms, max_ms)
            if hold is None:
                return [Release(rev=clock.rev, lead_ms=lead)]
            if hold == clock.hold:
                return []
            return [HoldFor(rev=clock.rev, people=hold.people, until_ms=hold.until_ms or now_ms, lead_ms=lead)]
        if people and clock.mode is Mode.PLAYING and now_ms >= clock.t0_ms + SETTLE_MS:
            return [HoldFor(rev=clock.rev, people=people, until_ms=now_ms + max_ms, lead_ms=lead)]
        return []

    def _longer(
        self, hold: Hold, people: tuple[str, ...], conditions: list[Condition], now_ms: float, max_ms: float
    ) -> Hold | None:
        """The hold as it should go on; None when it is over, because all are back or their time is up."""
        if not people:
            return None
        if hold.until_ms is not None and now_ms < hold.until_ms:
            return Hold(people=people, until_ms=hold.until_ms)
        if len(people) == sum(condition.able for condition in conditions):
            return Hold(people=people, until_ms=now_ms + max_ms)
        self._budget.skip(people, now_ms=now_ms)
        return None

    def _note_hold(self, room: Room, now_ms: float) -> None:
        """Keeps the account of who has held the room; pressing play meanwhile means not to wait for them again."""
        clock = room.clock
        held = clock.mode is Mode.WAITING and clock.hold is not None
        if self._held_since_ms is not None and not held:
            self._budget.spend(self._held_people, from_ms=self._held_since_ms, to_ms=now_ms)
            if clock.cause.cmd is CauseKind.PLAY:
                self._budget.skip(self._held_people, now_ms=now_ms)
            self._held_since_ms, self._held_people = None, ()
        if held and clock.hold is not None:
            self._held_since_ms = self._held_since_ms or now_ms
            self._held_people = clock.hold.people or self._held_people


def round_trips(present: list[Attendee]) -> dict[str, float]:
    """The round trips of those who play along, as they reported them."""
    return {
        attendee.participant_id: report.rtt_ms
        for attendee in present
        if (report := attendee.report) is not None and report.rtt_ms is not None
    }


def _condition(room: Room, attendee: Attendee) -> Condition:
    return Condition(attendee.participant_id, room.members[attendee.participant_id].role, attendee.state)


def _heir(room: Room, present: list[Attendee]) -> str | None:
    """The longest present moderator, else the longest present account; a guest never."""
    standing = [(a.participant_id, room.members[a.participant_id]) for a in sorted(present, key=lambda a: a.since_ms)]
    moderators = (person for person, member in standing if member.role is Role.MODERATOR)
    accounts = (person for person, member in standing if member.acct)
    return next(moderators, None) or next(accounts, None)

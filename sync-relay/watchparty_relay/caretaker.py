"""What a room does by itself: hold for people and go on again, end with the film, stop when everybody left, lend
control while no host is there. Each tick asks for proposals; the bus decides whether they still apply. Pure.
"""

from watchparty_relay import playback
from watchparty_relay.changes import Change, HoldFor, Lend, ReachLimit, Release, Vacate
from watchparty_relay.playback import Hold
from watchparty_relay.readiness import Condition, WaitBudget, holding, lead_ms
from watchparty_relay.roll import Named, Roll
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

    def proposals(self, room: Room, roll: Roll, *, now_ms: float) -> list[Change]:
        """`roll` is everybody's, whatever relay they are connected to."""
        changes = [*self._vacancy(room, roll, now_ms), *self._lending(room, roll, now_ms)]
        reached_ms = playback.limit_reached_at(room.clock)
        if reached_ms is not None and now_ms >= reached_ms:
            return [*changes, ReachLimit(rev=room.clock.rev)]
        return [*changes, *self._waiting(room, roll, now_ms)]

    def _vacancy(self, room: Room, roll: Roll, now_ms: float) -> list[Change]:
        if roll.present:
            self._empty_since_ms = None
            return []
        if self._empty_since_ms is None:
            self._empty_since_ms = now_ms
        if self.vacant(now_ms=now_ms) and room.clock.mode in (Mode.PLAYING, Mode.WAITING):
            return [Vacate(rev=room.clock.rev, left_ms=self._empty_since_ms)]
        return []

    def _lending(self, room: Room, roll: Roll, now_ms: float) -> list[Change]:
        if not roll.present or roll.host:
            self._hostless_since_ms = None
            return [Lend(to=None)] if room.acting is not None and roll.present else []
        if self._hostless_since_ms is None:
            self._hostless_since_ms = now_ms
        if now_ms < self._hostless_since_ms + HOSTLESS_MS:
            return []
        present = [person for person in roll.named if person.present and person.participant_id in room.members]
        if any(person.participant_id == room.acting for person in present):
            return []
        heir = _heir(room, present)
        return [Lend(to=heir)] if heir != room.acting else []

    def _waiting(self, room: Room, roll: Roll, now_ms: float) -> list[Change]:
        clock, max_ms = room.clock, room.settings.wait.max_s * 1000
        self._note_hold(room, now_ms)
        lead, condition = lead_ms(roll.rtt_ms), _condition(room, roll)
        people = holding(room.settings.wait, condition, self._budget, now_ms=now_ms)
        if clock.mode is Mode.WAITING and clock.hold is not None and clock.hold.until_ms is not None:
            hold = self._longer(clock.hold, people, condition, now_ms, max_ms)
            if hold is None:
                return [Release(rev=clock.rev, lead_ms=lead)]
            if hold == clock.hold:
                return []
            return [HoldFor(rev=clock.rev, people=hold.people, until_ms=hold.until_ms or now_ms, lead_ms=lead)]
        if people and clock.mode is Mode.PLAYING and now_ms >= clock.t0_ms + SETTLE_MS:
            return [HoldFor(rev=clock.rev, people=people, until_ms=now_ms + max_ms, lead_ms=lead)]
        return []

    def _longer(
        self, hold: Hold, people: tuple[str, ...], condition: Condition, now_ms: float, max_ms: float
    ) -> Hold | None:
        """The hold as it should go on; None when it is over, because all are back or their time is up."""
        if not people:
            return None
        if hold.until_ms is not None and now_ms < hold.until_ms:
            return Hold(people=people, until_ms=hold.until_ms)
        if len(people) >= condition.able:
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


def _condition(room: Room, roll: Roll) -> Condition:
    behind = tuple((person, room.members[person].role) for person in roll.behind if person in room.members)
    return Condition(able=roll.able, behind=behind)


def _heir(room: Room, present: list[Named]) -> str | None:
    """The longest present moderator, else the longest present account; a guest never."""
    moderators = [person for person in present if room.members[person.participant_id].role is Role.MODERATOR]
    accounts = [person for person in present if room.members[person.participant_id].acct]
    heir = min(moderators or accounts, key=lambda person: person.since_ms, default=None)
    return heir.participant_id if heir else None

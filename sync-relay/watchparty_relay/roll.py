"""Who is in a room, as a value that relays tell each other: each calls the roll of its own people, and all act on the
rolls put together. Pure.

A roll names at most a hundred people and counts the rest, so it stays small however large the room. Somebody who moved
from one relay to another is on two rolls for a while and is still one person.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from watchparty_relay.attendance import Attendance, Attendee
from watchparty_relay.room import Room
from watchparty_relay.vocabulary import PersonState, Role

SHOWN = 100
# A relay that is gone without a word is forgotten after this; it calls its roll a few times as often.
KEPT_MS = 15_000.0
CALL_EVERY_MS = 5_000.0

ABLE = (PersonState.OK, PersonState.BUFFERING)
_ORDER = {Role.HOST: 0, Role.MODERATOR: 1, Role.VIEWER: 2, Role.WAITING: 3}


class Named(Struct, frozen=True, omit_defaults=True):
    """One person: since when they are here, when their speaking connection was last used, and how they do."""

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


class Roll(Struct, frozen=True, tag_field="t", tag="roll", omit_defaults=True):
    """The people of one relay, or of all: whether a host is `present`; `able` count for readiness, `behind` buffer."""

    relay: str
    at_ms: float
    total: int = 0
    present: int = 0
    host: bool = False
    able: int = 0
    rtt_ms: float | None = None
    named: tuple[Named, ...] = ()
    behind: tuple[str, ...] = ()

    def find(self, participant_id: str) -> Named | None:
        return next((person for person in self.named if person.participant_id == participant_id), None)


def roll_of(room: Room, attendance: Attendance, *, relay: str, now_ms: float) -> Roll:
    """Hosts, moderators and then the longest present are named, and the first account, who may be lent control."""
    known = [attendee for attendee in attendance.everyone() if attendee.participant_id in room.members]
    states = [(attendee, attendee.state) for attendee in known]
    able = [attendee for attendee, state in states if state in ABLE]
    reports = [report for attendee in known if attendee.presences and (report := attendee.report) is not None]
    return Roll(
        relay=relay,
        at_ms=now_ms,
        total=len(known),
        present=sum(state is not PersonState.RECONNECTING for _, state in states),
        host=any(a.presences and room.members[a.participant_id].role is Role.HOST for a in known),
        able=len(able),
        rtt_ms=max((report.rtt_ms for report in reports if report.rtt_ms is not None), default=None),
        named=tuple(_named(attendee) for attendee in _shown(room, known)),
        behind=tuple(attendee.participant_id for attendee, state in states if state is PersonState.BUFFERING),
    )


def together(mine: Roll, others: Iterable[Roll]) -> Roll:
    """All rolls as one; of somebody who is on several the connection that was used last speaks."""
    rolls = [mine, *others]
    if len(rolls) == 1:
        return mine
    named: dict[str, Named] = {}
    twice: list[Named] = []
    for person in (person for roll in rolls for person in roll.named):
        known = named.get(person.participant_id)
        if known is None:
            named[person.participant_id] = person
            continue
        speaks, silent = (person, known) if _rank(person) > _rank(known) else (known, person)
        named[person.participant_id] = replace(speaks, since_ms=min(known.since_ms, person.since_ms))
        twice.append(silent)
    behind = {person for roll in rolls for person in roll.behind}
    caught_up = {person.participant_id for person in named.values() if person.state is not PersonState.BUFFERING}
    return Roll(
        relay=mine.relay,
        at_ms=mine.at_ms,
        total=sum(roll.total for roll in rolls) - len(twice),
        present=sum(roll.present for roll in rolls) - sum(person.present for person in twice),
        host=any(roll.host for roll in rolls),
        able=sum(roll.able for roll in rolls) - sum(person.state in ABLE for person in twice),
        rtt_ms=max((roll.rtt_ms for roll in rolls if roll.rtt_ms is not None), default=None),
        named=tuple(sorted(named.values(), key=lambda person: person.since_ms)),
        behind=tuple(sorted(behind - caught_up)),
    )


class Elsewhere:
    """The last rolls of the other relays, each for as long as its relay keeps calling it."""

    def __init__(self) -> None:
        self._rolls: dict[str, Roll] = {}
        self._listed: tuple[Roll, ...] = ()

    def hear(self, roll: Roll, *, now_ms: float) -> bool:
        """True when the roll names others than the relay's last one.

        `at_ms` of a roll is the hearer's time: clocks of relays may differ by more than a roll is kept.
        """
        last = self._rolls.get(roll.relay)
        self._rolls[roll.relay] = replace(roll, at_ms=now_ms)
        self._listed = tuple(self._rolls.values())
        return _names(roll) != (_names(last) if last else set())

    def knows(self, relay: str) -> bool:
        return relay in self._rolls

    def rolls(self, *, now_ms: float) -> tuple[Roll, ...]:
        """The same tuple for as long as nothing was heard and none grew too old."""
        if any(now_ms >= roll.at_ms + KEPT_MS for roll in self._listed):
            self._rolls = {relay: roll for relay, roll in self._rolls.items() if now_ms < roll.at_ms + KEPT_MS}
            self._listed = tuple(self._rolls.values())
        return self._listed


def by_standing(room: Room, people: Iterable[Named]) -> list[Named]:
    """Those that the room knows: hosts, moderators, then the longest present."""
    known = [person for person in people if person.participant_id in room.members]
    return sorted(known, key=lambda person: (_ORDER[room.members[person.participant_id].role], person.since_ms))


def _names(roll: Roll) -> set[str]:
    return {person.participant_id for person in roll.named}


def _shown(room: Room, known: list[Attendee]) -> list[Attendee]:
    ordered = sorted(known, key=lambda a: (_ORDER[room.members[a.participant_id].role], a.since_ms))
    account = next((a for a in ordered[SHOWN:] if a.presences and room.members[a.participant_id].acct), None)
    return ordered[:SHOWN] + ([account] if account else [])


def _named(attendee: Attendee) -> Named:
    speaking, report = attendee.speaking, attendee.report
    return Named(
        participant_id=attendee.participant_id,
        since_ms=attendee.since_ms,
        used_ms=speaking.used_ms if speaking else attendee.away_ms or 0.0,
        state=attendee.state,
        err_ms=report.err_ms if report else None,
        pos_s=report.pos_s if report else None,
        buf_s=report.buf_s if report else None,
    )


def _rank(person: Named) -> tuple[bool, bool, float]:
    """Here before reconnecting, seen before hidden, then the one used last."""
    return person.present, person.state is not PersonState.HIDDEN, person.used_ms

"""The list of people that a room shows, and when it is told: joins and leaves merged to once a second, reports to
once in two. Pure, `now` is passed in.
"""

from watchparty_relay.protocol import People
from watchparty_relay.roll import SHOWN, Named, Roll, by_standing
from watchparty_relay.room import Room
from watchparty_relay.vocabulary import Person, PersonRef

COMINGS_EVERY_MS = 1_000.0
REPORTS_EVERY_MS = 2_000.0
TYPING_FOR_MS = 5_000.0
TYPING_EVERY_MS = 1_000.0
TYPING_SHOWN = 5


def people(room: Room, roll: Roll) -> People:
    """Everybody counts; the hosts, the moderators and then the longest present are shown."""
    shown = by_standing(room, roll.named)[:SHOWN]
    return People(total=roll.total, here=[_person(room, named) for named in shown], acting=room.acting)


def _person(room: Room, named: Named) -> Person:
    member = room.members[named.participant_id]
    return Person(
        id=named.participant_id,
        name=member.name,
        role=member.role,
        state=named.state,
        acct=member.acct,
        muted=member.muted,
        ctl=member.ctl,
        err_ms=named.err_ms,
        pos_s=named.pos_s,
        buf_s=named.buf_s,
    )


class PeopleDue:
    """Remembers that something about people changed, and says when to tell it."""

    def __init__(self) -> None:
        self._told_ms = 0.0
        self._came_or_went = False
        self._reported = False

    def came_or_went(self) -> None:
        self._came_or_went = True

    def reported(self) -> None:
        self._reported = True

    def due(self, *, now_ms: float) -> bool:
        """True at most once per change and period."""
        since_ms = now_ms - self._told_ms
        due = (self._came_or_went and since_ms >= COMINGS_EVERY_MS) or (self._reported and since_ms >= REPORTS_EVERY_MS)
        if due:
            self._told_ms = now_ms
            self._came_or_went = self._reported = False
        return due


class Typists:
    """Who is typing: said again every few seconds, or it is over."""

    def __init__(self) -> None:
        self._until_ms: dict[str, float] = {}
        self._told: tuple[str, ...] = ()
        self._told_ms = 0.0

    def set(self, participant_id: str, *, on: bool, now_ms: float) -> None:
        if on:
            self._until_ms[participant_id] = now_ms + TYPING_FOR_MS
        else:
            self._until_ms.pop(participant_id, None)

    def due(self, room: Room, *, now_ms: float) -> list[PersonRef] | None:
        """The new list when it changed, at most once a second."""
        self._until_ms = {person: until for person, until in self._until_ms.items() if until > now_ms}
        shown = tuple(person for person in self._until_ms if person in room.members)[:TYPING_SHOWN]
        if shown == self._told or now_ms < self._told_ms + TYPING_EVERY_MS:
            return None
        self._told, self._told_ms = shown, now_ms
        return [PersonRef(id=person, name=room.members[person].name) for person in shown]

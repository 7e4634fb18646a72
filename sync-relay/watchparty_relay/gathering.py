"""The people of one room as this relay knows them: those connected here, and the rolls that the other relays call.

Pure but for what it remembers; `live_room.py` asks it and tells the bus what it says is to be told.
"""

from msgspec.structs import replace

from watchparty_relay.attendance import Attendance
from watchparty_relay.people import people
from watchparty_relay.protocol import People
from watchparty_relay.roll import CALL_EVERY_MS, SHOWN, Elsewhere, Roll, roll_of, together
from watchparty_relay.room import Room

FRESH_MS = 1_000.0


class Gathering:
    """`attendance` is of those connected here; whoever changes it says `changed`."""

    def __init__(self, relay_name: str) -> None:
        self.attendance = Attendance()
        self._elsewhere = Elsewhere()
        self._relay_name = relay_name
        self._mine: Roll | None = None
        self._everybody: tuple[Roll, tuple[Roll, ...], Roll] | None = None
        self._known: Roll | None = None
        self._known_here = 0
        self._shown: People | None = None
        self._called = Roll(relay=relay_name, at_ms=0.0)

    def changed(self) -> None:
        self._mine = None

    def lately(self, room: Room, *, now_ms: float) -> Roll:
        """Like `roll`; in a large room up to a second old but for the count, so that a thousand joins sort nothing."""
        known, here = self._known, len(self.attendance)
        if here <= SHOWN:
            return self.roll(room, now_ms=now_ms)
        if known is None or now_ms > known.at_ms + FRESH_MS:
            self._known_here, self._shown = here, None
            known = self._known = replace(self.roll(room, now_ms=now_ms), at_ms=now_ms)
        return known if here == self._known_here else replace(known, total=known.total + here - self._known_here)

    def people(self, room: Room, *, now_ms: float) -> People:
        """What is shown of `lately`."""
        roll = self.lately(room, now_ms=now_ms)
        if len(self.attendance) <= SHOWN:
            return people(room, roll)
        if self._shown is None:
            self._shown = people(room, roll)
        return replace(self._shown, total=roll.total)

    def roll(self, room: Room, *, now_ms: float) -> Roll:
        """Everybody in the room, whatever relay they are connected to; put together again only after a change."""
        mine, others = self._my_roll(room, now_ms), self._elsewhere.rolls(now_ms=now_ms)
        last = self._everybody
        if last is None or last[0] is not mine or last[1] is not others:
            last = self._everybody = (mine, others, together(mine, others))
        return last[2]

    def knows(self, relay: str) -> bool:
        """Whether this other relay has called its roll of late."""
        return self._elsewhere.knows(relay)

    def is_elsewhere(self, participant_id: str, *, now_ms: float) -> bool:
        named = (roll.find(participant_id) for roll in self._elsewhere.rolls(now_ms=now_ms))
        return any(person is not None and person.present for person in named)

    def hear(self, roll: Roll, *, now_ms: float) -> bool:
        """Another relay called its roll; True when it names others than before, and does not only say how they do."""
        news = self._elsewhere.hear(roll, now_ms=now_ms)
        for person in roll.named:
            mine = self.attendance.find(person.participant_id)
            if person.present and mine is not None and not mine.presences:
                self.attendance.leave(person.participant_id)  # moved to the other relay: still here, not by us
                self.changed()
        return news

    def to_call(self, room: Room, *, news: bool, now_ms: float) -> Roll | None:
        """The roll to call now: where there is news, and every few seconds for as long as anybody is here."""
        mine, called = self._my_roll(room, now_ms), self._called
        differs = news and replace(mine, at_ms=called.at_ms) != called
        if not (differs or (mine.total and now_ms >= called.at_ms + CALL_EVERY_MS)):
            return None
        self._called = replace(mine, at_ms=now_ms)
        return self._called

    def farewell(self, *, now_ms: float) -> Roll | None:
        """The empty roll of a relay that closes the room, if the others believe that somebody is here."""
        return Roll(relay=self._relay_name, at_ms=now_ms) if self._called.total else None

    def _my_roll(self, room: Room, now_ms: float) -> Roll:
        if self._mine is None:
            self._mine = roll_of(room, self.attendance, relay=self._relay_name, now_ms=now_ms)
        return self._mine

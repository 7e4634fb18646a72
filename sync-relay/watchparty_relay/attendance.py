"""Who is in a room now: people and their connections, merged from what arrives. Pure, `now` is passed in.

A person with five tabs is one person; the visible connection that was used last speaks for them. Somebody whose last
connection broke is `reconnecting` for ten seconds and then gone.
"""

from dataclasses import dataclass, field

from watchparty_relay.protocol import Report
from watchparty_relay.vocabulary import PersonState, Ready

AWAY_MS = 10_000.0


@dataclass(eq=False)
class Presence:
    """One connection of a person: when it was last used, and how its player does."""

    connection_id: str
    used_ms: float
    report: Report | None = None

    @property
    def visible(self) -> bool:
        return self.report is None or self.report.visible


@dataclass(eq=False)
class Attendee:
    """One person; `away_ms` is when the last connection was lost. Who speaks and how they are is settled at changes."""

    participant_id: str
    since_ms: float
    presences: dict[str, Presence] = field(default_factory=dict)
    away_ms: float | None = None
    speaking: Presence | None = None
    state: PersonState = PersonState.RECONNECTING

    @property
    def report(self) -> Report | None:
        return self.speaking.report if self.speaking else None

    def settle(self) -> None:
        self.speaking = max(self.presences.values(), key=lambda p: (p.visible, p.used_ms), default=None)
        self.state = _state(self.speaking)


def _state(speaking: Presence | None) -> PersonState:
    if speaking is None:
        return PersonState.RECONNECTING
    report = speaking.report
    if report is None:
        return PersonState.OK
    hidden = not report.visible and report.ready in (Ready.OK, Ready.BUFFERING)
    return PersonState.HIDDEN if hidden else PersonState(report.ready.value)


class Attendance:
    """Everybody who is here, in the order in which they came."""

    def __init__(self) -> None:
        self._attendees: dict[str, Attendee] = {}

    def __len__(self) -> int:
        return len(self._attendees)

    def __contains__(self, participant_id: str) -> bool:
        return participant_id in self._attendees

    def everyone(self) -> list[Attendee]:
        return list(self._attendees.values())

    def find(self, participant_id: str) -> Attendee | None:
        return self._attendees.get(participant_id)

    def arrive(self, participant_id: str, connection_id: str, *, now_ms: float) -> bool:
        """True when the person was not here before."""
        attendee = self._attendees.get(participant_id)
        arrived = attendee is None
        if attendee is None:
            attendee = self._attendees[participant_id] = Attendee(participant_id, since_ms=now_ms)
        attendee.presences[connection_id] = Presence(connection_id, used_ms=now_ms)
        attendee.away_ms = None
        attendee.settle()
        return arrived

    def lose(self, participant_id: str, connection_id: str, *, now_ms: float) -> None:
        """A connection is gone; the person stays for a while, in case another comes."""
        attendee = self._attendees.get(participant_id)
        if attendee is None or connection_id not in attendee.presences:
            return
        del attendee.presences[connection_id]
        attendee.settle()
        if not attendee.presences:
            attendee.away_ms = now_ms

    def leave(self, participant_id: str) -> None:
        """The person said goodbye or was removed."""
        self._attendees.pop(participant_id, None)

    def use(self, participant_id: str, connection_id: str, *, now_ms: float, report: Report | None = None) -> None:
        attendee = self._attendees.get(participant_id)
        presence = attendee.presences.get(connection_id) if attendee else None
        if attendee is not None and presence is not None:
            presence.used_ms = now_ms
            presence.report = report or presence.report
            attendee.settle()

    def gone(self, *, now_ms: float) -> list[Attendee]:
        """Takes out and returns those who have been away for too long."""
        gone = [a for a in self._attendees.values() if a.away_ms is not None and now_ms >= a.away_ms + AWAY_MS]
        for attendee in gone:
            del self._attendees[attendee.participant_id]
        return gone

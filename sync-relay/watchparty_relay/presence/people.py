"""The list of people that clients show, and when it is sent: joins and leaves at most once per second, reports once
every two seconds. Also who is typing. Pure: `now_ms` is passed in.
"""

from watchparty_relay.presence.presence_snapshot import MAX_LISTED, ListedMember, PresenceSnapshot, by_role
from watchparty_relay.protocol.messages import People
from watchparty_relay.protocol.values import Person, PersonRef
from watchparty_relay.rules.state import Room

JOINS_EVERY_MS = 1_000.0
REPORTS_EVERY_MS = 2_000.0
TYPING_FOR_MS = 5_000.0
TYPING_EVERY_MS = 1_000.0
TYPING_SHOWN = 5


def people_message(room: Room, snapshot: PresenceSnapshot) -> People:
    """Counts everyone; lists the hosts, the moderators and then the longest present."""
    shown = by_role(room, snapshot.listed)[:MAX_LISTED]
    return People(total=snapshot.total, here=[_person(room, listed) for listed in shown], acting=room.acting)


def _person(room: Room, listed: ListedMember) -> Person:
    member = room.members[listed.participant_id]
    return Person(
        id=listed.participant_id,
        name=member.name,
        role=member.role,
        state=listed.state,
        acct=member.acct,
        muted=member.muted,
        ctl=member.ctl,
        err_ms=listed.err_ms,
        pos_s=listed.pos_s,
        buf_s=listed.buf_s,
    )


class PeopleSchedule:
    """Remembers that the list of people has changed, and when to send it."""

    def __init__(self) -> None:
        self._sent_ms = 0.0
        self._joined_or_left = False
        self._reported = False

    def joined_or_left(self) -> None:
        self._joined_or_left = True

    def reported(self) -> None:
        self._reported = True

    def due(self, *, now_ms: float) -> bool:
        """True at most once per change and period."""
        since_ms = now_ms - self._sent_ms
        due = (self._joined_or_left and since_ms >= JOINS_EVERY_MS) or (self._reported and since_ms >= REPORTS_EVERY_MS)
        if due:
            self._sent_ms = now_ms
            self._joined_or_left = self._reported = False
        return due


class TypingMembers:
    """Who is typing. Clients repeat it every few seconds; without a repetition it expires."""

    def __init__(self) -> None:
        self._until_ms: dict[str, float] = {}
        self._sent: tuple[str, ...] = ()
        self._sent_ms = 0.0

    def set(self, participant_id: str, *, on: bool, now_ms: float) -> None:
        if on:
            self._until_ms[participant_id] = now_ms + TYPING_FOR_MS
        else:
            self._until_ms.pop(participant_id, None)

    def due(self, room: Room, *, now_ms: float) -> list[PersonRef] | None:
        """The new list if it has changed, at most once per second."""
        self._until_ms = {member: until for member, until in self._until_ms.items() if until > now_ms}
        shown = tuple(member for member in self._until_ms if member in room.members)[:TYPING_SHOWN]
        if shown == self._sent or now_ms < self._sent_ms + TYPING_EVERY_MS:
            return None
        self._sent, self._sent_ms = shown, now_ms
        return [PersonRef(id=member, name=room.members[member].name) for member in shown]

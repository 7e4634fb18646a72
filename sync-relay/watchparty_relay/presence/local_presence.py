"""Who is connected to a room on this relay: members and their connections. Pure: `now_ms` is passed in.

A member with five tabs is one member, represented by the visible connection that was used last. A member whose last
connection was lost is `reconnecting` for ten seconds and is then removed.
"""

from dataclasses import dataclass, field

from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import PersonState, Ready

RECONNECT_GRACE_MS = 10_000.0


@dataclass(eq=False)
class LocalConnection:
    """One connection of a member: when it was last used, and its player's latest report."""

    connection_id: str
    used_ms: float
    report: Report | None = None

    @property
    def visible(self) -> bool:
        return self.report is None or self.report.visible


@dataclass(eq=False)
class LocalMember:
    """`primary` is the connection that represents the member; `disconnected_ms` is when the last one was lost."""

    participant_id: str
    since_ms: float
    connections: dict[str, LocalConnection] = field(default_factory=dict)
    disconnected_ms: float | None = None
    primary: LocalConnection | None = None
    state: PersonState = PersonState.RECONNECTING

    @property
    def report(self) -> Report | None:
        return self.primary.report if self.primary else None

    def refresh(self) -> None:
        """Chooses the primary connection again, after a change."""
        self.primary = max(self.connections.values(), key=lambda c: (c.visible, c.used_ms), default=None)
        self.state = _state(self.primary)


def _state(primary: LocalConnection | None) -> PersonState:
    if primary is None:
        return PersonState.RECONNECTING
    report = primary.report
    if report is None:
        return PersonState.OK
    hidden = not report.visible and report.ready in (Ready.OK, Ready.BUFFERING)
    return PersonState.HIDDEN if hidden else PersonState(report.ready.value)


class LocalPresence:
    """The members connected here, in the order in which they joined."""

    def __init__(self) -> None:
        self._members: dict[str, LocalMember] = {}

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, participant_id: str) -> bool:
        return participant_id in self._members

    def members(self) -> list[LocalMember]:
        return list(self._members.values())

    def find(self, participant_id: str) -> LocalMember | None:
        return self._members.get(participant_id)

    def connect(self, participant_id: str, connection_id: str, *, now_ms: float) -> bool:
        """Adds a connection; True if the member was not here before."""
        member = self._members.get(participant_id)
        is_new = member is None
        if member is None:
            member = self._members[participant_id] = LocalMember(participant_id, since_ms=now_ms)
        member.connections[connection_id] = LocalConnection(connection_id, used_ms=now_ms)
        member.disconnected_ms = None
        member.refresh()
        return is_new

    def disconnect(self, participant_id: str, connection_id: str, *, now_ms: float) -> None:
        """Removes a connection; the member stays for a while, in case they reconnect."""
        member = self._members.get(participant_id)
        if member is None or connection_id not in member.connections:
            return
        del member.connections[connection_id]
        member.refresh()
        if not member.connections:
            member.disconnected_ms = now_ms

    def remove(self, participant_id: str) -> None:
        """Removes the member at once: they left on purpose, were removed, or are on another relay."""
        self._members.pop(participant_id, None)

    def record_activity(
        self, participant_id: str, connection_id: str, *, now_ms: float, report: Report | None = None
    ) -> None:
        member = self._members.get(participant_id)
        connection = member.connections.get(connection_id) if member else None
        if member is not None and connection is not None:
            connection.used_ms = now_ms
            connection.report = report or connection.report
            member.refresh()

    def remove_expired(self, *, now_ms: float) -> list[LocalMember]:
        """Removes and returns the members who have not reconnected in time."""
        expired = [
            member
            for member in self._members.values()
            if member.disconnected_ms is not None and now_ms >= member.disconnected_ms + RECONNECT_GRACE_MS
        ]
        for member in expired:
            del self._members[member.participant_id]
        return expired

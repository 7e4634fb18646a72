"""The members of one room across all relays: those connected here, and the snapshots of the other relays.

Stateful, but without I/O: `live_room.py` feeds it and publishes the snapshots that it returns.
"""

from msgspec.structs import replace

from watchparty_relay.presence.local_presence import LocalPresence
from watchparty_relay.presence.people import people_message
from watchparty_relay.presence.presence_snapshot import (
    MAX_LISTED,
    PUBLISH_EVERY_MS,
    PresenceSnapshot,
    RemoteSnapshots,
    local_snapshot,
    merge_snapshots,
    without_readings,
)
from watchparty_relay.protocol.messages import People
from watchparty_relay.rules.state import Room

RECENT_MS = 1_000.0


class ClusterPresence:
    """`local` holds the members connected here; after changing it, call `invalidate`."""

    def __init__(self, relay_name: str) -> None:
        self.local = LocalPresence()
        self._remote = RemoteSnapshots()
        self._relay_name = relay_name
        self._own: PresenceSnapshot | None = None
        # The merged snapshot, with the snapshots that it was merged from.
        self._merged: tuple[PresenceSnapshot, tuple[PresenceSnapshot, ...], PresenceSnapshot] | None = None
        self._recent: PresenceSnapshot | None = None
        self._recent_count = 0
        self._recent_people: People | None = None
        self._published = PresenceSnapshot(relay=relay_name, at_ms=0.0)

    def invalidate(self) -> None:
        self._own = None

    def snapshot(self, room: Room, *, now_ms: float) -> PresenceSnapshot:
        """Everyone in the room, on whichever relay they are connected; merged again only after a change."""
        own, others = self._own_snapshot(room, now_ms), self._remote.current(now_ms=now_ms)
        last = self._merged
        if last is None or last[0] is not own or last[1] is not others:
            last = self._merged = (own, others, merge_snapshots(own, others))
        return last[2]

    def recent(self, room: Room, *, now_ms: float) -> PresenceSnapshot:
        """Like `snapshot`, but in a large room up to a second old, except for the count.

        So a thousand members who join at once do not sort the list a thousand times.
        """
        recent, count = self._recent, len(self.local)
        if count <= MAX_LISTED:
            return self.snapshot(room, now_ms=now_ms)
        if recent is None or now_ms > recent.at_ms + RECENT_MS:
            self._recent_count, self._recent_people = count, None
            recent = self._recent = replace(self.snapshot(room, now_ms=now_ms), at_ms=now_ms)
        return (
            recent if count == self._recent_count else replace(recent, total=recent.total + count - self._recent_count)
        )

    def people(self, room: Room, *, now_ms: float) -> People:
        """The list of people, made from `recent`."""
        snapshot = self.recent(room, now_ms=now_ms)
        if len(self.local) <= MAX_LISTED:
            return people_message(room, snapshot)
        if self._recent_people is None:
            self._recent_people = people_message(room, snapshot)
        return replace(self._recent_people, total=snapshot.total)

    def knows_relay(self, relay: str) -> bool:
        """Whether this other relay has published a snapshot recently."""
        return self._remote.knows_relay(relay)

    def is_on_another_relay(self, participant_id: str, *, now_ms: float) -> bool:
        matches = (snapshot.find(participant_id) for snapshot in self._remote.current(now_ms=now_ms))
        return any(member is not None and member.present for member in matches)

    def receive(self, snapshot: PresenceSnapshot, *, now_ms: float) -> bool:
        """Takes another relay's snapshot; True if it lists other members than its previous one."""
        members_changed = self._remote.update(snapshot, now_ms=now_ms)
        for member in snapshot.listed:
            ours = self.local.find(member.participant_id)
            if member.present and ours is not None and not ours.connections:
                self.local.remove(member.participant_id)  # they reconnected to the other relay
                self.invalidate()
        return members_changed

    def due_snapshot(self, room: Room, *, changed: bool, now_ms: float) -> PresenceSnapshot | None:
        """The snapshot to publish now: after a change of members or their states, and every few seconds while anyone is
        connected here.
        """
        own, published = self._own_snapshot(room, now_ms), self._published
        differs = changed and without_readings(own) != without_readings(published)
        if not (differs or (own.total and now_ms >= published.at_ms + PUBLISH_EVERY_MS)):
            return None
        self._published = replace(own, at_ms=now_ms)
        return self._published

    def closing_snapshot(self, *, now_ms: float) -> PresenceSnapshot | None:
        """An empty snapshot, for when this relay closes the room, if its last one listed anyone."""
        return PresenceSnapshot(relay=self._relay_name, at_ms=now_ms) if self._published.total else None

    def _own_snapshot(self, room: Room, now_ms: float) -> PresenceSnapshot:
        if self._own is None:
            self._own = local_snapshot(room, self.local, relay=self._relay_name, now_ms=now_ms)
        return self._own

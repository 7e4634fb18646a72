"""The bus's port: stores rooms, orders their changes, and notifies every relay that listens to a room."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.messages import Knock, KnockGone, Reacted
from watchparty_relay.protocol.values import Id
from watchparty_relay.rules.changes import Answer, Change, Event
from watchparty_relay.rules.state import Room


class TypingChanged(Struct, frozen=True, tag_field="t", tag="typed"):
    """A member began or stopped typing."""

    by: Id
    on: bool


Announcement = Reacted | Knock | KnockGone | TypingChanged


class Committed(Struct, frozen=True):
    """A change was committed: the room after it, its events, and whether this relay requested it."""

    room: Room
    events: tuple[Event, ...]
    ours: bool = True


class EpochReset(Struct, frozen=True):
    """The room as it is now, after a store has lost or forked it, so that its changes cannot be replayed one by one.

    Its epoch is a new one unless only this relay's own view was lost. Clients of the room start over.
    """

    room: Room


BusEvent = Committed | EpochReset | Announcement | PresenceSnapshot
Listener = Callable[[BusEvent], None]


class Bus(Protocol):
    """Every adapter passes `tests/sync_relay/bus/test_bus_contract.py`, which states the same in numbered rules.

    A change is one atomic step: no one sees half of it, and the order of the steps is the order of the room for
    everyone. Listeners receive a change only once it is durable, in that order, exactly once each.
    """

    @property
    def relay_name(self) -> str:
        """Names this relay among those that share the bus."""
        ...

    @property
    def clock_name(self) -> str:
        """Names the reference of `now_ms`; when it changes, estimates of the clock are void."""
        ...

    @property
    def superseded(self) -> bool:
        """Whether a newer deployment shares the bus."""
        ...

    def now_ms(self) -> float:
        """Room time: epoch milliseconds that never go back."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Returns when every answered change is durable."""
        ...

    async def listen(self, room_id: str, listener: Listener) -> Room:
        """The room as it is now; `listener` receives every change after this one. Creates the room if necessary."""
        ...

    def leave(self, room_id: str, listener: Listener) -> None:
        """The listener receives nothing more. The bus may forget a room that it can load again."""
        ...

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        """Applies the change and returns when it is durable and the listeners have received it.

        A request whose `cid` was answered within ten minutes (the member's last 64) gets the same answer and changes
        nothing. Raises `BusUnavailable` if the change could not be made durable: then it did not happen.
        """
        ...

    def announce(self, room_id: str, announcement: Announcement) -> None:
        """Sends every listener something that is not stored. It may be lost; the next one makes up for it."""
        ...

    def publish_presence(self, room_id: str, snapshot: PresenceSnapshot) -> None:
        """Sends the other relays who is on this one; also those that open the room while the snapshot is valid."""
        ...

    def holds_lease(self, room_id: str) -> bool:
        """Whether this relay, of those that have the room open, acts on the room's behalf."""
        ...

    def archived_seq(self, room_id: str) -> int:
        """The last log entry that the functions are known to have, whichever relay published it."""
        ...

    def record_archived(self, room_id: str, seq: int) -> None:
        """The functions have the log up to this entry."""
        ...

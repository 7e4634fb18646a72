"""The bus's port: keeps rooms, orders their changes and tells every relay that listens."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from watchparty_relay.changes import Answer, Change, Event
from watchparty_relay.protocol import Knock, KnockGone, Reacted
from watchparty_relay.roll import Roll
from watchparty_relay.room import Room
from watchparty_relay.vocabulary import Id


class Typed(Struct, frozen=True, tag_field="t", tag="typed"):
    """Somebody began to type, or stopped."""

    by: Id
    on: bool


Announcement = Reacted | Knock | KnockGone | Typed


class Committed(Struct, frozen=True):
    """A change that happened: the room after it, what is to be told of it, and whether this relay asked for it."""

    room: Room
    events: tuple[Event, ...]
    ours: bool = True


class Renewed(Struct, frozen=True):
    """The room as it is now, where what happened before cannot be told step by step: a store lost or mixed it.

    Its epoch is a new one unless nothing but our own view was lost. Whoever follows the room begins again.
    """

    room: Room


Heard = Committed | Renewed | Announcement | Roll
Listener = Callable[[Heard], None]


class Bus(Protocol):
    """Every adapter passes `tests/sync_relay/bus/test_bus_contract.py`, which states the same in numbers.

    A change is one atomic step: nobody sees half of it, and the order in which steps are taken is the order of the
    room for everybody. Listeners hear of a change only after it is durable, in that order, exactly once each.
    """

    @property
    def relay_name(self) -> str:
        """Names this relay among those that share the bus."""
        ...

    @property
    def clock_name(self) -> str:
        """Names the reference of `now_ms`; another name means that estimates of it are void."""
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
        """Returns when everything that was answered is durable."""
        ...

    async def listen(self, room_id: str, listener: Listener) -> Room:
        """The room as it is now; from then on `listener` hears of every change after this one. Creates the room."""
        ...

    def leave(self, room_id: str, listener: Listener) -> None:
        """The listener hears nothing more; the bus may forget what it can find again."""
        ...

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        """Takes the step and returns when it is durable and listeners have heard of it.

        A command's `cid` that was answered within ten minutes (the participant's last 64) gets that answer again and
        changes nothing. Raises `BusUnavailable` when the step could not be made durable: then it did not happen.
        """
        ...

    def announce(self, room_id: str, announcement: Announcement) -> None:
        """Tells every listener something that is not kept; it may be lost, and is repaired by the next one."""
        ...

    def call_roll(self, room_id: str, roll: Roll) -> None:
        """Tells the other relays who is here; those that come later are told too, for as long as a roll is kept."""
        ...

    def looks_after(self, room_id: str) -> bool:
        """Whether this relay is the one of those with the room open that does what a room does by itself."""
        ...

    def archived_seq(self, room_id: str) -> int:
        """The last entry of the log that the functions are known to have, whichever relay told them."""
        ...

    def note_archived(self, room_id: str, seq: int) -> None:
        """The functions have the log up to this entry."""
        ...

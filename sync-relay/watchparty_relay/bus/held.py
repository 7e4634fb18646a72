"""One room as a relay among many knows it, and the changes that wait for their turn in it. Asks nobody anything."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from watchparty_relay.bus.port import Committed, Heard, Listener
from watchparty_relay.bus.redis_rooms import LEASE_MS, Visited
from watchparty_relay.bus.step import Step, after, version_of
from watchparty_relay.changes import Answer, Asked, Change, Operate, Retract, Say, Wipe
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.logged import logged
from watchparty_relay.room import Room

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Wish:
    """A change on its way, and who waits for its answer."""

    change: Change
    answered: asyncio.Future[Answer | None]

    @property
    def asked(self) -> Asked | None:
        return self.change if isinstance(self.change, Operate | Say | Retract | Wipe) else None

    def answer(self, answer: Answer | None) -> None:
        if not self.answered.done():
            self.answered.set_result(answer)

    def refuse(self, reason: str) -> None:
        if not self.answered.done():
            self.answered.set_exception(BusUnavailable(reason))


@dataclass(eq=False)
class Held:
    """One room as this relay knows it; the lock is held while something is asked of Redis about it.

    Wishes that come while a step is under way go into the next one together: a busy room costs one step a round trip.
    """

    room: Room
    mark: str = ""
    listeners: list[Listener] = field(default_factory=list)
    newcomers: list[Listener] = field(default_factory=list)
    """Those who are still being given the room: they hear of nothing before they have it."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wishes: deque[Wish] = field(default_factory=deque)
    working: bool = False
    cared_for_until_ms: float = 0.0
    taking: str = ""
    archived_seq: int = 0

    @property
    def version(self) -> int:
        return version_of(self.mark)

    @property
    def logged(self) -> str:
        return logged(self.room.id)

    def advance(self, step: Step) -> bool:
        """Repeats a step and tells of it; False where it does not follow what is known here, nor was before it.

        Our own are heard from Redis too, sometimes before it has answered.
        """
        if step.mark == self.mark or (step.version < self.version and not step.whole):
            return True
        if not self.mark or step.whole or step.follows != self.mark:
            return False
        self.room, self.mark = after(self.room, step), step.mark
        if step.events:
            self.tell(Committed(self.room, step.events, ours=step.mark == self.taking))
        return True

    def see(self, visited: Visited, *, now_ms: float) -> None:
        """Takes what Redis knows of the room besides its steps."""
        self.cared_for_until_ms = now_ms + LEASE_MS if visited.cared_for else 0.0
        self.archived_seq = max(self.archived_seq, visited.archived_seq)

    def tell(self, heard: Heard) -> None:
        for listener in tuple(self.listeners):
            try:
                listener(heard)
            except Exception:  # a fault of one's own must not keep the others, or other rooms, from hearing
                log.exception("room %s could not be told of something", self.logged)


def apart(wishes: list[Wish]) -> tuple[list[Wish], list[Wish]]:
    """The wishes without repetitions, and the repetitions: those find the answers of the first kept."""
    firsts: list[Wish] = []
    again: list[Wish] = []
    known: set[tuple[str, str]] = set()
    for wish in wishes:
        asked = wish.asked
        repeated = asked is not None and (asked.by, asked.message.cid) in known
        (again if repeated else firsts).append(wish)
        if asked is not None:
            known.add((asked.by, asked.message.cid))
    return firsts, again

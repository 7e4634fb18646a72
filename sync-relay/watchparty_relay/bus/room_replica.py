"""This relay's copy of one room in Redis, and the changes that wait to be committed to it. Performs no I/O."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from watchparty_relay.bus.port import BusEvent, Committed, Listener
from watchparty_relay.bus.redis_rooms import RoomStatus
from watchparty_relay.bus.room_delta import RoomDelta, apply_delta, version_number
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.rules.changes import Answer, Change, Request
from watchparty_relay.rules.state import Room, log_name

log = logging.getLogger(__name__)


@dataclass(eq=False)
class PendingChange:
    """A change that is to be committed, and the future of its answer."""

    change: Change
    answered: asyncio.Future[Answer | None]

    @property
    def request(self) -> Request | None:
        return self.change if isinstance(self.change, Request) else None

    def answer(self, answer: Answer | None) -> None:
        if not self.answered.done():
            self.answered.set_result(answer)

    def fail(self, reason: str) -> None:
        if not self.answered.done():
            self.answered.set_exception(BusUnavailable(reason))


@dataclass(eq=False)
class RoomReplica:
    """The lock is held during every exchange with Redis about the room.

    Changes that arrive while a commit is in progress go into the next one together, so a busy room costs one commit per
    round trip.
    """

    room: Room
    version_id: str = ""
    listeners: list[Listener] = field(default_factory=list)
    opening_listeners: list[Listener] = field(default_factory=list)
    """They receive nothing until `listen` has returned the room to them."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    pending: deque[PendingChange] = field(default_factory=deque)
    processing: bool = False
    owner: str = ""
    """The token that held the room's lease when the room was last verified."""
    verify_at_ms: float = 0.0
    renew_at_ms: float = 0.0
    """When to verify the room and to renew its expiry, in the machine's monotonic time; 0 means as soon as possible."""
    committing_id: str = ""
    archived_seq: int = 0

    @property
    def version(self) -> int:
        return version_number(self.version_id)

    @property
    def log_name(self) -> str:
        return log_name(self.room.id)

    def advance(self, delta: RoomDelta) -> bool:
        """Applies a delta and notifies the listeners; True also for a delta that was applied before.

        False if it does not follow this version. Redis sends us our own deltas as well, sometimes before it has
        answered the commit.
        """
        if delta.version_id == self.version_id or (delta.version < self.version and not delta.whole):
            return True
        if not self.version_id or delta.whole or delta.previous_id != self.version_id:
            return False
        self.room, self.version_id = apply_delta(self.room, delta), delta.version_id
        if delta.events:
            self.notify(Committed(self.room, delta.events, ours=delta.version_id == self.committing_id))
        return True

    def update_status(self, status: RoomStatus) -> None:
        """Takes over what Redis stores of the room besides its versions."""
        self.owner = status.owner
        self.archived_seq = max(self.archived_seq, status.archived_seq)

    def notify(self, event: BusEvent) -> None:
        for listener in tuple(self.listeners):
            try:
                listener(event)
            except Exception:  # a listener's fault must not keep the event from the others, or stop other rooms
                log.exception("room %s: a listener failed", self.log_name)


def split_repeats(changes: list[PendingChange]) -> tuple[list[PendingChange], list[PendingChange]]:
    """The changes without repeated requests, and the repeats: those find the answer of the first one stored."""
    firsts: list[PendingChange] = []
    repeats: list[PendingChange] = []
    seen: set[tuple[str, str]] = set()
    for pending in changes:
        request = pending.request
        repeated = request is not None and (request.by, request.message.cid) in seen
        (repeats if repeated else firsts).append(pending)
        if request is not None:
            seen.add((request.by, request.message.cid))
    return firsts, repeats

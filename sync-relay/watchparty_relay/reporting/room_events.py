"""Room events for the functions: the queue of a process, and the shapes of session, action, chat, snapshot and report.

Events are queued and published once per second in batches. An event's id is the same whenever it is published again, so
publishing twice is harmless. Without an outbox, a process that is killed may lose its last second.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.messages import ChatEntry, Cleared, Deleted, State
from watchparty_relay.protocol.values import CauseKind, Mode
from watchparty_relay.rules.changes import Event as RoomChange
from watchparty_relay.rules.state import Room

log = logging.getLogger(__name__)

Event = dict[str, Any]

Publish = Callable[[list[Event]], Awaitable[None]]
"""Returns once the events are stored durably. Raises OSError (TimeoutError, ConnectionError) if it cannot say, to have
them all published again, and any other exception if it refuses one of them. A process that hosts the relay passes its
own. The adapters of a relay served alone are in `publishers.py`.
"""

FLUSH_EVERY_S = 1.0
BATCH = 100
MAX_REFUSALS = 5
REPORTED_AT_ONCE = 500
MAX_PENDING = 50_000
"""Enough for a quarter of an hour of a busy installation without its database; then the oldest are dropped."""


@dataclass(eq=False, slots=True)
class _Pending:
    event: Event
    published: Callable[[], None] | None
    refusals: int = 0


class Outbox(Protocol):
    """Where events outlive the process until they are published. The journal is one; it also stores the events of
    commits, in the transaction of the commit.
    """

    def unpublished(self) -> list[Event]: ...

    def keep(self, event: Event) -> None: ...

    def forget(self, ids: Sequence[str]) -> None: ...


class EventQueue:
    """One per process. An event that the publisher refuses holds up no other, and is set aside after a few attempts.

    With an `outbox` no event is lost with the process: what was not confirmed is published after the next start.
    """

    def __init__(self, publish: Publish, metrics: Metrics, *, outbox: Outbox | None = None) -> None:
        self._publish = publish
        self._outbox = outbox
        self._metrics = metrics
        self._pending: deque[_Pending] = deque()
        self._flushing = asyncio.Lock()

    def restore(self) -> None:
        """Queues what the previous process did not publish. Called once, when the outbox is open."""
        if self._outbox is not None:
            self._pending.extendleft(_Pending(event, None) for event in reversed(self._outbox.unpublished()))
            self._metrics.events_pending = len(self._pending)

    def add(self, event: Event, *, published: Callable[[], None] | None = None, committed: bool = False) -> None:
        """`published` is called once the event has been published, or set aside. A `committed` one reports a change of
        the room, with which the outbox has stored it.
        """
        if self._outbox is not None and not committed:
            self._outbox.keep(event)
        if len(self._pending) >= MAX_PENDING:
            self._pending.popleft()
            self._metrics.events_lost += 1
        self._pending.append(_Pending(event, published))
        self._metrics.events_pending = len(self._pending)

    async def flush(self) -> None:
        """Publishes the pending events, until the publisher does not answer. Refused events stay for the next flush."""
        async with self._flushing:
            refused: list[_Pending] = []
            try:
                while self._pending:
                    await self._publish_next(refused)
            except OSError as error:  # with TimeoutError: the publisher does not answer, and has no fault in an event
                log.warning("room events could not be published; will try again: %r", error)
            self._pending.extendleft(reversed(refused))
            self._metrics.events_pending = len(self._pending)

    async def _publish_next(self, refused: list[_Pending]) -> None:
        """Publishes the next batch; if it is refused, its events one by one, and adds to `refused` those to blame.

        Raises OSError, with what is not published still pending.
        """
        batch = [self._pending.popleft() for _ in range(min(BATCH, len(self._pending)))]
        try:
            await self._publish([each.event for each in batch])
        except OSError:
            self._pending.extendleft(reversed(batch))
            raise
        except Exception as error:  # whatever a publisher raises for one event, the others are published
            if len(batch) == 1:
                self._refuse(batch, error, alone=True, refused=refused)
            else:
                await self._publish_singly(batch, refused)
        else:
            self._done(batch)

    async def _publish_singly(self, batch: list[_Pending], refused: list[_Pending]) -> None:
        blamed: list[_Pending] = []
        failure: Exception | None = None
        for index, each in enumerate(batch):
            try:
                await self._publish([each.event])
            except OSError:
                self._pending.extendleft(reversed(batch[index:]))
                refused += blamed
                raise
            except Exception as error:  # as above
                blamed.append(each)
                failure = error
            else:
                self._done([each])
        if failure is not None:
            self._refuse(blamed, failure, alone=len(blamed) == len(batch), refused=refused)

    def _refuse(self, blamed: list[_Pending], error: Exception, *, alone: bool, refused: list[_Pending]) -> None:
        """Counts a refusal, unless no other event was accepted: then the fault may be the publisher's."""
        for each in blamed:
            each.refusals += not alone
            if each.refusals < MAX_REFUSALS:
                refused.append(each)
                continue
            self._metrics.events_set_aside += 1
            log.error("set aside the room event %s, which was refused: %r", each.event.get("id"), error)
            self._done([each])
        log.warning("%d room events were refused: %r", len(blamed), error)

    def _done(self, batch: list[_Pending]) -> None:
        for each in batch:
            if each.published is not None:
                each.published()
        if self._outbox is not None:
            self._outbox.forget([each.event["id"] for each in batch])


def commit_events(before: Room, room: Room, events: Sequence[RoomChange], now_ms: float) -> list[Event]:
    """The room events that report a change of the room: actions of members, and everything in the chat. Pure."""
    found = (commit_event(before, room, event, now_ms) for event in events)
    return [event for event in found if event is not None]


def commit_event(before: Room, room: Room, change: RoomChange, now_ms: float) -> Event | None:
    match change:
        case State() if change.cause.cmd in (CauseKind.OPENED, CauseKind.SEED):
            return None  # the functions know it: it came from them
        case State() if change.cause.cmd is not CauseKind.MEDIA or change.mrev != before.clock.media.mrev:
            return action_event(room, change)
        case ChatEntry() | Deleted() | Cleared():
            return chat_event(room, change, now_ms=now_ms)
    return None


def session_event(room: Room, participant_id: str, *, started: bool, total: int, now_ms: float) -> Event:
    """A member joined or left. `total` members are present afterwards, so 1 and 0 begin and end the room's party."""
    kind = "session_started" if started else "session_ended"
    member = room.members.get(participant_id)
    facts = {"participant_id": participant_id, "name": member.name if member else "", "total": total}
    return _event(room, kind, f"{participant_id}:{int(now_ms)}", now_ms, rev=room.clock.rev, **facts)


def action_event(room: Room, state: State) -> Event:
    return _event(
        room,
        "action",
        str(state.rev),
        state.srv_ms,
        rev=state.rev,
        cmd=state.cause.cmd.value,
        by=state.cause.by,
        mode=state.mode.value,
        pos_s=state.pos_s,
        rate=state.rate,
        video_id=state.video_id,
        mrev=state.mrev,
    )


def chat_event(room: Room, entry: ChatEntry | Deleted | Cleared, *, now_ms: float) -> Event:
    """`op` says what happened to the log; archives remove what was deleted or cleared."""
    match entry:
        case ChatEntry():
            facts: Event = {"op": "said", "message_id": entry.id, "by": entry.by, "name": entry.name}
            facts |= {"text": entry.text, "reply_to": entry.reply_to, "pos_s": entry.pos_s}
        case Deleted():
            facts = {"op": "deleted", "message_id": entry.id}
        case Cleared():
            facts = {"op": "cleared"}
    return _event(room, "chat", str(entry.seq), now_ms, seq=entry.seq, **facts)


def snapshot_event(room: Room, pos_s: float, people: list[Event], total: int, *, now_ms: float) -> Event:
    """Where the film is at the instant `at`: a room whose clock is lost starts from here."""
    clock = room.clock
    facts: Event = {"mode": clock.mode.value, "pos_s": pos_s, "rate": clock.rate, "people": people, "total": total}
    facts |= {"video_id": clock.media.video_id, "mrev": clock.media.mrev, "playing": clock.mode is Mode.PLAYING}
    return _event(room, "snapshot", f"{clock.rev}:{int(now_ms)}", now_ms, rev=clock.rev, **facts)


def report_events(room: Room, people: list[Event], *, now_ms: float) -> list[Event]:
    """Several for a large room, because a document in the functions' store holds a mebibyte."""
    parts = [people[first : first + REPORTED_AT_ONCE] for first in range(0, len(people), REPORTED_AT_ONCE)]
    return [
        _event(room, "report", f"{int(now_ms)}.{n}" if n else str(int(now_ms)), now_ms, rev=room.clock.rev, people=part)
        for n, part in enumerate(parts)
    ]


def _event(room: Room, kind: str, key: str, at_ms: float, **facts: Any) -> Event:
    second, millisecond = divmod(int(at_ms), 1000)
    return {
        "id": f"{room.id}:{room.epoch}:{kind}:{key}",
        "room": room.id,
        "epoch": room.epoch,
        "at": f"{_date(second)}.{millisecond:03d}Z",
        "kind": kind,
        **facts,
    }


@lru_cache(maxsize=8)
def _date(second: int) -> str:
    """Cached, because there can be thousands of events in the same second."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")

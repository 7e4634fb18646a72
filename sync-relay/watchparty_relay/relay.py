"""The relay of one process: its sessions, rooms and time, started and stopped as one.

`bootstrap.py` puts it together; transports give it channels; the functions of the same process deliver notices to it.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any

from watchparty_relay.bus.port import Bus
from watchparty_relay.join_token import TokenVerifier
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.metrics import Histogram, Metrics
from watchparty_relay.notices import Notices
from watchparty_relay.protocol import Notice
from watchparty_relay.room_events import FLUSH_EVERY_S, RoomEvents
from watchparty_relay.room_time import TimeSource
from watchparty_relay.rooms import Rooms
from watchparty_relay.session import Session
from watchparty_relay.transport.port import Channel
from watchparty_relay.vocabulary import Limits
from watchparty_relay.words import WordFilter

log = logging.getLogger(__name__)

TICK_S = 0.25
MOVED_WITHIN_MS = 5_000.0
# A new revision is given so long to take the traffic, and people as long again to move.
SUPERSEDED_MS = 60_000.0


class Relay:
    def __init__(
        self,
        *,
        bus: Bus,
        verifier: TokenVerifier,
        events: RoomEvents,
        metrics: Metrics,
        time: TimeSource,
        limits: Limits,
        words: WordFilter,
        rotates: bool = False,
    ) -> None:
        self.verifier = verifier
        self.metrics = metrics
        self.limits = limits
        self.rotates = rotates
        self._superseded_ms: float | None = None
        self.draining = False
        self._bus = bus
        self._events = events
        self._time = time
        self._notices = Notices(bus)
        self._rooms = Rooms(bus, events, metrics, limits, words)
        self._sessions: set[Session] = set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def clock_name(self) -> str:
        return self._bus.clock_name

    def now_ms(self) -> float:
        return self._bus.now_ms()

    def wall_s(self) -> float:
        return self._time.wall_ms() / 1000

    async def start(self, *, ticking: bool = True) -> None:
        """`ticking=False` leaves time to the caller, who calls `tick`."""
        await self._bus.start()
        self._notices.start()
        if ticking:
            regular = (_every(TICK_S, self.tick, self.metrics.loop_lag), _every(FLUSH_EVERY_S, self.flush_events))
            self._tasks = [asyncio.create_task(each) for each in regular]

    async def stop(self) -> None:
        """Sends everybody away, tells the functions the last of it, and makes the bus durable."""
        self.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._notices.stop()
        await self._events.flush()
        await self._bus.stop()

    def send_away(self, *, within_ms: float) -> None:
        """Asks every client to connect elsewhere while this connection still stands; lets nobody in any more."""
        self.draining = True
        for session in tuple(self._sessions):
            session.move(within_ms=within_ms)

    def drain(self) -> None:
        """Asks every client to come back, closes, and lets nobody in any more; may be called before `stop`."""
        self.draining = True
        for session in tuple(self._sessions):
            session.drain(within_ms=MOVED_WITHIN_MS)

    def connect(self, channel: Channel) -> Session:
        """A transport has accepted a connection; it says `disconnected` when it is gone."""
        session = Session(channel, self)
        self._sessions.add(session)
        self.metrics.connections = len(self._sessions)
        if self.draining:
            session.drain(within_ms=MOVED_WITHIN_MS)
        return session

    def disconnected(self, session: Session) -> None:
        session.lost()
        self._sessions.discard(session)
        self.metrics.connections = len(self._sessions)

    def deliver(self, notice: Mapping[str, Any]) -> None:
        """A notice from a function of this process, on a thread of its own; returns when it is applied."""
        self._notices.deliver(notice)

    async def take_notice(self, notice: Notice) -> None:
        await self._notices.take(notice)

    async def enter_room(self, room_id: str) -> LiveRoom:
        return await self._rooms.enter(room_id)

    def leave_room(self, live: LiveRoom) -> None:
        self._rooms.leave(live)

    async def tick(self) -> None:
        now_ms = self.now_ms()
        lagging = 0
        for session in tuple(self._sessions):
            behind = session.outbox.behind
            lagging += behind
            if behind or now_ms >= session.look_ms:
                session.tick(now_ms)
        self.metrics.lagging = lagging
        self._make_way(now_ms)
        await self._rooms.tick()

    def _make_way(self, now_ms: float) -> None:
        """After a deployment those who were here before it move on, once: whoever comes back may stay."""
        if not self._bus.superseded:
            self._superseded_ms = None
        elif self._superseded_ms is None:
            self._superseded_ms = now_ms
        elif self._superseded_ms + SUPERSEDED_MS < now_ms < math.inf:
            self._superseded_ms = math.inf
            for session in tuple(self._sessions):
                session.move(within_ms=SUPERSEDED_MS)

    async def flush_events(self) -> None:
        await self._events.flush()


async def _every(seconds: float, act: Callable[[], Awaitable[None]], late: Histogram | None = None) -> None:
    while True:
        began_s = perf_counter()
        await asyncio.sleep(seconds)
        if late is not None:
            late.observe(max(0.0, perf_counter() - began_s - seconds))
        try:
            await act()
        except Exception:  # time must go on for everybody else
            log.exception("something regular failed")

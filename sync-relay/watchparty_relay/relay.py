"""The relay of one process: its sessions, rooms and time, started and stopped together.

`bootstrap.py` builds it; transports connect channels to it; functions in the same process deliver notices to it.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

from watchparty_relay.bus.port import Bus
from watchparty_relay.fanout.channel import Channel
from watchparty_relay.metrics import Histogram, Metrics
from watchparty_relay.protocol.notices import Notice
from watchparty_relay.protocol.values import CloseCode, ErrorCode, Limits
from watchparty_relay.reporting.room_events import FLUSH_EVERY_S, EventQueue
from watchparty_relay.room.live_room import LiveRoom
from watchparty_relay.room.notice_delivery import NoticeDelivery
from watchparty_relay.room.rooms import Rooms
from watchparty_relay.room_time import TimeSource
from watchparty_relay.rules.connection_rate import ConnectionRate
from watchparty_relay.rules.word_filter import WordFilter
from watchparty_relay.session.join_token import TokenVerifier
from watchparty_relay.session.session import Session

log = logging.getLogger(__name__)

TICK_S = 0.25
MOVED_WITHIN_MS = 5_000.0
SUPERSEDED_MS = 60_000.0
"""The time that a new revision has to take over the traffic, and the time that clients then have to move."""

CONNECTION_BYTES = 96 * 1024
"""What a connection can cost beside its unsent output. 17 KiB were measured for one that is idle in a room, 52 KiB for
one that withholds the end of the largest frame, and up to 90 KiB under a flood."""
SOCKET_BYTES = 256 * 1024 * 1024
WATERMARK = 0.9
"""The share of the budget from which on new connections are refused, so that the present ones have room."""


class Relay:
    def __init__(
        self,
        *,
        bus: Bus,
        verifier: TokenVerifier,
        events: EventQueue,
        metrics: Metrics,
        time: TimeSource,
        limits: Limits,
        word_filter: WordFilter,
        connection_rate: ConnectionRate,
        rotates: bool = False,
        socket_bytes: int = SOCKET_BYTES,
    ) -> None:
        self.verifier = verifier
        self.metrics = metrics
        self.limits = limits
        self.rotates = rotates
        self.started = False
        self.draining = False
        self._superseded_ms: float | None = None
        self._socket_bytes = socket_bytes
        self._connection_rate = connection_rate
        self._unsent_bytes = 0  # as of the last tick
        self._bus = bus
        self._events = events
        self._time = time
        self._notices = NoticeDelivery(bus, time.wall_ms)
        self._rooms = Rooms(bus, events, metrics, limits, word_filter)
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
        """With `ticking=False` nothing runs on its own: the caller calls `tick` and `flush_events`."""
        await self._bus.start()
        self._events.restore()
        self._notices.start()
        self.started = True
        if ticking:
            periodic = (_every(TICK_S, self.tick, self.metrics.loop_lag), _every(FLUSH_EVERY_S, self.flush_events))
            self._tasks = [asyncio.create_task(each) for each in periodic]

    async def stop(self) -> None:
        """Closes all connections, publishes the last room events, and makes the bus durable."""
        self.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._notices.stop()
        await self._events.flush()
        await self._bus.stop()

    def ask_all_to_move(self, *, within_ms: float) -> None:
        """Asks every client to connect elsewhere while its connection is still open; admits no more connections."""
        self.draining = True
        for session in tuple(self._sessions):
            session.ask_to_move(within_ms=within_ms)

    def drain(self) -> None:
        """Asks every client to reconnect and closes; admits no more connections. May be called before `stop`."""
        self.draining = True
        for session in tuple(self._sessions):
            session.drain(within_ms=MOVED_WITHIN_MS)

    def step_down(self) -> None:
        """Another process commands the rooms from now on: asks every client to reconnect, and forgets the rooms."""
        for session in tuple(self._sessions):
            session.drain(within_ms=MOVED_WITHIN_MS)
        self._rooms.close_all()

    def connect(self, channel: Channel) -> Session:
        """A transport has accepted a connection; it calls `disconnected` when that is gone.

        Before the start and while draining, the client is asked to come back.
        """
        session = Session(channel, self)
        self._sessions.add(session)
        self.metrics.connections = len(self._sessions)
        if self.draining or not self.started:
            session.drain(within_ms=MOVED_WITHIN_MS)
        return session

    def admits(self) -> bool:
        """Whether the budget of memory has room for another connection."""
        admitted = self._used_bytes() + CONNECTION_BYTES <= WATERMARK * self._socket_bytes
        if not admitted:
            self.metrics.refused += 1
        return admitted

    def may_connect(self, peer: str, forwarded_for: Sequence[str]) -> bool:
        """Counts a connection of the address; False if it has opened too many in the last seconds."""
        allowed = self._connection_rate.take(peer, forwarded_for, now_ms=self._time.monotonic_ms())
        if not allowed:
            self.metrics.too_fast += 1
        return allowed

    def _used_bytes(self) -> int:
        return len(self._sessions) * CONNECTION_BYTES + self._unsent_bytes

    def disconnected(self, session: Session) -> None:
        session.connection_lost()
        self._sessions.discard(session)
        self.metrics.connections = len(self._sessions)

    def deliver(self, notice: Mapping[str, Any]) -> None:
        """Applies a notice from a function of this process; blocks, so call it from another thread than the loop's."""
        self._notices.deliver(notice)

    async def apply_notice(self, notice: Notice) -> None:
        await self._notices.apply(notice)

    async def acquire_room(self, room_id: str) -> LiveRoom:
        return await self._rooms.acquire(room_id)

    def release_room(self, room: LiveRoom) -> None:
        self._rooms.release(room)

    async def tick(self) -> None:
        now_ms = self.now_ms()
        lagging_readers = self._unsent_bytes = 0
        for session in tuple(self._sessions):
            self._unsent_bytes += session.send_queue.buffered_bytes
            lagging = session.send_queue.lagging
            lagging_readers += lagging
            if lagging or now_ms >= session.next_check_ms:
                session.tick(now_ms)
        self.metrics.lagging = lagging_readers
        self._close_slowest()
        self.metrics.socket_bytes = self._used_bytes()
        self._move_superseded(now_ms)
        await self._rooms.tick()

    def _close_slowest(self) -> None:
        """Beyond the budget, closes the readers that hold the most memory until the rest fits."""
        excess = self._used_bytes() - self._socket_bytes
        if excess <= 0:
            return
        for session in sorted(self._sessions, key=lambda each: -each.send_queue.buffered_bytes):
            if excess <= 0:
                return
            excess -= session.send_queue.buffered_bytes + CONNECTION_BYTES
            session.close(CloseCode.SLOW_READER, ErrorCode.SLOW_READER)

    def _move_superseded(self, now_ms: float) -> None:
        """After a deployment, asks the clients connected before it to move, once; those that return may stay."""
        if not self._bus.superseded:
            self._superseded_ms = None
        elif self._superseded_ms is None:
            self._superseded_ms = now_ms
        elif self._superseded_ms + SUPERSEDED_MS < now_ms < math.inf:
            self._superseded_ms = math.inf
            for session in tuple(self._sessions):
                session.ask_to_move(within_ms=SUPERSEDED_MS)

    async def flush_events(self) -> None:
        await self._events.flush()


async def _every(seconds: float, act: Callable[[], Awaitable[None]], lateness: Histogram | None = None) -> None:
    while True:
        began_s = perf_counter()
        await asyncio.sleep(seconds)
        if lateness is not None:
            lateness.observe(max(0.0, perf_counter() - began_s - seconds))
        try:
            await act()
        except Exception:  # one failure must not end the task: everyone else depends on the next run
            log.exception("periodic task failed")

"""The rooms that have connections in this process: opened by the first session, closed when empty for a while."""

import asyncio
import logging

from watchparty_relay.bus.port import Bus
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.values import Limits
from watchparty_relay.reporting.room_events import EventQueue
from watchparty_relay.room.live_room import LiveRoom
from watchparty_relay.rules.state import log_name
from watchparty_relay.rules.word_filter import WordFilter

log = logging.getLogger(__name__)


class Rooms:
    def __init__(self, bus: Bus, events: EventQueue, metrics: Metrics, limits: Limits, word_filter: WordFilter) -> None:
        self._bus = bus
        self._events = events
        self._metrics = metrics
        self._limits = limits
        self._word_filter = word_filter
        self._rooms: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    async def acquire(self, room_id: str) -> LiveRoom:
        """The room, held for the caller until `release`. Sessions that arrive together open it once."""
        async with self._opening.setdefault(room_id, asyncio.Lock()):
            room = self._rooms.get(room_id)
            if room is None:
                room = LiveRoom(room_id, self._bus, self._events, self._metrics, self._limits, self._word_filter)
                await room.open()
                self._rooms[room_id] = room
            room.users += 1
        self._metrics.rooms = len(self._rooms)
        return room

    def release(self, room: LiveRoom) -> None:
        room.users -= 1

    def close_all(self) -> None:
        """Closes every room, also those that sessions still hold."""
        for room in self._rooms.values():
            room.close()
        self._rooms.clear()
        self._metrics.rooms = 0

    async def tick(self) -> None:
        await asyncio.gather(*(self._tick(room_id, room) for room_id, room in self._rooms.items()))
        now_ms = self._bus.now_ms()
        for room_id, room in list(self._rooms.items()):
            if room.can_close(now_ms=now_ms):  # the tick before this has paused its film
                room.close()
                del self._rooms[room_id], self._opening[room_id]
        self._metrics.rooms = len(self._rooms)

    async def _tick(self, room_id: str, room: LiveRoom) -> None:
        try:
            await room.tick()
        except BusUnavailable as error:
            log.warning("room %s: the bus did not take a change of the tick: %s", log_name(room_id), error.reason)
        except Exception:  # a fault in one room must not stop the ticks of the others
            log.exception("room %s: the tick failed", log_name(room_id))

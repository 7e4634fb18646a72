"""The rooms that somebody is connected to in this process: opened by the first, dropped when long empty."""

import asyncio
import logging

from watchparty_relay.bus.port import Bus
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.logged import logged
from watchparty_relay.metrics import Metrics
from watchparty_relay.room_events import RoomEvents
from watchparty_relay.vocabulary import Limits
from watchparty_relay.words import WordFilter

log = logging.getLogger(__name__)


class Rooms:
    def __init__(self, bus: Bus, events: RoomEvents, metrics: Metrics, limits: Limits, words: WordFilter) -> None:
        self._bus = bus
        self._events = events
        self._metrics = metrics
        self._limits = limits
        self._words = words
        self._live: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    async def enter(self, room_id: str) -> LiveRoom:
        """The live room, held for the caller until `leave`; those who come together open it once."""
        async with self._opening.setdefault(room_id, asyncio.Lock()):
            live = self._live.get(room_id)
            if live is None:
                live = LiveRoom(room_id, self._bus, self._events, self._metrics, self._limits, self._words)
                await live.open()
                self._live[room_id] = live
            live.users += 1
        self._metrics.rooms = len(self._live)
        return live

    def leave(self, live: LiveRoom) -> None:
        live.users -= 1

    async def tick(self) -> None:
        await asyncio.gather(*(self._tick(room_id, live) for room_id, live in self._live.items()))
        now_ms = self._bus.now_ms()
        for room_id, live in list(self._live.items()):
            if live.vacant(now_ms=now_ms):  # and has, in the tick before, stopped its film
                live.close()
                del self._live[room_id], self._opening[room_id]
        self._metrics.rooms = len(self._live)

    async def _tick(self, room_id: str, live: LiveRoom) -> None:
        try:
            await live.tick()
        except BusUnavailable as failure:
            log.warning("room %s could not take its own step: %s", logged(room_id), failure.reason)
        except Exception:  # one room's fault must not stop the time of the others
            log.exception("room %s failed in its tick", logged(room_id))

"""The bus of many processes: rooms in Redis, judged by the relay that is asked, committed by comparing and setting.

A step is decided on the room as it is known here; the script takes it only if nobody was faster, else it is decided
anew. Every relay hears of every step and repeats it. A relay that finds less in Redis than it has seen writes the room
again under a new epoch; the clock is a place and an instant, so nobody jumps.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from watchparty_relay.bus.port import Announcement, Committed, Listener, Renewed
from watchparty_relay.bus.redis_rooms import RedisRooms, channel_of, room_of
from watchparty_relay.bus.redis_time import RedisTime
from watchparty_relay.bus.step import Step, after, renewed, step_of, version_of, whole_step
from watchparty_relay.bus.subscriptions import Subscriptions
from watchparty_relay.changes import Answer, Asked, Change, Operate, Retract, Say, Wipe
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.room import Room, new_room
from watchparty_relay.room_time import MachineTime, TimeSource
from watchparty_relay.rules import decide

log = logging.getLogger(__name__)

# Notices a flushed or replaced Redis also while nobody does anything, and keeps the rooms in it alive.
VERIFY_EVERY_S = 2.0
ANSWER_WITHIN_S = 2.0
STOP_S = 0.5


class _Said(Struct, frozen=True, tag="said"):
    """An announcement on its way to the other relays."""

    relay: str
    what: Announcement


@dataclass(eq=False)
class _Held:
    """One room as this relay knows it; the lock is held while something is asked of Redis about it."""

    room: Room
    mark: str = ""
    listeners: list[Listener] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def version(self) -> int:
        return version_of(self.mark)

    def advance(self, step: Step) -> bool:
        """Repeats a step and tells of it; False where there is a gap before it."""
        if step.version <= self.version:
            return True
        if not self.mark or step.whole or step.version > self.version + 1:
            return False
        self.room, self.mark = after(self.room, step), step.mark
        if step.events:
            self.tell(Committed(self.room, step.events))
        return True

    def tell(self, heard: Committed | Renewed | Announcement) -> None:
        for listener in tuple(self.listeners):
            listener(heard)


class RedisBus:
    def __init__(self, url: str, *, time: TimeSource | None = None) -> None:
        self._client = _client(url, retries=1)
        self._hearing = _client(url, retries=0)  # a break must be seen: what was told meanwhile is missing
        self._rooms = RedisRooms(self._client)
        self._time = RedisTime(self._client, time or MachineTime())
        self._subscriptions = Subscriptions(self._hearing, heard=self._heard, restored=self._verify)
        self._relay = secrets.token_hex(6)
        self._held: dict[str, _Held] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def clock_name(self) -> str:
        return self._time.name

    def now_ms(self) -> float:
        return self._time.now_ms()

    async def start(self) -> None:
        try:
            await self._time.start()
        except (RedisError, OSError) as failure:
            raise BusUnavailable(str(failure)) from failure
        self._run(self._subscriptions.run())
        self._run(self._keep_verifying())

    async def stop(self) -> None:
        await asyncio.sleep(0)  # what was only just begun has its chance
        while self._running:  # the client may take a cancellation for a timeout of its own: said until it is heard
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running, timeout=STOP_S)
        await self._client.aclose()
        await self._hearing.aclose()

    async def listen(self, room_id: str, listener: Listener) -> Room:
        held = self._held.setdefault(room_id, _Held(new_room(room_id, now_ms=self.now_ms())))
        held.listeners.append(listener)
        try:
            async with held.lock, asyncio.timeout(ANSWER_WITHIN_S):
                await self._subscriptions.follow(channel_of(room_id))
                if not held.mark:
                    await self._open(held)
        except (RedisError, OSError) as failure:
            self.leave(room_id, listener)
            raise BusUnavailable(str(failure)) from failure
        return held.room

    def leave(self, room_id: str, listener: Listener) -> None:
        held = self._held[room_id]
        held.listeners.remove(listener)
        if not held.listeners:
            del self._held[room_id]
            self._run(self._unfollow(room_id))

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        held = self._held.get(room_id) or _Held(new_room(room_id, now_ms=self.now_ms()))
        try:
            async with held.lock:
                if not held.mark:
                    await self._open(held)
                return await self._take_step(held, change)
        except (RedisError, OSError) as failure:
            raise BusUnavailable(str(failure)) from failure

    def announce(self, room_id: str, announcement: Announcement) -> None:
        held = self._held.get(room_id)
        if held is not None:
            held.tell(announcement)
        said = msgspec.json.encode(_Said(self._relay, announcement))
        self._run(self._publish(channel_of(room_id), said))

    # --- asking Redis, with the room's lock held ---

    async def _take_step(self, held: _Held, change: Change) -> Answer | None:
        asked: Asked | None = change if isinstance(change, Operate | Say | Retract | Wipe) else None
        while True:
            decision = decide(held.room, change, now_ms=self.now_ms())
            step = step_of(held.room, decision, version=held.version + 1)
            if step is None and asked is None:
                return decision.answer
            outcome = await self._rooms.commit(held.room.id, held.mark, step, asked, decision.answer)
            if outcome.kind == "done":
                if step is not None:
                    held.advance(step)
                return decision.answer
            await self._catch_up(held)
            if outcome.kind == "answered":
                return outcome.answer

    async def _open(self, held: _Held) -> None:
        """Reads the room, or creates it."""
        while True:
            stored = await self._rooms.load(held.room.id)
            if stored is not None:
                held.room, held.mark = stored.room, stored.mark
                return
            step = whole_step(held.room, version=1)
            if (await self._rooms.commit(held.room.id, "", step, None, None)).kind == "done":
                held.mark = step.mark
                return

    async def _catch_up(self, held: _Held) -> None:
        """Repeats the steps that were missed, if Redis still continues the room that is known here."""
        mark = held.mark  # others' steps may be heard while these are on their way
        steps = await self._rooms.since(held.room.id, version_of(mark))
        if not steps or steps[0].mark != mark or not all(held.advance(step) for step in steps[1:]):
            await self._renew(held)

    async def _renew(self, held: _Held) -> None:
        """Takes the room over from whoever began a new epoch, else begins one with what is known here."""
        while True:
            stored = await self._rooms.load(held.room.id)
            theirs = stored.room if stored else None
            version = version_of(stored.mark) if stored else 0
            if stored and theirs and version > held.version and theirs.epoch > held.room.epoch:
                held.room, held.mark = theirs, stored.mark
                break
            ours = theirs if theirs and version > held.version else held.room
            step = whole_step(
                renewed(ours, held.room if ours is theirs else theirs, now_ms=self.now_ms()),
                version=max(version, held.version) + 1,
            )
            outcome = await self._rooms.commit(held.room.id, stored.mark if stored else "", step, None, None)
            if outcome.kind == "done":
                held.room, held.mark = after(held.room, step), step.mark
                break
        log.warning("room %s begins again in epoch %d", held.room.id, held.room.epoch)
        held.tell(Renewed(held.room))

    # --- hearing the others ---

    def _heard(self, channel: str, payload: bytes) -> None:
        held = self._held.get(room_of(channel))
        if held is None:
            return
        message = msgspec.json.decode(payload, type=Step | _Said)
        if isinstance(message, _Said):
            if message.relay != self._relay:
                held.tell(message.what)
        elif not held.advance(message):
            self._run(self._fill(held))

    async def _unfollow(self, room_id: str) -> None:
        if room_id not in self._held:  # nobody came back meanwhile
            await self._subscriptions.unfollow(channel_of(room_id))

    async def _fill(self, held: _Held) -> None:
        async with held.lock:
            if held.mark:
                await self._catch_up(held)

    async def _verify(self) -> None:
        """Compares every room that is held with what Redis has."""
        rooms = [held for held in self._held.values() if held.mark]
        marks = await self._rooms.marks([held.room.id for held in rooms])
        for held, mark in zip(rooms, marks, strict=True):
            if mark != held.mark:
                await self._fill(held)

    async def _keep_verifying(self) -> None:
        while True:
            await asyncio.sleep(VERIFY_EVERY_S)
            try:
                await self._time.sample()
                await self._verify()
            except (RedisError, OSError) as failure:
                log.warning("Redis does not answer: %s", failure)

    async def _publish(self, channel: str, payload: bytes) -> None:
        await self._client.publish(channel, payload)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._attempt(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempt(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (RedisError, OSError) as failure:
            log.warning("Redis does not answer: %s", failure)


def _client(url: str, *, retries: int) -> Redis:
    return Redis.from_url(
        url,
        retry=Retry(NoBackoff(), retries),
        socket_connect_timeout=ANSWER_WITHIN_S,
        socket_timeout=ANSWER_WITHIN_S,
        socket_keepalive=True,
    )

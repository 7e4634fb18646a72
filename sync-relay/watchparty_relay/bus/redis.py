"""The bus of many processes: rooms in Redis, judged by the relay that is asked, committed by comparing and setting.

A step is decided on the room as it is known here; the script takes it only if nobody was faster, else it is decided
anew. Every relay hears of every step and repeats it. A relay that finds less in Redis than it has seen writes the room
again under a new epoch; the clock is a place and an instant, so nobody jumps.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from watchparty_relay.answers import stands
from watchparty_relay.bus.broadcast import Said, heard, said
from watchparty_relay.bus.held import Held, Wish, apart
from watchparty_relay.bus.port import Announcement, Listener, Renewed
from watchparty_relay.bus.redis_rooms import Given, Outcome, RedisRooms, Stored, channel_of, room_of
from watchparty_relay.bus.redis_time import RedisTime
from watchparty_relay.bus.step import after, renewed, step_of, version_of, whole_step
from watchparty_relay.bus.subscriptions import Subscriptions
from watchparty_relay.changes import Answer, Change, Decision, Enter, Vacate
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.metrics import Metrics
from watchparty_relay.roll import KEPT_MS, Roll
from watchparty_relay.room import Room, new_room
from watchparty_relay.room_time import MachineTime, TimeSource
from watchparty_relay.rules import decide
from watchparty_relay.vocabulary import Mode

log = logging.getLogger(__name__)

# Notices a flushed or replaced Redis also while nobody does anything, and keeps the rooms in it alive.
VERIFY_EVERY_S = 2.0
ANSWER_WITHIN_S = 2.0
OPEN_WITHIN_S = 5.0
STOP_S = 0.5
# So many changes of one room are one step at most.
TOGETHER = 64
# A film that runs on in a room where nobody has been for so long stops where they left it.
DESERTED_MS = 60_000.0


class RedisBus:
    def __init__(
        self, url: str, *, time: TimeSource | None = None, metrics: Metrics | None = None, revision: int = 0
    ) -> None:
        self._metrics = metrics or Metrics()
        self._client = _client(url, retries=1)
        self._hearing = _client(url, retries=0)  # a break must be seen: what was told meanwhile is missing
        self._rooms = RedisRooms(self._client, self._metrics)
        self._time = RedisTime(self._client, time or MachineTime())
        self._subscriptions = Subscriptions(self._hearing, heard=self._heard, restored=self._verify)
        self.relay_name = secrets.token_hex(6)
        self._revision = revision
        self.superseded = False
        self._held: dict[str, Held] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def clock_name(self) -> str:
        return self._time.name

    def now_ms(self) -> float:
        return self._time.now_ms()

    async def start(self) -> None:
        try:
            await self._time.start()
            policy = (await self._client.info("memory")).get("maxmemory_policy", "noeviction")
        except (RedisError, OSError) as failure:
            raise BusUnavailable(str(failure)) from failure
        if policy != "noeviction":  # Memorystore does not let one ask by CONFIG GET
            log.warning("Redis may drop rooms when it is full: maxmemory-policy is %s, noeviction is wanted", policy)
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
        held = self._held.setdefault(room_id, Held(new_room(room_id, now_ms=self.now_ms())))
        held.newcomers.append(listener)
        try:
            async with held.lock, asyncio.timeout(OPEN_WITHIN_S):
                await self._subscriptions.follow(channel_of(room_id))
                if not held.mark:
                    await self._find(held)
        except (RedisError, OSError) as failure:
            self.leave(room_id, listener)
            raise BusUnavailable(str(failure)) from failure
        held.newcomers.remove(listener)
        held.listeners.append(listener)
        return held.room

    def leave(self, room_id: str, listener: Listener) -> None:
        held = self._held[room_id]
        (held.newcomers if listener in held.newcomers else held.listeners).remove(listener)
        if not (held.listeners or held.newcomers):
            del self._held[room_id]
            self._run(self._unfollow(room_id))
            self._run(self._rooms.give_back(room_id, self.relay_name))

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        held = self._held.get(room_id) or Held(new_room(room_id, now_ms=self.now_ms()))
        wish = Wish(change, asyncio.get_running_loop().create_future())
        held.wishes.append(wish)
        if not held.working:
            held.working = True
            self._run(self._work(held))
        return await wish.answered

    def announce(self, room_id: str, announcement: Announcement) -> None:
        held = self._held.get(room_id)
        if held is not None:
            held.tell(announcement)
        self._run(self._publish(channel_of(room_id), said(self.relay_name, announcement)))

    def call_roll(self, room_id: str, roll: Roll) -> None:
        self._run(self._rooms.call_roll(room_id, roll, said(self.relay_name, roll)))

    def looks_after(self, room_id: str) -> bool:
        held = self._held.get(room_id)
        return held is not None and self.now_ms() < held.cared_for_until_ms

    def archived_seq(self, room_id: str) -> int:
        held = self._held.get(room_id)
        return held.archived_seq if held else 0

    def note_archived(self, room_id: str, seq: int) -> None:
        held = self._held.get(room_id)
        if held is not None:
            held.archived_seq = max(held.archived_seq, seq)
        self._run(self._rooms.note_archived(room_id, seq))

    # --- asking Redis, with the room's lock held ---

    async def _work(self, held: Held) -> None:
        """Takes what is wished for, together, until nothing more is."""
        wishes: list[Wish] = []
        try:
            while held.wishes:
                wishes = [held.wishes.popleft() for _ in range(min(TOGETHER, len(held.wishes)))]
                await self._grant(held, wishes)
        except Exception:  # a fault of ours: told to those who wait, like Redis's
            log.exception("a step of room %s failed", held.logged)
        finally:
            held.working = False
            for wish in (*wishes, *held.wishes):  # nobody is left waiting, whatever happened
                wish.refuse("the step was not taken")
            held.wishes.clear()

    async def _grant(self, held: Held, wishes: list[Wish]) -> None:
        try:
            async with held.lock:
                if not held.mark:
                    await self._open(held)
                await self._take_step(held, wishes)
        except (RedisError, OSError) as failure:
            self._failed(failure)
            for wish in wishes:
                wish.refuse(str(failure))

    def _failed(self, failure: Exception) -> None:
        self._metrics.redis_up = 0
        self._metrics.redis_failures += 1
        log.warning("Redis does not answer: %s", failure)

    async def _take_step(self, held: Held, wishes: list[Wish]) -> None:
        """Decides one wish after the other and commits what came of them as one step."""
        while wishes:
            firsts, again = apart(wishes)
            decisions = self._decide(held.room, [wish.change for wish in firsts])
            events = tuple(event for decision in decisions for event in decision.events)
            step = step_of(held.room, Decision(decisions[-1].room, events), mark=held.mark)
            given, givers = [], []
            for wish, decision in zip(firsts, decisions, strict=True):
                if wish.asked is not None and decision.answer is not None:
                    given.append(Given(wish.asked, decision.answer))
                    givers.append(wish)
            # Who comes from another relay may have more than is known here: asked for also where nothing changes.
            if step is None and not given and not any(isinstance(wish.change, Enter) for wish in firsts):
                outcome = Outcome("done")
            else:
                held.taking = step.mark if step else ""
                outcome = await self._rooms.commit(held.room.id, held.mark, step, given)
            if outcome.kind == "done":
                if step is not None:
                    held.advance(step)
                for wish, decision in zip(firsts, decisions, strict=True):
                    wish.answer(decision.answer)
                wishes = again
                continue
            await (self._renew(held) if outcome.kind == "elsewhere" else self._catch_up(held))
            for index, answer in outcome.answers.items():
                if stands(held.room, given[index].asked, answer):
                    givers[index].answer(answer)
                else:
                    await self._rooms.forget_answer(held.room.id, given[index].asked)
            wishes = [wish for wish in (*firsts, *again) if not wish.answered.done()]

    def _decide(self, room: Room, changes: list[Change]) -> list[Decision]:
        now_ms, decisions = self.now_ms(), []
        for change in changes:
            decisions.append(decide(room, change, now_ms=now_ms))
            room = decisions[-1].room
        return decisions

    async def _find(self, held: Held) -> None:
        """Opens a room for its first listener here: who is elsewhere, and whether anybody has been there of late."""
        now_ms = self.now_ms()
        stored = await self._open(held)
        (visited,) = await self._rooms.visit([held.room.id], self.relay_name)
        held.see(visited, now_ms=now_ms)
        if stored is None:
            return
        rolls = [roll for roll in stored.rolls if now_ms < roll.at_ms + KEPT_MS and roll.relay != self.relay_name]
        for roll in rolls:  # once the listener has the room
            asyncio.get_running_loop().call_soon(held.tell, roll)
        clock = held.room.clock
        if not rolls and clock.mode in (Mode.PLAYING, Mode.WAITING) and now_ms > stored.seen_ms + DESERTED_MS:
            left = Vacate(rev=clock.rev, left_ms=stored.seen_ms or now_ms)
            await self._take_step(held, [Wish(left, asyncio.get_running_loop().create_future())])

    async def _open(self, held: Held) -> Stored | None:
        """Reads the room, or creates it."""
        while True:
            stored = await self._rooms.load(held.room.id)
            if stored is not None:
                held.room, held.mark = stored.room, stored.mark
                return stored
            step = whole_step(held.room, version=1)
            if (await self._rooms.commit(held.room.id, "", step)).kind == "done":
                held.mark = step.mark
                return None

    async def _catch_up(self, held: Held) -> None:
        """Repeats the steps that were missed, if Redis still continues the room that is known here."""
        mark = held.mark  # others' steps may be heard while these are on their way
        steps = await self._rooms.since(held.room.id, version_of(mark))
        if not steps or steps[0].mark != mark or not all(held.advance(step) for step in steps[1:]):
            await self._renew(held)

    async def _renew(self, held: Held) -> None:
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
            outcome = await self._rooms.commit(held.room.id, stored.mark if stored else "", step)
            if outcome.kind == "done":
                held.room, held.mark = after(held.room, step), step.mark
                break
        log.warning("room %s begins again in epoch %d", held.logged, held.room.epoch)
        held.tell(Renewed(held.room))

    # --- hearing the others ---

    def _heard(self, channel: str, payload: bytes) -> None:
        held = self._held.get(room_of(channel))
        if held is None:
            return
        message = heard(payload)
        if isinstance(message, Said):
            if message.relay != self.relay_name:
                held.tell(message.what)
        elif not held.advance(message):
            self._run(self._fill(held))

    async def _unfollow(self, room_id: str) -> None:
        if room_id not in self._held:  # nobody came back meanwhile
            await self._subscriptions.unfollow(channel_of(room_id))

    async def _fill(self, held: Held) -> None:
        async with held.lock:
            if held.mark:
                await self._catch_up(held)

    async def _verify(self) -> None:
        """Compares every room that is held with what Redis has."""
        rooms = [held for held in self._held.values() if held.mark]
        now_ms = self.now_ms()
        visited = await self._rooms.visit([held.room.id for held in rooms], self.relay_name)
        for held, each in zip(rooms, visited, strict=True):
            held.see(each, now_ms=now_ms)
            if each.mark != held.mark:
                await self._fill(held)

    async def _keep_verifying(self) -> None:
        while True:
            await asyncio.sleep(VERIFY_EVERY_S)
            try:
                await self._time.sample()
                self.superseded = await self._rooms.newest_revision(self._revision) > self._revision > 0
                await self._verify()
                self._metrics.redis_up = 1
            except (RedisError, OSError) as failure:
                self._failed(failure)

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
            self._failed(failure)


def _client(url: str, *, retries: int) -> Redis:
    return Redis.from_url(
        url,
        retry=Retry(NoBackoff(), retries),
        socket_connect_timeout=ANSWER_WITHIN_S,
        socket_timeout=ANSWER_WITHIN_S,
        socket_keepalive=True,
    )

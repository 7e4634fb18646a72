"""The bus of many processes: rooms in Redis, changes decided by the relay that receives them, committed by
compare-and-set.

A change is decided on this relay's replica of the room. The commit script accepts it only if no other relay was faster;
otherwise it is decided again. Every relay receives every delta and applies it to its replica. A relay that finds an
older room in Redis than it has seen writes its own back under a new epoch; because the clock is a position and an
instant, players do not jump.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Iterable

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from watchparty_relay.bus.port import Announcement, EpochReset, Listener
from watchparty_relay.bus.redis_heartbeat import OWNER_PREFIX, RedisHeartbeat
from watchparty_relay.bus.redis_rooms import (
    CommitResult,
    RedisRooms,
    RoomStatus,
    StoredAnswer,
    StoredRoom,
    channel_of,
    room_of,
)
from watchparty_relay.bus.redis_time import RedisTime
from watchparty_relay.bus.relay_messages import RelayMessage, decode_message, encode_message
from watchparty_relay.bus.room_delta import apply_delta, delta_between, full_delta, new_epoch, version_number
from watchparty_relay.bus.room_replica import PendingChange, RoomReplica, split_repeats
from watchparty_relay.bus.subscriptions import Subscriptions
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.metrics import Metrics
from watchparty_relay.presence.presence_snapshot import SNAPSHOT_TTL_MS, PresenceSnapshot
from watchparty_relay.protocol.values import Mode
from watchparty_relay.room_time import MachineTime, TimeSource
from watchparty_relay.rules.changes import Answer, Change, Decision, Enter, PauseEmptyRoom
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.idempotency import still_valid
from watchparty_relay.rules.state import Room, new_room

log = logging.getLogger(__name__)

CHECK_EVERY_S = 2.0
"""Renews the heartbeat, whose absence shows that Redis was flushed or replaced even when no one does anything."""
VERIFY_EVERY_MS = 30_000.0
"""For what neither a lost heartbeat nor a lost subscription shows: a single room that was deleted or changed."""
RENEW_EVERY_MS = 600_000.0
"""Rooms expire after a day without a relay, so renewing their expiry more often has no use."""
REVISION_EVERY_MS = 10_000.0
"""Clients of an older deployment move a minute after it is noticed."""
TIMEOUT_S = 2.0
MAX_CONNECTIONS = 50
OPEN_WITHIN_S = 5.0
STOP_S = 0.5
MAX_BATCH = 64
"""How many changes of one room go into one commit at most."""
EMPTY_AFTER_MS = 60_000.0
"""A film that is still running in a room that has been empty for this long is paused where the last member left it."""


class RedisBus:
    def __init__(
        self, url: str, *, time: TimeSource | None = None, metrics: Metrics | None = None, revision: int = 0
    ) -> None:
        self.relay_name = secrets.token_hex(6)
        self.superseded = False
        self._metrics = metrics or Metrics()
        self._client = _client(url, retries=1)
        # Without retries: a lost connection must be noticed, because messages sent in the meantime are missing.
        self._pubsub_client = _client(url, retries=0)
        self._rooms = RedisRooms(self._client, self._metrics)
        self._machine = time or MachineTime()
        self._time = RedisTime(self._client, self._machine)
        self._heartbeat = RedisHeartbeat(self._client, self._machine)
        self._subscriptions = Subscriptions(
            self._pubsub_client, on_message=self._on_message, on_restored=self._verify_all
        )
        self._revision = revision
        self._compare_at_ms = 0.0
        self._replicas: dict[str, RoomReplica] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def clock_name(self) -> str:
        return self._time.name

    def now_ms(self) -> float:
        return self._time.now_ms()

    async def start(self) -> None:
        try:
            await self._time.start()
            await self._heartbeat.beat()
            await self._compare_revision()
            policy = (await self._client.info("memory")).get("maxmemory_policy", "noeviction")
        except (RedisError, OSError) as error:
            raise BusUnavailable(str(error)) from error
        if policy != "noeviction":  # INFO, because Memorystore does not permit CONFIG GET
            log.warning("Redis may evict rooms when it is full: maxmemory-policy is %s, expected noeviction", policy)
        self._run(self._subscriptions.run())
        self._run(self._check_periodically())

    async def stop(self) -> None:
        await asyncio.sleep(0)  # lets tasks that were only just created begin
        while self._running:  # repeatedly, because the client can mistake a cancellation for a timeout of its own
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running, timeout=STOP_S)
        await self._attempt(self._heartbeat.stop())
        await self._client.aclose()
        await self._pubsub_client.aclose()

    async def listen(self, room_id: str, listener: Listener) -> Room:
        replica = self._replicas.setdefault(room_id, RoomReplica(new_room(room_id, now_ms=self.now_ms())))
        replica.opening_listeners.append(listener)
        try:
            async with replica.lock, asyncio.timeout(OPEN_WITHIN_S):
                await self._subscriptions.follow(channel_of(room_id))
                if not replica.version_id:
                    await self._open_for_first_listener(replica)
        except (RedisError, OSError) as error:
            self.leave(room_id, listener)
            raise BusUnavailable(str(error)) from error
        replica.opening_listeners.remove(listener)
        replica.listeners.append(listener)
        return replica.room

    def leave(self, room_id: str, listener: Listener) -> None:
        replica = self._replicas[room_id]
        (replica.opening_listeners if listener in replica.opening_listeners else replica.listeners).remove(listener)
        if not (replica.listeners or replica.opening_listeners):
            del self._replicas[room_id]
            self._run(self._unfollow(room_id))
            self._run(self._release_lease(room_id))

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        replica = self._replicas.get(room_id) or RoomReplica(new_room(room_id, now_ms=self.now_ms()))
        pending = PendingChange(change, asyncio.get_running_loop().create_future())
        replica.pending.append(pending)
        if not replica.processing:
            replica.processing = True
            self._run(self._process_pending(replica))
        return await pending.answered

    def announce(self, room_id: str, announcement: Announcement) -> None:
        replica = self._replicas.get(room_id)
        if replica is not None:
            replica.notify(announcement)
        self._run(self._publish(channel_of(room_id), encode_message(self.relay_name, announcement)))

    def publish_presence(self, room_id: str, snapshot: PresenceSnapshot) -> None:
        self._run(self._rooms.publish_presence(room_id, snapshot, encode_message(self.relay_name, snapshot)))

    def holds_lease(self, room_id: str) -> bool:
        replica = self._replicas.get(room_id)
        return replica is not None and self._heartbeat.alive and replica.owner == self._heartbeat.token

    def archived_seq(self, room_id: str) -> int:
        replica = self._replicas.get(room_id)
        return replica.archived_seq if replica else 0

    def record_archived(self, room_id: str, seq: int) -> None:
        replica = self._replicas.get(room_id)
        if replica is not None:
            replica.archived_seq = max(replica.archived_seq, seq)
        self._run(self._rooms.record_archived(room_id, seq))

    # --- committing changes, with the room's lock held ---

    async def _process_pending(self, replica: RoomReplica) -> None:
        """Commits pending changes, in batches, until none is left."""
        batch: list[PendingChange] = []
        try:
            while replica.pending:
                batch = [replica.pending.popleft() for _ in range(min(MAX_BATCH, len(replica.pending)))]
                await self._commit_batch(replica, batch)
        except Exception:  # a bug: the callers get the same error as when Redis fails
            log.exception("room %s: a commit failed", replica.log_name)
        finally:
            replica.processing = False
            for pending in (*batch, *replica.pending):  # no caller is left waiting, whatever happened
                pending.fail("the change was not committed")
            replica.pending.clear()

    async def _commit_batch(self, replica: RoomReplica, batch: list[PendingChange]) -> None:
        try:
            async with replica.lock:
                if not replica.version_id:
                    await self._open(replica)
                await self._commit(replica, batch)
        except (RedisError, OSError) as error:
            self._record_failure(error)
            for pending in batch:
                pending.fail(str(error))

    def _record_failure(self, failure: Exception) -> None:
        self._metrics.redis_up = 0
        self._metrics.redis_failures += 1
        log.warning("Redis does not answer: %s", failure)

    async def _commit(self, replica: RoomReplica, batch: list[PendingChange]) -> None:
        """Decides the changes one after the other and commits the result as one delta."""
        while batch:
            firsts, repeats = split_repeats(batch)
            decisions = self._decide(replica.room, [pending.change for pending in firsts])
            events = tuple(event for decision in decisions for event in decision.events)
            delta = delta_between(replica.room, Decision(decisions[-1].room, events), version_id=replica.version_id)
            answers, answered = [], []
            for pending, decision in zip(firsts, decisions, strict=True):
                if pending.request is not None and decision.answer is not None:
                    answers.append(StoredAnswer(pending.request, decision.answer))
                    answered.append(pending)
            # A client that comes from another relay may have seen a newer version than this replica: an `Enter` is
            # committed, and so checked against Redis, even when it changes nothing.
            if delta is None and not answers and not any(isinstance(pending.change, Enter) for pending in firsts):
                result = CommitResult("done")
            else:
                replica.committing_id = delta.version_id if delta else ""
                result = await self._rooms.commit(replica.room.id, replica.version_id, delta, answers)
            if result.kind == "done":
                if delta is not None:
                    replica.advance(delta)
                for pending, decision in zip(firsts, decisions, strict=True):
                    pending.answer(decision.answer)
                batch = repeats
                continue
            await (self._reset_epoch(replica) if result.kind == "elsewhere" else self._apply_missed(replica))
            for index, answer in result.answers.items():
                if still_valid(replica.room, answers[index].request, answer):
                    answered[index].answer(answer)
                else:
                    await self._rooms.forget_answer(replica.room.id, answers[index].request)
            batch = [pending for pending in (*firsts, *repeats) if not pending.answered.done()]

    def _decide(self, room: Room, changes: list[Change]) -> list[Decision]:
        now_ms, decisions = self.now_ms(), []
        for change in changes:
            decisions.append(decide(room, change, now_ms=now_ms))
            room = decisions[-1].room
        return decisions

    async def _open_for_first_listener(self, replica: RoomReplica) -> None:
        """Also notifies the listener of who is on other relays, and pauses the film of a room that was deserted."""
        now_ms = self.now_ms()
        stored = await self._open(replica)
        await self._refresh([replica])
        if stored is None:
            return
        others = [snapshot for snapshot in stored.snapshots if snapshot.relay != self.relay_name]
        snapshots = [snapshot for snapshot in others if now_ms < snapshot.at_ms + SNAPSHOT_TTL_MS]
        expired = [snapshot.relay for snapshot in others if snapshot not in snapshots]
        if expired:
            await self._rooms.forget_snapshots(replica.room.id, expired, stored.seen_ms)
        for snapshot in snapshots:  # not before `listen` has returned the room
            asyncio.get_running_loop().call_soon(replica.notify, snapshot)
        clock = replica.room.clock
        if not snapshots and clock.mode in (Mode.PLAYING, Mode.WAITING) and now_ms > stored.seen_ms + EMPTY_AFTER_MS:
            pause = PauseEmptyRoom(rev=clock.rev, left_ms=stored.seen_ms or now_ms)
            await self._commit(replica, [PendingChange(pause, asyncio.get_running_loop().create_future())])

    async def _open(self, replica: RoomReplica) -> StoredRoom | None:
        """Loads the room; if there is none, creates it and returns None."""
        while True:
            stored = await self._rooms.load(replica.room.id)
            if stored is not None:
                replica.room, replica.version_id = stored.room, stored.version_id
                return stored
            delta = full_delta(replica.room, version=1)
            if (await self._rooms.commit(replica.room.id, "", delta)).kind == "done":
                replica.version_id = delta.version_id
                return None

    async def _apply_missed(self, replica: RoomReplica) -> None:
        """Applies the deltas that the replica has missed, if the room in Redis is a continuation of it."""
        version_id = replica.version_id  # the replica may advance while the deltas are being fetched
        deltas = await self._rooms.since(replica.room.id, version_number(version_id))
        if not deltas or deltas[0].version_id != version_id or not all(replica.advance(delta) for delta in deltas[1:]):
            await self._reset_epoch(replica)

    async def _reset_epoch(self, replica: RoomReplica) -> None:
        """Adopts the room of a relay that has begun a new epoch, or begins one with the newer of both rooms."""
        while True:
            stored = await self._rooms.load(replica.room.id)
            theirs = stored.room if stored else None
            version = version_number(stored.version_id) if stored else 0
            if stored and theirs and version > replica.version and theirs.epoch > replica.room.epoch:
                replica.room, replica.version_id = theirs, stored.version_id
                break
            newer = theirs if theirs and version > replica.version else replica.room
            delta = full_delta(
                new_epoch(newer, replica.room if newer is theirs else theirs, now_ms=self.now_ms()),
                version=max(version, replica.version) + 1,
            )
            result = await self._rooms.commit(replica.room.id, stored.version_id if stored else "", delta)
            if result.kind == "done":
                replica.room, replica.version_id = apply_delta(replica.room, delta), delta.version_id
                break
        replica.archived_seq = 0  # it counts entries of the epoch before
        log.warning("room %s begins epoch %d", replica.log_name, replica.room.epoch)
        replica.notify(EpochReset(replica.room))

    # --- following the other relays ---

    def _on_message(self, channel: str, payload: bytes) -> None:
        replica = self._replicas.get(room_of(channel))
        if replica is None:
            return
        message = decode_message(payload)
        if isinstance(message, RelayMessage):
            if message.relay != self.relay_name:
                if isinstance(message.content, PresenceSnapshot) and not message.content.total:
                    replica.verify_at_ms = 0.0  # that relay may have released the lease
                replica.notify(message.content)
        elif not replica.advance(message):
            self._run(self._catch_up(replica))

    async def _unfollow(self, room_id: str) -> None:
        if room_id not in self._replicas:  # unless it was opened again in the meantime
            await self._subscriptions.unfollow(channel_of(room_id))

    async def _release_lease(self, room_id: str) -> None:
        """Releases the lease of a room that was closed here, and lets the other relays notice."""
        if room_id in self._replicas:  # it was opened again in the meantime
            return
        released = await self._rooms.release_lease(room_id, self._heartbeat.token)
        if room_id in self._replicas:
            self._replicas[room_id].verify_at_ms = 0.0
        elif released:
            nobody = PresenceSnapshot(relay=self.relay_name, at_ms=self.now_ms())
            await self._publish(channel_of(room_id), encode_message(self.relay_name, nobody))

    async def _catch_up(self, replica: RoomReplica) -> None:
        async with replica.lock:
            if replica.version_id:
                await self._apply_missed(replica)

    # --- verifying the rooms ---

    async def check(self) -> None:
        """Shows the other relays that this one is alive, and verifies the rooms that are due."""
        await self._heartbeat.beat()
        await self._time.sample()
        if self._machine.monotonic_ms() >= self._compare_at_ms:
            await self._compare_revision()
            self._compare_at_ms = self._machine.monotonic_ms() + REVISION_EVERY_MS
        open_replicas = [replica for replica in self._replicas.values() if replica.version_id]
        # If our own heartbeat was lost, our previous token is one of them.
        others = {replica.owner for replica in open_replicas} - {self._heartbeat.token}
        dead = await self._heartbeat.dead_among(others)
        now_ms = self._machine.monotonic_ms()
        due = [
            replica
            for replica in open_replicas
            if now_ms >= replica.verify_at_ms or replica.owner in dead or not replica.owner.startswith(OWNER_PREFIX)
        ]
        await self._verify(due, dead)

    async def _compare_revision(self) -> None:
        self.superseded = await self._rooms.newest_revision(self._revision) > self._revision > 0

    async def _verify_all(self) -> None:
        await self._verify([replica for replica in self._replicas.values() if replica.version_id])

    async def _verify(self, replicas: list[RoomReplica], dead: Iterable[str] = ()) -> None:
        """Compares the replicas with the versions in Redis, and fetches what they have missed."""
        statuses = await self._refresh(replicas, dead)
        for replica, status in zip(replicas, statuses, strict=True):
            if status.version_id != replica.version_id:
                await self._catch_up(replica)

    async def _refresh(self, replicas: list[RoomReplica], dead: Iterable[str] = ()) -> list[RoomStatus]:
        """Takes free leases, and renews what would expire."""
        now_ms = self._machine.monotonic_ms()
        for replica in replicas:
            replica.verify_at_ms = now_ms + VERIFY_EVERY_MS
        try:
            statuses = await self._rooms.verify([each.room.id for each in replicas], self._heartbeat.token, [*dead])
        except (RedisError, OSError):
            for replica in replicas:
                replica.verify_at_ms = 0.0
            raise
        for replica, status in zip(replicas, statuses, strict=True):
            replica.update_status(status)
        renewed = [replica for replica in replicas if now_ms >= replica.renew_at_ms]
        await self._rooms.renew_expiry([replica.room.id for replica in renewed])
        for replica in renewed:
            replica.renew_at_ms = now_ms + RENEW_EVERY_MS
        return statuses

    async def _check_periodically(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            try:
                await self.check()
                self._metrics.redis_up = 1
            except (RedisError, OSError) as error:
                self._record_failure(error)

    async def _publish(self, channel: str, payload: bytes) -> None:
        await self._client.publish(channel, payload)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._attempt(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempt(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (RedisError, OSError) as error:
            self._record_failure(error)


def _client(url: str, *, retries: int) -> Redis:
    """A burst of calls waits for a free connection; the usual pool would refuse the one too many."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), retries),
        socket_connect_timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
        socket_keepalive=True,
    )
    return Redis.from_pool(pool)

"""Rooms as keys in Redis: loaded whole, read from a version on, and committed by one script. Decides nothing.

All keys of a room share one hash tag, so that a script touches one slot; their prefix carries the version of the
layout. Values are JSON of structs that may gain fields, so that successive releases can read each other's.
"""

from collections.abc import Collection, Iterator, Sequence
from importlib import resources
from time import perf_counter
from typing import Any, Literal

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from watchparty_relay.bus.room_delta import Head, RoomDelta, assemble_room
from watchparty_relay.metrics import Metrics
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.messages import Ack, LogEntry, Nack
from watchparty_relay.rules.changes import Answer, Request
from watchparty_relay.rules.idempotency import ANSWER_TTL_MS
from watchparty_relay.rules.state import Member, Room

PREFIX = "wp1"
ROOM_TTL_MS = 24 * 3600 * 1000
MAX_DELTAS = 256
LEASE_TTL_MS = 90_000
"""Three times as long as between two verifications. Usually a lease ends earlier: with its relay's heartbeat."""

NEWEST = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > known then redis.call('SET', KEYS[1], ARGV[1]) return tonumber(ARGV[1]) end
return known
"""
"""KEYS: revision   ARGV: our revision"""

Argument = str | bytes | int


class StoredRoom(Struct, frozen=True):
    """`snapshots` are the relays' latest, also of dead relays; `seen_ms` is when a member was last in the room."""

    version_id: str
    room: Room
    snapshots: list[PresenceSnapshot]
    seen_ms: float


class RoomStatus(Struct, frozen=True):
    """The version id, empty if the room is gone; the token that holds the lease; how much of the log is archived."""

    version_id: str
    owner: str
    archived_seq: int


class StoredAnswer(Struct, frozen=True):
    """An answer that is stored together with a commit."""

    request: Request
    answer: Answer


class CommitResult(Struct, frozen=True):
    """`conflict`: the room has another version. `answered`: requests had been answered before, by their index.

    `elsewhere`: the room's epoch began in another Redis, or before this one was restarted, so deltas may be missing.
    """

    kind: Literal["done", "conflict", "answered", "elsewhere"]
    answers: dict[int, Ack | Nack] = {}


def channel_of(room_id: str) -> str:
    return _key(room_id, "told")


def room_of(channel: str) -> str:
    return channel.partition("{")[2].rpartition("}")[0]


class RedisRooms:
    def __init__(self, client: Redis, metrics: Metrics) -> None:
        self._client = client
        self._metrics = metrics
        scripts = resources.files("watchparty_relay.bus")
        # Sends EVALSHA, and EVAL if a failover has lost the script.
        self._commit = client.register_script(scripts.joinpath("commit.lua").read_text())
        self._verify = scripts.joinpath("verify.lua").read_text()
        self._release = scripts.joinpath("release.lua").read_text()

    async def load(self, room_id: str) -> StoredRoom | None:
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.hmget(_key(room_id, "state"), ["mark", "head"])
            pipeline.hgetall(_key(room_id, "log"))
            pipeline.hgetall(_key(room_id, "members"))
            pipeline.hvals(_key(room_id, "rolls"))
            pipeline.get(_key(room_id, "seen"))
            (version_id, head), log, members, snapshots, seen = await pipeline.execute()
        if version_id is None:
            return None
        entries = [msgspec.json.decode(entry, type=LogEntry) for entry in log.values()]
        room = assemble_room(
            room_id,
            msgspec.json.decode(head, type=Head),
            tuple(sorted(entries, key=lambda entry: entry.seq)),
            {key.decode(): msgspec.json.decode(member, type=Member) for key, member in members.items()},
        )
        decoded = [msgspec.json.decode(snapshot, type=PresenceSnapshot) for snapshot in snapshots]
        seen_ms = max((float(seen or 0), *(snapshot.at_ms for snapshot in decoded)))
        return StoredRoom(version_id.decode(), room, decoded, seen_ms)

    async def since(self, room_id: str, version: int) -> list[RoomDelta]:
        """The deltas from that version on, including the one that made it."""
        entries: Any = await self._client.xrange(_key(room_id, "steps"), min=f"{version}-0")
        return [msgspec.json.decode(fields[b"s"], type=RoomDelta) for _, fields in entries]

    async def verify(self, room_ids: Collection[str], token: str, dead: Collection[str]) -> list[RoomStatus]:
        """Takes or renews the leases that no other living relay holds, and returns the rooms' status."""
        async with self._client.pipeline(transaction=False) as pipeline:
            for room_id in room_ids:
                keys = (_key(room_id, name) for name in ("state", "lease"))
                pipeline.eval(self._verify, 2, *keys, token, LEASE_TTL_MS, *dead)
            replies = await pipeline.execute()
        return [
            RoomStatus(version_id.decode(), owner.decode(), int(archived)) for version_id, archived, owner in replies
        ]

    async def renew_expiry(self, room_ids: Collection[str]) -> None:
        """Lets the rooms' keys expire no earlier than `ROOM_TTL_MS` from now."""
        async with self._client.pipeline(transaction=False) as pipeline:
            for room_id in room_ids:
                for name in ("state", "log", "members", "steps", "rolls"):
                    pipeline.pexpire(_key(room_id, name), ROOM_TTL_MS)
            await pipeline.execute()

    async def record_archived(self, room_id: str, seq: int) -> None:
        async with self._client.pipeline(transaction=False) as pipeline:
            pipeline.hset(_key(room_id, "state"), "archived", str(seq))
            pipeline.pexpire(_key(room_id, "state"), ROOM_TTL_MS)
            await pipeline.execute()

    async def newest_revision(self, ours: int) -> int:
        """The highest revision that any relay has registered, after registering ours."""
        key = f"{PREFIX}:revision"
        known = int(await self._client.get(key) or 0)
        return known if known >= ours else int(await self._client.eval(NEWEST, 1, key, ours))

    async def release_lease(self, room_id: str, token: str) -> bool:
        """Lets another relay take the lease; False if this one did not hold it."""
        return bool(await self._client.eval(self._release, 1, _key(room_id, "lease"), token))

    async def publish_presence(self, room_id: str, snapshot: PresenceSnapshot, message: bytes) -> None:
        """Stores a relay's snapshot for relays that open the room later, and publishes the message with it.

        Stored snapshots have no expiry of their own: readers compare `at_ms`.
        """
        async with self._client.pipeline(transaction=False) as pipeline:
            if snapshot.total:
                pipeline.hset(_key(room_id, "rolls"), snapshot.relay, msgspec.json.encode(snapshot))
            else:
                pipeline.hdel(_key(room_id, "rolls"), snapshot.relay)
            pipeline.publish(channel_of(room_id), message)
            if not snapshot.total:
                pipeline.set(_key(room_id, "seen"), repr(snapshot.at_ms), px=ROOM_TTL_MS)
            added, *_ = await pipeline.execute()
        if snapshot.total and added:  # perhaps to a key that did not exist, and so does not expire yet
            await self._client.pexpire(_key(room_id, "rolls"), ROOM_TTL_MS)

    async def forget_snapshots(self, room_id: str, relays: Collection[str], seen_ms: float) -> None:
        """Deletes the snapshots of dead relays, and stores when a member was last seen in their place."""
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.set(_key(room_id, "seen"), repr(seen_ms), px=ROOM_TTL_MS)
            pipeline.hdel(_key(room_id, "rolls"), *relays)
            await pipeline.execute()

    async def commit(
        self, room_id: str, expected_id: str, delta: RoomDelta | None, answers: Sequence[StoredAnswer] = ()
    ) -> CommitResult:
        """Commits the delta and stores the answers, if the room still has the expected version id."""
        began_s = perf_counter()
        kind, *values = await self._commit(
            keys=[
                *(_key(room_id, name) for name in ("state", "log", "members", "steps")),
                *(_answer_key(room_id, each.request) for each in answers),
            ],
            args=[
                expected_id,
                delta.version_id if delta else "",
                msgspec.json.encode(delta.head) if delta else "",
                msgspec.json.encode(delta) if delta else "",
                int(ANSWER_TTL_MS),
                ROOM_TTL_MS,
                channel_of(room_id),
                delta.version if delta else 0,
                int(delta.whole) if delta else 0,
                MAX_DELTAS,
                len(answers),
                *(msgspec.json.encode(each.answer) for each in answers),
                *(_entry_arguments(delta) if delta else ()),
            ],
        )
        self._metrics.redis.observe(perf_counter() - began_s)
        if kind != b"answered":
            return CommitResult(kind=kind.decode())
        earlier = zip(values[::2], values[1::2], strict=True)
        return CommitResult(
            "answered", {int(index): msgspec.json.decode(answer, type=Ack | Nack) for index, answer in earlier}
        )

    async def forget_answer(self, room_id: str, request: Request) -> None:
        await self._client.delete(_answer_key(room_id, request))


def _key(room_id: str, name: str) -> str:
    return f"{PREFIX}:{{{room_id}}}:{name}"


def _answer_key(room_id: str, request: Request) -> str:
    return _key(room_id, f"answer:{request.by}:{request.message.cid}")


def _entry_arguments(delta: RoomDelta) -> Iterator[Argument]:
    """Log entries to set, to delete, members to set, to delete: four lists, each preceded by its length."""
    members = delta.members.items()
    lists: list[list[Argument]] = [
        [part for entry in delta.log for part in (entry.seq, msgspec.json.encode(entry))],
        [*delta.dropped],
        [part for key, member in members for part in (key, msgspec.json.encode(member))],
        [*delta.forgotten],
    ]
    for each in lists:
        yield len(each)
        yield from each

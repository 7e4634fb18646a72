"""Rooms as keys of Redis: read whole, read since a version, and committed by one script. Decides nothing.

All keys of a room share one hash tag, so that a script touches one slot; their prefix carries the layout's version.
Values are JSON of structs that may grow fields, so that neighbouring releases read each other.
"""

from collections.abc import Iterator, Sequence
from importlib import resources
from time import perf_counter
from typing import Any, Literal

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from watchparty_relay import answers
from watchparty_relay.bus.step import Head, Step, joined
from watchparty_relay.changes import Answer, Asked
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol import Ack, LogEntry, Nack
from watchparty_relay.roll import KEPT_MS, Roll
from watchparty_relay.room import Member, Room

PREFIX = "wp1"
ROOM_TTL_MS = 24 * 3600 * 1000
STEPS_KEPT = 256
ROLLS_TTL_MS = 2 * int(KEPT_MS)
# Three visits may fail before another relay looks after the room.
LEASE_MS = 6_000

# KEYS: revision   ARGV: ours
NEWEST = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > known then redis.call('SET', KEYS[1], ARGV[1]) return tonumber(ARGV[1]) end
return known
"""

Argument = str | bytes | int


class Stored(Struct, frozen=True):
    """`rolls` are those that were called lately, `seen_ms` is when anybody last was here."""

    mark: str
    room: Room
    rolls: list[Roll]
    seen_ms: float


class Visited(Struct, frozen=True):
    """A room's mark, empty where it is gone; whether the relay looks after it; what the functions have of its log."""

    mark: str
    cared_for: bool
    archived_seq: int


class Given(Struct, frozen=True):
    """An answer that is kept with a step."""

    asked: Asked
    answer: Answer


class Outcome(Struct, frozen=True):
    """`conflict`: the room is not the one that was judged; `answered`: commands had been answered before, by index;
    `elsewhere`: its epoch began in another Redis, or before this one started, so that steps may be missing.
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
        # EVALSHA, and EVAL where a failover forgot the script
        self._commit = client.register_script(scripts.joinpath("commit.lua").read_text())
        self._lease = scripts.joinpath("lease.lua").read_text()

    async def load(self, room_id: str) -> Stored | None:
        async with self._client.pipeline(transaction=True) as reading:
            reading.hmget(_key(room_id, "state"), ["mark", "head"])
            reading.hgetall(_key(room_id, "log"))
            reading.hgetall(_key(room_id, "members"))
            reading.hvals(_key(room_id, "rolls"))
            reading.get(_key(room_id, "seen"))
            (mark, head), log, members, rolls, seen = await reading.execute()
        if mark is None:
            return None
        entries = [msgspec.json.decode(entry, type=LogEntry) for entry in log.values()]
        room = joined(
            room_id,
            msgspec.json.decode(head, type=Head),
            tuple(sorted(entries, key=lambda entry: entry.seq)),
            {key.decode(): msgspec.json.decode(member, type=Member) for key, member in members.items()},
        )
        known_rolls = [msgspec.json.decode(roll, type=Roll) for roll in rolls]
        return Stored(mark.decode(), room, known_rolls, float(seen or 0))

    async def since(self, room_id: str, version: int) -> list[Step]:
        """The steps from that version on, including the one that made it."""
        found: Any = await self._client.xrange(_key(room_id, "steps"), min=f"{version}-0")
        return [msgspec.json.decode(fields[b"s"], type=Step) for _, fields in found]

    async def visit(self, room_ids: list[str], relay: str) -> list[Visited]:
        """What is known of each room besides its steps; the rooms live on."""
        async with self._client.pipeline(transaction=False) as asking:
            for room_id in room_ids:
                asking.hmget(_key(room_id, "state"), ["mark", "archived"])
                asking.eval(self._lease, 1, _key(room_id, "lease"), relay, LEASE_MS)
            for room_id in room_ids:
                for name in ("state", "log", "members", "steps", "seen"):
                    asking.pexpire(_key(room_id, name), ROOM_TTL_MS)
            found = await asking.execute()
        marks, leases = (found[start : 2 * len(room_ids) : 2] for start in (0, 1))
        return [
            Visited(mark.decode() if mark else "", lease == 1, int(archived or 0))
            for (mark, archived), lease in zip(marks, leases, strict=True)
        ]

    async def note_archived(self, room_id: str, seq: int) -> None:
        async with self._client.pipeline(transaction=False) as noting:
            noting.hset(_key(room_id, "state"), "archived", str(seq))
            noting.pexpire(_key(room_id, "state"), ROOM_TTL_MS)
            await noting.execute()

    async def newest_revision(self, mine: int) -> int:
        """The highest number that any relay has named; ours is named hereby."""
        return int(await self._client.eval(NEWEST, 1, f"{PREFIX}:revision", mine))

    async def give_back(self, room_id: str, relay: str) -> None:
        """Another may look after the room at once."""
        await self._client.eval(self._lease, 1, _key(room_id, "lease"), relay, 0)

    async def call_roll(self, room_id: str, roll: Roll, told: bytes) -> None:
        """Keeps a relay's roll for those who come later, and tells it to those who listen."""
        async with self._client.pipeline(transaction=False) as calling:
            if roll.total:
                calling.hset(_key(room_id, "rolls"), roll.relay, msgspec.json.encode(roll))
            else:
                calling.hdel(_key(room_id, "rolls"), roll.relay)
            calling.pexpire(_key(room_id, "rolls"), ROLLS_TTL_MS)
            calling.set(_key(room_id, "seen"), repr(roll.at_ms), px=ROOM_TTL_MS)
            calling.publish(channel_of(room_id), told)
            await calling.execute()

    async def commit(self, room_id: str, expected: str, step: Step | None, given: Sequence[Given] = ()) -> Outcome:
        """Takes the step, and keeps the answers, if the room's mark is still the expected one."""
        began_s = perf_counter()
        kind, *values = await self._commit(
            keys=[
                *(_key(room_id, name) for name in ("state", "log", "members", "steps")),
                *(_answer_key(room_id, each.asked) for each in given),
            ],
            args=[
                expected,
                step.mark if step else "",
                msgspec.json.encode(step.head) if step else "",
                msgspec.json.encode(step) if step else "",
                int(answers.KEPT_MS),
                ROOM_TTL_MS,
                channel_of(room_id),
                step.version if step else 0,
                int(step.whole) if step else 0,
                STEPS_KEPT,
                len(given),
                *(msgspec.json.encode(each.answer) for each in given),
                *(_entries(step) if step else ()),
            ],
        )
        self._metrics.redis.observe(perf_counter() - began_s)
        if kind != b"answered":
            return Outcome(kind=kind.decode())
        before = zip(values[::2], values[1::2], strict=True)
        return Outcome(
            "answered", {int(index): msgspec.json.decode(answer, type=Ack | Nack) for index, answer in before}
        )

    async def forget_answer(self, room_id: str, asked: Asked) -> None:
        await self._client.delete(_answer_key(room_id, asked))


def _key(room_id: str, name: str) -> str:
    return f"{PREFIX}:{{{room_id}}}:{name}"


def _answer_key(room_id: str, asked: Asked) -> str:
    return _key(room_id, f"answer:{asked.by}:{asked.message.cid}")


def _entries(step: Step) -> Iterator[Argument]:
    """What the script adds to the log, takes from it, adds to the members, takes from them; each after its length."""
    members = step.members.items()
    lists: list[list[Argument]] = [
        [part for entry in step.log for part in (entry.seq, msgspec.json.encode(entry))],
        [*step.dropped],
        [part for key, member in members for part in (key, msgspec.json.encode(member))],
        [*step.forgotten],
    ]
    for each in lists:
        yield len(each)
        yield from each

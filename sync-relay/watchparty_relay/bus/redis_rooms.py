"""Rooms as keys of Redis: read whole, read since a version, and committed by one script. Decides nothing.

All keys of a room share one hash tag, so that a script touches one slot; their prefix carries the layout's version.
Values are JSON of structs that may grow fields, so that neighbouring releases read each other.
"""

from collections.abc import Iterator
from importlib import resources
from typing import Any, Literal

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from watchparty_relay import answers
from watchparty_relay.bus.step import Head, Step, joined
from watchparty_relay.changes import Answer, Asked
from watchparty_relay.protocol import Ack, LogEntry, Nack
from watchparty_relay.room import Member, Room

PREFIX = "wp1"
ROOM_TTL_MS = 24 * 3600 * 1000
STEPS_KEPT = 256

Argument = str | bytes | int


class Stored(Struct, frozen=True):
    mark: str
    room: Room


class Outcome(Struct, frozen=True):
    """`answered`: the command had been answered before; `conflict`: the room is not the one that was judged."""

    kind: Literal["done", "conflict", "answered"]
    answer: Ack | Nack | None = None


def channel_of(room_id: str) -> str:
    return _key(room_id, "told")


def room_of(channel: str) -> str:
    return channel.partition("{")[2].rpartition("}")[0]


class RedisRooms:
    def __init__(self, client: Redis) -> None:
        self._client = client
        script = resources.files("watchparty_relay.bus").joinpath("commit.lua").read_text()
        self._commit = client.register_script(script)  # EVALSHA, and EVAL where a failover forgot the script

    async def load(self, room_id: str) -> Stored | None:
        async with self._client.pipeline(transaction=True) as reading:
            reading.hmget(_key(room_id, "state"), ["mark", "head"])
            reading.hgetall(_key(room_id, "log"))
            reading.hgetall(_key(room_id, "members"))
            (mark, head), log, members = await reading.execute()
        if mark is None:
            return None
        entries = [msgspec.json.decode(entry, type=LogEntry) for entry in log.values()]
        room = joined(
            room_id,
            msgspec.json.decode(head, type=Head),
            tuple(sorted(entries, key=lambda entry: entry.seq)),
            {key.decode(): msgspec.json.decode(member, type=Member) for key, member in members.items()},
        )
        return Stored(mark.decode(), room)

    async def since(self, room_id: str, version: int) -> list[Step]:
        """The steps from that version on, including the one that made it."""
        found: Any = await self._client.xrange(_key(room_id, "steps"), min=f"{version}-0")
        return [msgspec.json.decode(fields[b"s"], type=Step) for _, fields in found]

    async def marks(self, room_ids: list[str]) -> list[str]:
        """Of each room the mark, empty where it is not there; those that are there live on."""
        async with self._client.pipeline(transaction=False) as asking:
            for room_id in room_ids:
                asking.hget(_key(room_id, "state"), "mark")
            for room_id in room_ids:
                for name in ("state", "log", "members", "steps"):
                    asking.pexpire(_key(room_id, name), ROOM_TTL_MS)
            found = await asking.execute()
        return [mark.decode() if mark else "" for mark in found[: len(room_ids)]]

    async def commit(
        self, room_id: str, expected: str, step: Step | None, asked: Asked | None, answer: Answer | None
    ) -> Outcome:
        """Takes the step, and keeps the answer, if the room's mark is still the expected one."""
        kind, value = await self._commit(
            keys=[
                *(_key(room_id, name) for name in ("state", "log", "members", "steps")),
                _key(room_id, f"answer:{asked.by}:{asked.message.cid}" if asked else "answer"),
            ],
            args=[
                expected,
                step.mark if step else "",
                msgspec.json.encode(step.head) if step else "",
                msgspec.json.encode(step) if step else "",
                msgspec.json.encode(answer) if asked and answer else "",
                int(answers.KEPT_MS),
                ROOM_TTL_MS,
                channel_of(room_id),
                step.version if step else 0,
                int(step.whole) if step else 0,
                STEPS_KEPT,
                *(_entries(step) if step else ()),
            ],
        )
        given = msgspec.json.decode(value, type=Ack | Nack) if kind == b"answered" else None
        return Outcome(kind=kind.decode(), answer=given)


def _key(room_id: str, name: str) -> str:
    return f"{PREFIX}:{{{room_id}}}:{name}"


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

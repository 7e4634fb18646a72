"""A whole relay without sockets: clients use recorded channels, and the test advances the time."""

import asyncio
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes.relay.tokens import ManualTime, TokenIssuer
from watchparty_relay.bootstrap import build_relay
from watchparty_relay.config import RelayConfig
from watchparty_relay.lease.keeper import LeaseStore
from watchparty_relay.protocol.codec import FrameBatch
from watchparty_relay.protocol.messages import PROTOCOL_VERSION
from watchparty_relay.protocol.values import CloseCode
from watchparty_relay.room_time import MachineTime

Json = dict[str, Any]
PATIENCE_S = 5.0


class RecordedChannel:
    """A channel that records what is written. Its reader reads at once, unless `stalled`."""

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.code: CloseCode | None = None
        self.stalled = False
        self._unread = 0
        self._arrived = asyncio.Event()

    def write(self, batch: FrameBatch) -> None:
        for frame in batch.frames:
            self._record(frame.payload)

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        self._record(build())

    def buffered(self) -> int:
        return self._unread

    def close(self, code: CloseCode) -> None:
        self.code = code
        self._arrived.set()

    def _record(self, payload: bytes) -> None:
        if self.stalled:
            self._unread += len(payload)
        self.messages.append(json.loads(payload))
        self._arrived.set()

    def hold(self, count: int) -> None:
        """The reader has not read the last `count` bytes, and reads no more."""
        self.stalled = True
        self._unread = count

    def read_all(self) -> None:
        """The reader reads everything that is buffered, and reads at once again."""
        self.stalled = False
        self._unread = 0

    async def until(self, found: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not found():
                self._arrived.clear()
                await self._arrived.wait()


class Client:
    """The client at the other end of a channel."""

    _cids = itertools.count(1)

    def __init__(self, harness: "RelayHarness") -> None:
        self.channel = RecordedChannel()
        self._harness = harness
        self._read = 0
        self.session = harness.relay.connect(self.channel)

    def send(self, **message: Any) -> None:
        self.session.receive(json.dumps(message))

    def hello(self, token: str, **more: Any) -> None:
        self.send(t="hello", v=PROTOCOL_VERSION, token=token, **more)

    async def next(self, kind: str) -> Json:
        """The next unread message of this kind; those before it count as read."""
        await self.channel.until(lambda: any(m["t"] == kind for m in self.channel.messages[self._read :]))
        index = next(i for i, m in enumerate(self.channel.messages) if i >= self._read and m["t"] == kind)
        self._read = index + 1
        return self.channel.messages[index]

    async def closed(self) -> int:
        await self.channel.until(lambda: self.channel.code is not None)
        return int(self.channel.code or 0)

    async def ask(self, **message: Any) -> Json:
        """Sends a message with a `cid` and returns its answer."""
        cid = message.setdefault("cid", f"cid-{next(self._cids)}")
        answers_before = len(self._answers(cid))
        self.send(**message)
        await self.channel.until(lambda: len(self._answers(cid)) > answers_before)
        return self._answers(cid)[-1]

    async def cmd(self, op: str, **more: Any) -> Json:
        return await self.ask(t="cmd", op=op, **{"mrev": 1, **more})

    async def chat(self, text: str, **more: Any) -> Json:
        return await self.ask(t="chat", text=text, pos_s=0.0, **more)

    def report(self, ready: str = "ok", **more: Any) -> None:
        line = {"rev": 1, "pos_s": 0.0, "err_ms": 0.5, "unc_ms": 0.5, "rtt_ms": 20.0, "buf_s": 10.0, "rate": 1.0}
        self.send(t="report", ready=ready, **{**line, "visible": True, **more})

    def all(self, kind: str) -> list[Json]:
        return [message for message in self.channel.messages if message["t"] == kind]

    def last(self, kind: str) -> Json:
        return self.all(kind)[-1]

    def disconnect(self) -> None:
        """The connection is lost, without a close frame."""
        self._harness.relay.disconnected(self.session)

    def _answers(self, cid: str) -> list[Json]:
        return [m for m in self.channel.messages if m["t"] in ("ack", "nack") and m["cid"] == cid]


class RelayHarness:
    """With `redis_url` it is one of several relays on that server; then time passes on its own."""

    def __init__(
        self,
        *,
        journal_path: Path | None = None,
        redis_url: str | None = None,
        rotates: bool = False,
        blocked_words: frozenset[str] = frozenset(),
        time: ManualTime | MachineTime | None = None,
        passed_ms: Callable[[], float] | None = None,
        lease_store: LeaseStore | None = None,
        revision: int = 0,
        issuer: TokenIssuer | None = None,
    ) -> None:
        self.time = time or ManualTime()
        self.issuer = issuer or TokenIssuer(self.time)
        self.events: list[Json] = []
        self.publish_fails = False
        self.service = build_relay(
            RelayConfig(
                bus="redis" if redis_url else "memory",
                redis_url=redis_url,
                rotates=rotates,
                blocked_words=blocked_words,
                revision=revision,
            ),
            jwks=self.issuer.jwks,
            publish=self._publish,
            journal_path=journal_path,
            clock=self.time,
            passed_ms=passed_ms,
            lease_store=lease_store,
        )
        self.relay = self.service.relay

    async def open(self, *, ticking: bool = False) -> None:
        await self.relay.start(ticking=ticking)

    async def close(self) -> None:
        await self.relay.stop()

    def client(self) -> Client:
        return Client(self)

    async def join(self, participant_id: str, *, hello: Json | None = None, **claims: Any) -> Client:
        """Connects with a fresh token and reads the welcome."""
        client = self.client()
        client.hello(self.issuer.join(participant_id, **claims), **(hello or {}))
        await client.next("welcome")
        return client

    async def host(self, **claims: Any) -> Client:
        return await self.join("host", role="host", name="Hanna", acct="acc-1", **claims)

    async def pass_time(self, seconds: float, *, step_s: float = 0.25) -> None:
        """Advances the time in steps, with a tick after each."""
        for _ in range(round(seconds / step_s)):
            if isinstance(self.time, ManualTime):
                self.time.advance(step_s)
            await self.relay.tick()
        await asyncio.sleep(0)  # what was sent is written in the next turn of the loop

    async def notice(self, kind: str, room: str = "room", **facts: Any) -> None:
        """Delivers a notice as functions in the same process do: from a thread."""
        body = {"t": "notice", "id": f"n-{kind}", "room": room, "kind": kind, **facts}
        await asyncio.to_thread(self.service.deliver, body)

    async def published(self, kind: str) -> list[Json]:
        """The room events of this kind, after a flush."""
        await self.relay.flush_events()
        return [event for event in self.events if event["kind"] == kind]

    async def _publish(self, events: list[Json]) -> None:
        if self.publish_fails:
            raise ConnectionError("the functions do not answer")
        self.events += events

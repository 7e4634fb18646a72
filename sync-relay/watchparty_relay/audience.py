"""The sessions that one room sends to: what is said within one turn of the event loop goes out as one write a member.

It knows who is there, not what is said. Rounds are in order for each member; what is for one alone is put between what
is for all. A large room is served in slices, so that the pings of the last do not wait for the sends to the first.
"""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import Protocol

from watchparty_relay.metrics import Metrics
from watchparty_relay.outbox import Outbox
from watchparty_relay.vocabulary import CloseCode, ErrorCode
from watchparty_relay.wire import Frames, Outgoing, Text, encode

SLICE = 256


class Listener(Protocol):
    """What a room needs of a session."""

    @property
    def connection_id(self) -> str: ...

    @property
    def participant_id(self) -> str: ...

    @property
    def outbox(self) -> Outbox: ...

    def end(self, code: CloseCode, error: ErrorCode | None = None) -> None: ...


class _Apart:
    """What one listener gets instead of the whole round: from the text `first` on, and its own in between."""

    __slots__ = ("first", "own")

    def __init__(self, first: int) -> None:
        self.first = first
        self.own: list[tuple[int, Text]] = []

    def of(self, told: list[Text]) -> list[Text]:
        texts: list[Text] = []
        at = self.first
        for index, text in self.own:
            texts += told[at:index]
            texts.append(text)
            at = max(at, index)
        return texts + told[at:]


class Audience:
    """Listeners by connection, in the order in which they came."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._listeners: dict[str, Listener] = {}
        self._of: dict[str, list[Listener]] = {}
        self._outboxes: dict[str, Outbox] = {}
        self._told: list[Text] = []
        self._apart: dict[str, _Apart] = {}
        self._scheduled = False
        self._said_s = 0.0
        self._under_way: dict[str, Outbox] = {}
        self._round = Frames(())
        self._round_apart: dict[str, Frames] = {}

    def __len__(self) -> int:
        return len(self._listeners)

    def __iter__(self) -> Iterator[Listener]:
        return iter(tuple(self._listeners.values()))

    def add(self, listener: Listener) -> None:
        """What was told before, the listener knows from its welcome."""
        self._listeners[listener.connection_id] = listener
        self._of.setdefault(listener.participant_id, []).append(listener)
        self._outboxes[listener.connection_id] = listener.outbox
        self.skip(listener)

    def skip(self, listener: Listener) -> None:
        """Whatever is on its way to the listener it will know otherwise."""
        self._under_way.pop(listener.connection_id, None)
        if self._told:
            self._apart[listener.connection_id] = _Apart(len(self._told))

    def remove(self, listener: Listener) -> None:
        if self._listeners.pop(listener.connection_id, None) is None:
            return
        for known in (self._outboxes, self._apart, self._under_way):
            known.pop(listener.connection_id, None)
        self._of[listener.participant_id].remove(listener)
        if not self._of[listener.participant_id]:
            del self._of[listener.participant_id]

    def find(self, connection_id: str) -> Listener | None:
        return self._listeners.get(connection_id)

    def of(self, participant_id: str) -> list[Listener]:
        return self._of.get(participant_id, []).copy()

    def tell(self, message: Outgoing, *, to: Iterable[Listener] | None = None, seq: int | None = None) -> None:
        """Puts a message on its way to everybody, or to those named; it never waits for any of them."""
        text = Text(encode(message), seq=seq)
        if to is None:
            if self._listeners:
                self._told.append(text)
                self._metrics.deliveries += len(self._listeners)
                self._schedule()
            return
        for listener in to:
            self._tell_one(listener, text)

    def flush(self, listener: Listener) -> None:
        """Sends at once what is on its way to one, because its connection is about to be closed."""
        key = listener.connection_id
        if self._under_way.pop(key, None) is not None:
            listener.outbox.offer(self._round_apart.get(key, self._round))
        if key in self._listeners:
            listener.outbox.offer(Frames(self._apart.pop(key, _Apart(0)).of(self._told)))
            self.skip(listener)

    def _tell_one(self, listener: Listener, text: Text) -> None:
        key = listener.connection_id
        self._metrics.deliveries += 1
        if key not in self._listeners or not (self._told or key in self._under_way):
            listener.outbox.offer(Frames([text]))
            return
        apart = self._apart.get(key)
        if apart is None:
            apart = self._apart[key] = _Apart(0)
        apart.own.append((len(self._told), text))
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._said_s = self._said_s or perf_counter()
            asyncio.get_running_loop().call_soon(self._serve)

    def _serve(self) -> None:
        self._scheduled = False
        if self._under_way:
            self._serve_slice()
        else:
            self._begin_round()
        if not self._under_way:
            self._metrics.fan_out.observe(perf_counter() - self._said_s)
            self._said_s = 0.0
        if self._under_way or self._told or self._apart:
            self._schedule()

    def _begin_round(self) -> None:
        told, apart = self._told, self._apart
        self._told, self._apart = [], {}
        self._round = Frames(told)
        self._round_apart = {key: Frames(each.of(told)) for key, each in apart.items()}
        if len(self._outboxes) > SLICE:
            self._under_way = dict(self._outboxes)
            self._serve_slice()
            return
        self._offer(self._outboxes)

    def _serve_slice(self) -> None:
        self._offer({key: self._under_way.pop(key) for key in tuple(islice(self._under_way, SLICE))})

    def _offer(self, outboxes: dict[str, Outbox]) -> None:
        whole, apart = self._round, self._round_apart
        for key, outbox in outboxes.items():
            outbox.offer(apart.get(key, whole) if apart else whole)

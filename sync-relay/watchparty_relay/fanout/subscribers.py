"""The sessions that one room sends to. Everything sent within one turn of the event loop is one write per subscriber.

A round is what is sent to all of them within one turn. Messages to a single subscriber are interleaved with the round
in order. A large room is served in slices, so that the last subscribers' pings do not wait for the first ones' sends.
"""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import Protocol

from watchparty_relay.fanout.send_queue import SendQueue
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.codec import Frame, FrameBatch, Outgoing, encode
from watchparty_relay.protocol.values import CloseCode, ErrorCode

SLICE_SIZE = 256


class Subscriber(Protocol):
    """What a room needs of a session."""

    @property
    def connection_id(self) -> str: ...

    @property
    def participant_id(self) -> str: ...

    @property
    def mver(self) -> int:
        """The version of the membership that the connection's token carries."""

    @property
    def send_queue(self) -> SendQueue: ...

    def close(self, code: CloseCode, error: ErrorCode | None = None) -> None: ...


class _OwnRound:
    """What one subscriber receives in place of the round: its frames from index `first` on, and its own in between.

    `own` pairs a frame with the number of the round's frames that precede it.
    """

    __slots__ = ("first", "own")

    def __init__(self, first: int) -> None:
        self.first = first
        self.own: list[tuple[int, Frame]] = []

    def merged_with(self, round_frames: list[Frame]) -> list[Frame]:
        frames: list[Frame] = []
        position = self.first
        for index, frame in self.own:
            frames += round_frames[position:index]
            frames.append(frame)
            position = max(position, index)
        return frames + round_frames[position:]


class Subscribers:
    """Subscribers by connection, in the order in which they were added."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._subscribers: dict[str, Subscriber] = {}
        self._by_participant: dict[str, list[Subscriber]] = {}
        self._send_queues: dict[str, SendQueue] = {}
        # The round that is being collected, and the subscribers who receive something else in its place.
        self._round: list[Frame] = []
        self._own_rounds: dict[str, _OwnRound] = {}
        self._scheduled = False
        self._collecting_since_s = 0.0
        # The round that is being delivered, and the subscribers who have not received it yet.
        self._batch = FrameBatch(())
        self._own_batches: dict[str, FrameBatch] = {}
        self._undelivered: dict[str, SendQueue] = {}

    def __len__(self) -> int:
        return len(self._subscribers)

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(tuple(self._subscribers.values()))

    def add(self, subscriber: Subscriber) -> None:
        """The subscriber receives what is sent from now on; its welcome contains everything before."""
        self._subscribers[subscriber.connection_id] = subscriber
        self._by_participant.setdefault(subscriber.participant_id, []).append(subscriber)
        self._send_queues[subscriber.connection_id] = subscriber.send_queue
        self.drop_pending(subscriber)

    def drop_pending(self, subscriber: Subscriber) -> None:
        """Drops what is not delivered yet: the subscriber is about to receive the same in another form."""
        self._undelivered.pop(subscriber.connection_id, None)
        if self._round:
            self._own_rounds[subscriber.connection_id] = _OwnRound(len(self._round))

    def remove(self, subscriber: Subscriber) -> None:
        if self._subscribers.pop(subscriber.connection_id, None) is None:
            return
        for by_connection in (self._send_queues, self._own_rounds, self._undelivered):
            by_connection.pop(subscriber.connection_id, None)
        self._by_participant[subscriber.participant_id].remove(subscriber)
        if not self._by_participant[subscriber.participant_id]:
            del self._by_participant[subscriber.participant_id]

    def find(self, connection_id: str) -> Subscriber | None:
        return self._subscribers.get(connection_id)

    def of(self, participant_id: str) -> list[Subscriber]:
        return self._by_participant.get(participant_id, []).copy()

    def send(self, message: Outgoing, *, to: Iterable[Subscriber] | None = None, seq: int | None = None) -> None:
        """Queues a message for every subscriber, or for those in `to`. Never waits for a reader."""
        frame = Frame(encode(message), seq=seq)
        if to is None:
            if self._subscribers:
                self._round.append(frame)
                self._metrics.deliveries += len(self._subscribers)
                self._schedule()
            return
        for subscriber in to:
            self._send_to(subscriber, frame)

    def flush(self, subscriber: Subscriber) -> None:
        """Delivers at once what is queued for a subscriber whose connection is about to be closed."""
        key = subscriber.connection_id
        if self._undelivered.pop(key, None) is not None:
            subscriber.send_queue.offer(self._own_batches.get(key, self._batch))
        if key in self._subscribers:
            own_round = self._own_rounds.pop(key, _OwnRound(0))
            subscriber.send_queue.offer(FrameBatch(own_round.merged_with(self._round)))
            self.drop_pending(subscriber)

    def _send_to(self, subscriber: Subscriber, frame: Frame) -> None:
        key = subscriber.connection_id
        self._metrics.deliveries += 1
        if key not in self._subscribers or not (self._round or key in self._undelivered):
            subscriber.send_queue.offer(FrameBatch([frame]))
            return
        own_round = self._own_rounds.get(key)
        if own_round is None:
            own_round = self._own_rounds[key] = _OwnRound(0)
        own_round.own.append((len(self._round), frame))
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._collecting_since_s = self._collecting_since_s or perf_counter()
            asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        self._scheduled = False
        if self._undelivered:
            self._deliver_slice()
        else:
            self._deliver_round()
        if not self._undelivered:
            self._metrics.fan_out.observe(perf_counter() - self._collecting_since_s)
            self._collecting_since_s = 0.0
        if self._undelivered or self._round or self._own_rounds:
            self._schedule()

    def _deliver_round(self) -> None:
        frames, own_rounds = self._round, self._own_rounds
        self._round, self._own_rounds = [], {}
        self._batch = FrameBatch(frames)
        self._own_batches = {key: FrameBatch(own.merged_with(frames)) for key, own in own_rounds.items()}
        if len(self._send_queues) > SLICE_SIZE:
            self._undelivered = dict(self._send_queues)
            self._deliver_slice()
            return
        self._offer(self._send_queues)

    def _deliver_slice(self) -> None:
        self._offer({key: self._undelivered.pop(key) for key in tuple(islice(self._undelivered, SLICE_SIZE))})

    def _offer(self, send_queues: dict[str, SendQueue]) -> None:
        batch, own_batches = self._batch, self._own_batches
        for key, send_queue in send_queues.items():
            send_queue.offer(own_batches.get(key, batch) if own_batches else batch)

"""The sessions that one room sends to: one encoded frame for all of them, and nobody is waited for.

`Member` sessions are people in the room, `Waiting` ones stand before the door. It knows who is there, not what is
said to them.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from watchparty_relay.metrics import Metrics
from watchparty_relay.vocabulary import CloseCode, ErrorCode
from watchparty_relay.wire import Outgoing, encode


class Listener(Protocol):
    """What a room needs of a session."""

    @property
    def connection_id(self) -> str: ...

    @property
    def participant_id(self) -> str: ...

    def send(self, frame: bytes, *, seq: int | None = None) -> None: ...

    def end(self, code: CloseCode, error: ErrorCode | None = None) -> None: ...


class Audience:
    """Listeners by connection, in the order in which they came."""

    def __init__(self, metrics: Metrics) -> None:
        self._listeners: dict[str, Listener] = {}
        self._metrics = metrics

    def __len__(self) -> int:
        return len(self._listeners)

    def __iter__(self) -> Iterator[Listener]:
        return iter(tuple(self._listeners.values()))

    def add(self, listener: Listener) -> None:
        self._listeners[listener.connection_id] = listener

    def remove(self, listener: Listener) -> None:
        self._listeners.pop(listener.connection_id, None)

    def find(self, connection_id: str) -> Listener | None:
        return self._listeners.get(connection_id)

    def of(self, participant_id: str) -> list[Listener]:
        return [listener for listener in self._listeners.values() if listener.participant_id == participant_id]

    def tell(self, message: Outgoing, *, to: Iterable[Listener] | None = None, seq: int | None = None) -> None:
        """Offers one frame to everybody, or to those named; it never waits for any of them."""
        frame = encode(message)
        for listener in self._listeners.values() if to is None else to:
            listener.send(frame, seq=seq)
            self._metrics.frames_out += 1

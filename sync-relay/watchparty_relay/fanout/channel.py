"""The port that transports implement: an accepted connection as sessions see it.

Every adapter passes `tests/sync_relay/transport/test_transport_contract.py`.
"""

from collections.abc import Callable
from typing import Protocol

from watchparty_relay.protocol.codec import FrameBatch
from watchparty_relay.protocol.values import CloseCode


class Channel(Protocol):
    """One accepted connection. No method waits."""

    def write(self, batch: FrameBatch) -> None:
        """Queues the frames."""
        ...

    def write_urgent(self, build: Callable[[], bytes]) -> None:
        """Sends a message ahead of the queue; `build` returns its JSON and is called when it is sent."""
        ...

    def buffered(self) -> int:
        """Bytes that were written and that the client has not yet accepted."""
        ...

    def close(self, code: CloseCode) -> None:
        """Keeps sending what is queued for a short time, then closes."""
        ...

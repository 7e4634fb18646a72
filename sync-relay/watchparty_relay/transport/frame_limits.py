"""What every transport limits per frame, before a session sees a message: how many frames, and how pings are answered.

A session counts messages. Pings, pongs and fragments never become messages, so without this they would cost an
attacker nothing.
"""

import asyncio
from collections.abc import Callable

from watchparty_relay.protocol.values import Limits
from watchparty_relay.rules.rate_limit import TokenBucket

FRAMES_PER_MESSAGE = 2
"""The allowance of frames is twice that of messages, which leaves room for keep-alive pings and some fragments."""
MAX_FRAGMENTS = 256
"""A message of the largest permitted size in fragments of 64 bytes."""
PONG_RETRY_S = 0.25


def frame_allowance(limits: Limits) -> TokenBucket:
    """The frames that one connection may send, whatever their type. An exhausted allowance closes it with 4429."""
    return TokenBucket(FRAMES_PER_MESSAGE * limits.messages_per_10s)


class PongReply:
    """Answers a peer's pings: at once if no output waits, otherwise the latest ping once the output has been sent.

    RFC 6455, 5.5.3, permits to answer only the most recent ping. Otherwise each ping of a peer that does not read would
    add a pong to the memory.
    """

    def __init__(self, *, buffered: Callable[[], int], send: Callable[[bytes], object]) -> None:
        self._buffered = buffered
        self._send = send
        self._owed: bytes | None = None
        self._retry: asyncio.TimerHandle | None = None

    def answer(self, payload: bytes) -> None:
        self._owed = payload
        if self._retry is None:
            self._try()

    def cancel(self) -> None:
        """The connection is closed."""
        self._owed = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _try(self) -> None:
        self._retry = None
        if self._owed is None:
            return
        if self._buffered():
            self._retry = asyncio.get_running_loop().call_later(PONG_RETRY_S, self._try)
            return
        payload, self._owed = self._owed, None
        self._send(payload)

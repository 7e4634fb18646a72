"""When a ping is answered, by hand: the test says how much output waits."""

import pytest

from fakes.waiting import eventually_async
from watchparty_relay.rules.rate_limit import LIMITS
from watchparty_relay.transport.frame_limits import PongReply, frame_allowance

pytestmark = pytest.mark.anyio


class Peer:
    """`unsent` bytes wait for it to read."""

    def __init__(self) -> None:
        self.unsent = 0
        self.pongs: list[bytes] = []
        self.reply = PongReply(buffered=lambda: self.unsent, send=self.pongs.append)


async def test_a_ping_is_answered_at_once_if_nothing_waits() -> None:
    """RFC 6455, 5.5.2: with its payload."""
    peer = Peer()
    peer.reply.answer(b"a")
    peer.reply.answer(b"b")
    assert peer.pongs == [b"a", b"b"]


async def test_while_output_waits_only_the_latest_ping_is_kept() -> None:
    """RFC 6455, 5.5.3: a peer that does not read costs one payload; it is answered when it has read."""
    peer = Peer()
    peer.unsent = 1
    for number in range(10_000):
        peer.reply.answer(b"%d" % number)
    assert peer.pongs == []
    peer.unsent = 0
    await eventually_async("the last ping is answered", lambda: peer.pongs)
    assert peer.pongs == [b"9999"]


async def test_nothing_is_sent_to_a_closed_connection() -> None:
    """Not even what was owed."""
    peer = Peer()
    peer.unsent = 1
    peer.reply.answer(b"a")
    peer.reply.cancel()
    peer.unsent = 0
    peer.reply.answer(b"b")
    assert peer.pongs == [b"b"]


def test_the_allowance_permits_every_message_and_as_many_control_frames() -> None:
    """C2: a client within its limit of messages is never closed for a few pings."""
    allowance = frame_allowance(LIMITS)
    taken = sum(allowance.take(now_ms=1.0) for _ in range(10_000))
    assert taken == 2 * LIMITS.messages_per_10s

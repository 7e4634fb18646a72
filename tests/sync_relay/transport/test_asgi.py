"""The ASGI transport on a server that takes frames: one encoding and no task per member."""

import asyncio

import pytest

from watchparty_relay.protocol.codec import Frame, FrameBatch, text_frame
from watchparty_relay.protocol.values import CloseCode
from watchparty_relay.transport.asgi import FrameChannel, Message

pytestmark = pytest.mark.anyio


class Written:
    """A server's connection that keeps what it is given."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.messages: list[Message] = []

    def write_frames(self, data: bytes) -> None:
        self.frames.append(data)

    def unsent_bytes(self) -> int:
        return sum(map(len, self.frames))

    async def send(self, message: Message) -> None:
        self.messages.append(message)


async def test_a_round_is_written_at_once_as_it_was_encoded_for_the_room() -> None:
    """It does not wait for a turn of the event loop, in which a thousand members would each wake a task."""
    server = Written()
    channel = FrameChannel(server.send, server)
    batch = FrameBatch([Frame(b'{"t":"state"}'), Frame(b'{"t":"chat"}')])
    channel.write(batch)
    channel.write_urgent(lambda: b'{"t":"pong"}')
    assert server.frames == [batch.data, text_frame(b'{"t":"pong"}')]
    assert server.frames[0] is batch.data
    assert channel.buffered() == sum(map(len, server.frames))


async def test_nothing_follows_the_close() -> None:
    """The close is the server's own message, after what was written before it."""
    server = Written()
    channel = FrameChannel(server.send, server)
    channel.close(CloseCode.REMOVED)
    channel.write(FrameBatch([Frame(b'{"t":"state"}')]))
    channel.write_urgent(lambda: b'{"t":"pong"}')
    await asyncio.wait_for(channel.run(), 5)
    assert server.frames == []
    assert [each["type"] for each in server.messages] == ["websocket.close"]

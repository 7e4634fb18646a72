"""JSON text to typed messages and back, and messages to WebSocket frames. Decoders and the encoder are built once."""

from collections.abc import Sequence

import msgspec

from watchparty_relay.protocol.messages import ClientMessage, ServerMessage
from watchparty_relay.protocol.notices import Notice, NoticeAck

Incoming = ClientMessage | Notice
Outgoing = ServerMessage | NoticeAck

_encoder = msgspec.json.Encoder()
_client: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
"""A union is a type to msgspec at run time, but not to the type checker: hence the annotations."""
_notice: msgspec.json.Decoder[Notice] = msgspec.json.Decoder(Notice)


def encode(message: Outgoing) -> bytes:
    return _encoder.encode(message)


def decode(data: bytes | str) -> Incoming:
    """Raises `msgspec.MsgspecError` or `UnicodeError` for what is not a message at all.

    Whether the sender is permitted the message is decided when it is handled: a function may send its notice right
    after its hello, before the hello has been handled.
    """
    try:
        return _client.decode(data)
    except msgspec.ValidationError:
        return _notice.decode(data)


class Frame:
    """One outgoing message, encoded and framed once for all its receivers; `seq` if it is a log entry."""

    __slots__ = ("data", "payload", "seq")

    def __init__(self, payload: bytes, *, seq: int | None = None) -> None:
        self.payload = payload
        self.data = text_frame(payload)
        self.seq = seq


class FrameBatch:
    """Frames that are written together, in order; `seq` is the last log entry among them."""

    __slots__ = ("data", "frames", "seq")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.data = b"".join([frame.data for frame in frames])
        self.seq: int | None = None
        for frame in frames:
            if frame.seq is not None:
                self.seq = frame.seq


def text_frame(payload: bytes) -> bytes:
    """An unmasked text frame, as servers send it (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload

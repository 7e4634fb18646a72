"""JSON text to typed messages and back, with decoders and the encoder built once; and what goes out together."""

from collections.abc import Sequence

import msgspec

from watchparty_relay.protocol import ClientMessage, Notice, NoticeAck, ServerMessage

Incoming = ClientMessage | Notice
Outgoing = ServerMessage | NoticeAck

_encoder = msgspec.json.Encoder()
# A union is a type to msgspec at run time, not to the type checker: hence the annotations.
_client: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_notice: msgspec.json.Decoder[Notice] = msgspec.json.Decoder(Notice)


def encode(message: Outgoing) -> bytes:
    return _encoder.encode(message)


def decode(data: bytes | str) -> Incoming:
    """Raises `msgspec.MsgspecError` or `UnicodeError` where it is no message at all.

    Whether the sender may say it is decided where it is handled: a function may send its notice right after its hello,
    before that was looked at.
    """
    try:
        return _client.decode(data)
    except msgspec.ValidationError:
        return _notice.decode(data)


class Text:
    """An encoded message on its way out: framed once, however many read it. `seq` if it is a log entry."""

    __slots__ = ("body", "frame", "seq")

    def __init__(self, body: bytes, *, seq: int | None = None) -> None:
        self.body = body
        self.frame = frame_of(body)
        self.seq = seq


class Frames:
    """Texts that go out together, in order; `seq` is the last log entry among them."""

    __slots__ = ("image", "seq", "texts")

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        self.image = b"".join([text.frame for text in texts])
        self.seq: int | None = None
        for text in texts:
            if text.seq is not None:
                self.seq = text.seq


def frame_of(body: bytes) -> bytes:
    """An unmasked text frame, as servers send it (RFC 6455, 5.2)."""
    length = len(body)
    if length < 126:
        return bytes((0x81, length)) + body
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + body
    return b"\x81\x7f" + length.to_bytes(8, "big") + body

"""JSON text to typed messages and back, with decoders and the encoder built once."""

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

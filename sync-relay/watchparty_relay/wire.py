"""JSON text to typed messages and back, with decoders and the encoder built once."""

import msgspec

from watchparty_relay.protocol import Bye, ClientMessage, Hello, Notice, NoticeAck, ServerMessage

Outgoing = ServerMessage | NoticeAck

_encoder = msgspec.json.Encoder()
# A union is a type to msgspec at run time, not to the type checker: hence the annotations.
_client: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_notice: msgspec.json.Decoder[Notice] = msgspec.json.Decoder(Notice)
_notice_control: msgspec.json.Decoder[Hello | Bye] = msgspec.json.Decoder(Hello | Bye)
_notice_kind = msgspec.json.Decoder(dict[str, msgspec.Raw])


def encode(message: Outgoing) -> bytes:
    return _encoder.encode(message)


def decode_client(data: bytes | str) -> ClientMessage:
    """Raises `msgspec.MsgspecError` where it is not a message of this protocol."""
    return _client.decode(data)


def decode_notice(data: bytes | str) -> Notice | Bye:
    """What a connection of the functions may say after its hello."""
    if "kind" in _notice_kind.decode(data):
        return _notice.decode(data)
    message = _notice_control.decode(data)
    if isinstance(message, Hello):
        raise msgspec.ValidationError("a second hello")
    return message

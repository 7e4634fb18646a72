"""What relays send each other through Redis: the deltas they committed, announcements and presence snapshots."""

import msgspec
from msgspec import Struct

from watchparty_relay.bus.port import Announcement
from watchparty_relay.bus.room_delta import RoomDelta
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot


class RelayMessage(Struct, frozen=True, tag="said"):
    """An announcement or a snapshot, with the relay that sent it."""

    relay: str
    content: Announcement | PresenceSnapshot = msgspec.field(name="what")


_decoder: msgspec.json.Decoder[RoomDelta | RelayMessage] = msgspec.json.Decoder(RoomDelta | RelayMessage)
"""Built once: `decode` does not cache what it derives from a union, which would take ten times as long."""


def encode_message(relay: str, content: Announcement | PresenceSnapshot) -> bytes:
    return msgspec.json.encode(RelayMessage(relay, content))


def decode_message(payload: bytes) -> RoomDelta | RelayMessage:
    """Raises `msgspec.MsgspecError` for what no relay of this version sends."""
    return _decoder.decode(payload)

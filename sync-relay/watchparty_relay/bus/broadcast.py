"""What relays tell one another through Redis: steps that they took, and what is said and not kept."""

import msgspec
from msgspec import Struct

from watchparty_relay.bus.port import Announcement
from watchparty_relay.bus.step import Step
from watchparty_relay.roll import Roll


class Said(Struct, frozen=True, tag="said"):
    """An announcement or a roll on its way to the other relays."""

    relay: str
    what: Announcement | Roll


# Built once: what a union needs is not remembered from one `decode` to the next, and takes ten times as long.
_decoder: msgspec.json.Decoder[Step | Said] = msgspec.json.Decoder(Step | Said)


def said(relay: str, what: Announcement | Roll) -> bytes:
    return msgspec.json.encode(Said(relay, what))


def heard(payload: bytes) -> Step | Said:
    """Raises `msgspec.MsgspecError` for what no relay of this version says."""
    return _decoder.decode(payload)

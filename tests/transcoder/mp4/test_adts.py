"""AAC frames with a header each become frames with one header for all."""

import pytest

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4 import adts

STEREO = adts.configuration(48_000, 2)


def frame(payload: bytes = b"sound", *, rate: int = 3, channels: int = 2, kind: int = 1, blocks: int = 0) -> bytes:
    """With the fields of ISO 14496-3, table 1.A.5; `kind` is the object type less one."""
    length = len(payload) + 7
    fields = (0xFFF << 4 | 1) << 40 | kind << 38 | rate << 34 | channels << 30 | length << 13 | 0x7FF << 2 | blocks
    return fields.to_bytes(7, "big") + payload


def test_the_configuration() -> None:
    """Object type 2, frequency index 3, two channels."""
    assert bytes([0x11, 0x90]) == STEREO
    assert adts.configuration(47_999, 2) == b""


def test_the_header_is_left_out() -> None:
    """With its checksum, if it has one."""
    assert adts.without_header(frame(), STEREO) == b"sound"
    checked = bytearray(frame(b"CRsound"))
    checked[1] &= 0xFE
    assert adts.without_header(bytes(checked), STEREO) == b"sound"


@pytest.mark.parametrize(
    "data",
    [
        frame(rate=4),
        frame(channels=1),
        frame(kind=0),
        frame(blocks=1),
        frame()[:-1],
        b"sound without a header",
        b"",
    ],
    ids=["rate", "channels", "profile", "two blocks", "cut off", "no header", "empty"],
)
def test_other_frames_are_refused(data: bytes) -> None:
    """A sound that changes has to be encoded."""
    with pytest.raises(PlanMismatch):
        adts.without_header(data, STEREO)

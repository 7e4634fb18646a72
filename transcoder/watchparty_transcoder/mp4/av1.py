"""AV1 as MP4 stores it: temporal units as they are, and the configuration that MP4 and Matroska share. Pure.

Reads the headers of the open bitstream units (AV1 Bitstream & Decoding Process Specification, section 5.3) and the
first bits of a frame. A picture can be joined at a shown key frame that follows its sequence header.
"""

from collections.abc import Iterator

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.coded_frame import Bits, Frame

SEQUENCE_HEADER, FRAME_HEADER, FRAME = 1, 3, 6
MARKER_AND_VERSION = 0x81
"""The first byte of an AV1CodecConfigurationRecord."""
KEY_FRAME = 0
RECORD_BYTES = 4
"""Before the units that a record holds."""
LONGEST_SIZE_BYTES = 8


def is_configuration(record: bytes) -> bool:
    """Whether it is an AV1CodecConfigurationRecord of a film; a still picture's sequence header has another form."""
    if record[:1] != bytes([MARKER_AND_VERSION]):
        return False
    try:
        units = [unit for kind, unit in _units(record[RECORD_BYTES:]) if kind == SEQUENCE_HEADER]
    except PlanMismatch:
        return False
    # three bits of profile, then still_picture and reduced_still_picture_header
    return len(units) == 1 and bool(units[0]) and not units[0][0] >> 3 & 3


class FrameReader:
    """Reads the temporal units of one film, whose sequence header must not change.

    That of the record does not count: SVT-AV1 writes other values there than into its frames, which browsers read.
    """

    def __init__(self) -> None:
        self._sequence: bytes | None = None

    def __call__(self, packet: bytes) -> Frame:
        """Raises PlanMismatch where the sequence header changes or the unit is damaged."""
        units = list(_units(packet))
        headers = [unit for kind, unit in units if kind == SEQUENCE_HEADER]
        for header in headers:
            if self._sequence not in (None, header):
                raise PlanMismatch("the sequence header changes")
            self._sequence = header
        first = next((unit for kind, unit in units if kind in (FRAME, FRAME_HEADER)), b"")
        if not first:
            raise PlanMismatch("a temporal unit without a frame")
        bits = Bits(first[:1])
        existing, kind, shown = bits.read(1), bits.read(2), bits.read(1)
        return Frame(packet, bool(headers) and not existing and kind == KEY_FRAME and shown == 1)


def codec_name(record: bytes) -> str:
    """As the AV1 binding writes it for RFC 6381."""
    profile, level = record[1] >> 5, record[1] & 0x1F
    tier = "H" if record[2] & 0x80 else "M"
    depth = (12 if record[2] & 0x20 else 10) if record[2] & 0x40 else 8
    return f"av01.{profile}.{level:02d}{tier}.{depth:02d}"


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The type and the content of each unit."""
    at = 0
    while at < len(data):
        head = data[at]
        at += 2 if head & 4 else 1  # with an extension byte
        size = len(data) - at
        if head & 2:
            size, at = _size(data, at)
        if head & 0x80 or at + size > len(data):
            raise PlanMismatch("a damaged temporal unit")
        yield head >> 3 & 15, data[at : at + size]
        at += size


def _size(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and the place after it."""
    value = 0
    for number, byte in enumerate(data[at : at + LONGEST_SIZE_BYTES]):
        value |= (byte & 0x7F) << 7 * number
        if not byte & 0x80:
            return value, at + number + 1
    raise PlanMismatch("a damaged temporal unit")

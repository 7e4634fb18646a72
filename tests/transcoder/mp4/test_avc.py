"""H.264 frames and parameter sets, as MP4 and as transport streams store them."""

import pytest

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4 import avc
from watchparty_transcoder.mp4.coded_frame import Frame

SPS, PPS = b"\x67\x64\x00\x28\xac", b"\x68\xee\x3c\x80"
OTHER_SPS = b"\x67\x64\x00\x1f\xac"
IDR, SLICE, SEI, DELIMITER = b"\x65\x88\x84", b"\x41\x9a\x02", b"\x06\x05\x01\x80", b"\x09\xf0"
SETS = avc.ParameterSets((SPS,), (PPS,), 4)


def counted(*units: bytes, length_bytes: int = 4) -> bytes:
    return b"".join(len(unit).to_bytes(length_bytes, "big") + unit for unit in units)


def separated(*units: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def test_sets_of_a_record_are_read_back() -> None:
    """Also those of a header with start codes, in which they may be repeated."""
    assert avc.read_sets(avc.configuration(SETS)) == SETS
    assert avc.read_sets(separated(SPS, PPS, SPS)) == avc.ParameterSets((SPS,), (PPS,), 0)


@pytest.mark.parametrize(
    "header",
    [b"", b"\1", b"\1\x64\0\x28\xff\xe0\0", avc.configuration(SETS)[:12], separated(SPS), separated(IDR), b"\0" * 20],
    ids=["none", "one byte", "no sets", "cut off", "one kind of set", "no set", "zeros"],
)
def test_headers_without_sets(header: bytes) -> None:
    """Such a film has its sets in the frames, or none."""
    assert avc.read_sets(header) is None


def test_a_frame_is_taken_as_it_is() -> None:
    """If the file stores it as MP4 does."""
    frame = counted(SEI, IDR)
    assert avc.read_frame(frame, SETS) == Frame(frame, idr=True)
    assert not avc.read_frame(counted(SLICE, SLICE), SETS).idr


@pytest.mark.parametrize("length_bytes", [0, 1, 2, 4])
def test_units_get_four_bytes_of_length(length_bytes: int) -> None:
    """Sets that the header has, and units that only mark the beginning of a frame, are left out."""
    units = (DELIMITER, SPS, PPS, SEI, IDR)
    packet = counted(*units, length_bytes=length_bytes) if length_bytes else separated(*units)
    sets = avc.ParameterSets((SPS,), (PPS,), length_bytes)
    assert avc.read_frame(packet, sets) == Frame(counted(SEI, IDR), idr=True)
    assert avc.with_four_length_bytes(avc.configuration(SETS)[:4] + b"\xfd")[4] == 0xFF


def test_other_parameter_sets_are_refused() -> None:
    """A header that does not describe the frames would show damage, or nothing."""
    for packet in (counted(OTHER_SPS, PPS, IDR), counted(SPS, PPS[:-1], IDR)):
        with pytest.raises(PlanMismatch):
            avc.read_frame(packet, SETS)


@pytest.mark.parametrize(
    "packet", [b"", counted(SEI), counted(IDR)[:-1], b"\0\0\0\0", b"\xff\xff\xff\xff\x65"],
    ids=["empty", "no slice", "cut off", "a unit of no bytes", "an impossible length"],
)  # fmt: skip
def test_damaged_frames_are_refused(packet: bytes) -> None:
    """They are left to a decoder, which can conceal them."""
    with pytest.raises(PlanMismatch):
        avc.read_frame(packet, SETS)

"""H.264 as MP4 stores it: parameter sets in the header, each unit of a frame preceded by its length. Pure.

Matroska and FLV store the same, transport streams separate units by start codes (ITU-T H.264, annex B). Never parses a
slice. An `avc1` film has one collection of parameter sets for its whole length, so a set that differs cannot be copied.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.coded_frame import Frame

IDR, SPS, PPS, DELIMITER, FILLER = 5, 7, 8, 9, 12
SLICES = range(1, 6)
OMITTED = (SPS, PPS, DELIMITER, FILLER)
"""In the header instead, or of no use to a decoder that is given whole frames."""
START_CODE = re.compile(rb"\x00\x00\x01")
HIGH, HIGH_8_BIT_420 = 100, b"\xfd\xf8\xf8\x00"
"""The record of this profile names chroma format and bit depths; no other film of this profile is copied."""
WITH_LENGTHS = 1
"""The first byte of an AVCDecoderConfigurationRecord; a start code begins with 0."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """`length_bytes`: how long the length before each unit is; 0: units are separated by start codes."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    length_bytes: int


def read_sets(header: bytes) -> ParameterSets | None:
    """The parameter sets in a stream's header; None where there are none, or where they are damaged."""
    if header[:1] != bytes([WITH_LENGTHS]):
        units = list(_separated(header))
        sets = ParameterSets(_of_kind(units, SPS), _of_kind(units, PPS), 0)
        return sets if sets.sps and sets.pps else None
    if len(header) < 7:
        return None
    found: list[tuple[bytes, ...]] = []
    at = 5
    for mask in (0x1F, 0xFF):
        if at >= len(header):
            return None
        count, at = header[at] & mask, at + 1
        units = []
        for _ in range(count):
            length = int.from_bytes(header[at : at + 2], "big")
            units.append(header[at + 2 : at + 2 + length])
            at += 2 + length
        if at > len(header) or not all(units):
            return None
        found.append(tuple(units))
    sps, pps = found
    return ParameterSets(sps, pps, (header[4] & 3) + 1) if sps and pps else None


def configuration(sets: ParameterSets) -> bytes:
    """An AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1) for frames with four bytes of length."""
    return b"".join(
        (
            bytes([WITH_LENGTHS]),
            sets.sps[0][1:4],  # profile, constraints and level
            bytes([0xFF, 0xE0 | len(sets.sps)]),
            *(len(unit).to_bytes(2, "big") + unit for unit in sets.sps),
            bytes([len(sets.pps)]),
            *(len(unit).to_bytes(2, "big") + unit for unit in sets.pps),
            HIGH_8_BIT_420 if sets.sps[0][1] == HIGH else b"",
        )
    )


def with_four_length_bytes(record: bytes) -> bytes:
    """The record for frames as `read_frame` returns them."""
    return record[:4] + bytes([record[4] | 3]) + record[5:]


def read_frame(packet: bytes, sets: ParameterSets) -> Frame:
    """The packet as MP4 stores it. Raises PlanMismatch where it brings other parameter sets."""
    units = list(_separated(packet) if not sets.length_bytes else _counted(packet, sets.length_bytes))
    kinds = [unit[0] & 0x1F for unit in units]
    known = (*sets.sps, *sets.pps)
    if any(kind in (SPS, PPS) and unit not in known for kind, unit in zip(kinds, units, strict=True)):
        raise PlanMismatch("the parameter sets change")
    first_slice = next((kind for kind in kinds if kind in SLICES), None)
    if first_slice is None:
        raise PlanMismatch("a frame without a slice")
    if sets.length_bytes == 4 and not any(kind in OMITTED for kind in kinds):
        return Frame(packet, first_slice == IDR)
    kept = (unit for kind, unit in zip(kinds, units, strict=True) if kind not in OMITTED)
    return Frame(b"".join(len(unit).to_bytes(4, "big") + unit for unit in kept), first_slice == IDR)


def _counted(data: bytes, length_bytes: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        begin = at + length_bytes
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin >= at or at > len(data):
            raise PlanMismatch("a damaged frame")
        yield data[begin:at]


def _separated(data: bytes) -> Iterator[bytes]:
    """Units between start codes; the zeros before a start code belong to it (annex B: trailing_zero_8bits)."""
    places = [found.start() for found in START_CODE.finditer(data)]
    for place, following in pairwise([*places, len(data)]):
        if unit := data[place + 3 : following].rstrip(b"\0"):
            yield unit


def _of_kind(units: list[bytes], kind: int) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(unit for unit in units if unit[0] & 0x1F == kind))

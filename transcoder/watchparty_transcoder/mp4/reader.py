"""Reads ffmpeg's output, fragmented MP4 and ADTS, and our own segments when they are verified.

Understands what a fragment may contain (tfhd defaults, tfdt, trun); not a general MP4 parser.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from watchparty_transcoder.errors import ToolFailed
from watchparty_transcoder.mp4.boxes import HEADER_BYTES, find, walk
from watchparty_transcoder.mp4.writer import Sample

NOT_SYNC = 0x00010000
ADTS_HEADER_BYTES = 7


@dataclass(frozen=True, slots=True)
class Track:
    """A track of a fragmented file's moov."""

    track_id: int
    timescale: int
    configuration: bytes  # the AVCDecoderConfigurationRecord


@dataclass(frozen=True, slots=True)
class _Defaults:
    duration: int
    size: int
    flags: int


def read_stream(pipe: IO[bytes]) -> Iterator[Track | tuple[int, Sample]]:
    """First the tracks, in order, then (track id, sample) in file order, as soon as each fragment has arrived.

    Raises ToolFailed for a damaged stream.
    """
    moof, moof_bytes = b"", 0
    while len(header := pipe.read(HEADER_BYTES)) == HEADER_BYTES:
        size, kind = struct.unpack(">I4s", header)
        body = pipe.read(max(0, size - HEADER_BYTES))
        if len(body) != size - HEADER_BYTES:
            return  # an unfinished fragment is ignored
        try:
            if kind == b"moov":
                yield from tracks(body)
            elif kind == b"moof":
                moof, moof_bytes = body, size
            elif kind == b"mdat":
                yield from samples(moof, body, data_base=moof_bytes + HEADER_BYTES)
        except struct.error as error:
            raise ToolFailed(f"a box of the stream is too short: {error}") from error


def tracks(moov: bytes) -> Iterator[Track]:
    for each in walk(moov):
        if each.kind != b"trak":
            continue
        tkhd = find(moov, b"tkhd", start=each.start, end=each.end)
        mdhd = find(moov, b"mdia", b"mdhd", start=each.start, end=each.end)
        stsd = find(moov, b"mdia", b"minf", b"stbl", b"stsd", start=each.start, end=each.end)
        if tkhd is None or mdhd is None or stsd is None:
            continue
        (track_id,) = struct.unpack_from(">I", moov, tkhd.start + 12)
        (timescale,) = struct.unpack_from(">I", moov, mdhd.start + 12)
        avcc = find(moov, b"avcC", start=stsd.start + 8 + HEADER_BYTES + 78, end=stsd.end)
        yield Track(track_id, timescale, moov[avcc.start : avcc.end] if avcc else b"")


def samples(moof: bytes, mdat: bytes, *, data_base: int) -> Iterator[tuple[int, Sample]]:
    """Samples of one fragment; `data_base` is the distance from the moof's first byte to the mdat's payload."""
    for traf in walk(moof):
        if traf.kind != b"traf":
            continue
        track_id, defaults, decode = 0, _Defaults(0, 0, 0), 0
        for each in walk(moof, traf.start, traf.end):
            if each.kind == b"tfhd":
                track_id, defaults = _tfhd(moof, each.start)
            elif each.kind == b"tfdt":
                wide = moof[each.start] == 1
                (decode,) = struct.unpack_from(">Q" if wide else ">I", moof, each.start + 4)
            elif each.kind == b"trun":
                for sample in _trun(moof, each.start, defaults, decode, mdat, data_base):
                    decode = sample.decode + sample.duration
                    yield track_id, sample


def _tfhd(moof: bytes, at: int) -> tuple[int, _Defaults]:
    flags, track_id = struct.unpack_from(">II", moof, at)
    at += 8
    values = []
    # base data offset, sample description, then the three defaults, each present only with its flag
    for bit, width in ((0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4), (0x20, 4)):
        present = bool(flags & bit)
        values.append(int.from_bytes(moof[at : at + width], "big") if present else 0)
        at += width if present else 0
    return track_id, _Defaults(*values[2:])


def _trun(moof: bytes, at: int, defaults: _Defaults, decode: int, mdat: bytes, data_base: int) -> Iterator[Sample]:
    version_flags, count = struct.unpack_from(">II", moof, at)
    flags = version_flags & 0xFFFFFF
    at += 8
    offset = 0
    if flags & 0x1:
        (offset,) = struct.unpack_from(">i", moof, at)
        offset -= data_base
        at += 4
    first_flags = None
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", moof, at)
        at += 4
    for number in range(count):
        fields = [defaults.duration, defaults.size, defaults.flags, 0]
        for index, bit in enumerate((0x100, 0x200, 0x400, 0x800)):
            if flags & bit:
                (fields[index],) = struct.unpack_from(">i" if bit == 0x800 else ">I", moof, at)
                at += 4
        duration, size, sample_flags, composition = fields
        if number == 0 and first_flags is not None:
            sample_flags = first_flags
        if not 0 <= offset < offset + size <= len(mdat):
            raise ToolFailed(f"a fragment of {len(mdat)} bytes has a sample of {size} at {offset}")
        data = mdat[offset : offset + size]
        yield Sample(data, decode, decode + composition, duration, not sample_flags & NOT_SYNC)
        offset += size
        decode += duration


def adts_frames(stream: IO[bytes]) -> Iterator[bytes]:
    """The AAC frames of an ADTS stream, without their headers; an unfinished last frame is dropped."""
    while len(header := stream.read(ADTS_HEADER_BYTES)) == ADTS_HEADER_BYTES:
        if header[0] != 0xFF or header[1] & 0xF0 != 0xF0:
            raise ToolFailed("the ADTS stream has no frame where one should begin")
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        checksum = 0 if header[1] & 1 else 2
        body = stream.read(length - ADTS_HEADER_BYTES)
        if len(body) != length - ADTS_HEADER_BYTES:
            return
        yield body[checksum:]

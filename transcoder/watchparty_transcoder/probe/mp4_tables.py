"""What an MP4 or MOV states and libav does not report: how many sample descriptions a track has, whether the film is
fragmented or encrypted, and whether its index exists at all. Reads box headers and the moov only.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from watchparty_transcoder.mp4.boxes import Box, find, walk
from watchparty_transcoder.source.source import Source

MOOV_LIMIT = 256 << 20  # a day-long film needs about 100 MB of tables
STSD_HEADER_BYTES = 8  # version, flags and the number of entries
ENCRYPTED = (b"encv", b"enca", b"encs")


@dataclass(frozen=True, slots=True)
class Mp4Tables:
    """`entries` is the number of sample descriptions per track, in the order of the tracks."""

    complete: bool  # there is a moov
    fragmented: bool = False
    encrypted: bool = False
    entries: tuple[int, ...] = ()


def read_tables(source: Source) -> Mp4Tables | None:
    """None where the file does not begin like an MP4 or MOV."""
    with source.open() as file:
        head = file.read(12)
        if head[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            return None
        moov = _moov(file, source.size_bytes())
    if moov is None:
        return Mp4Tables(complete=False)
    found = [_stsd(moov, trak) for trak in walk(moov) if trak.kind == b"trak"]
    stsds = [stsd for stsd in found if stsd and stsd.end - stsd.start >= STSD_HEADER_BYTES]
    formats = [each.kind for stsd in stsds for each in walk(moov, stsd.start + STSD_HEADER_BYTES, stsd.end)]
    return Mp4Tables(
        complete=True,
        fragmented=find(moov, b"mvex") is not None,
        encrypted=any(kind in ENCRYPTED for kind in formats),
        entries=tuple(struct.unpack_from(">I", moov, stsd.start + 4)[0] for stsd in stsds),
    )


def _stsd(moov: bytes, trak: Box) -> Box | None:
    return find(moov, b"mdia", b"minf", b"stbl", b"stsd", start=trak.start, end=trak.end)


def _moov(file: BinaryIO, size_bytes: int) -> bytes | None:
    """The payload of the top-level moov; everything else is skipped by its length."""
    at = 0
    while at < size_bytes:
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return None
        size, kind = struct.unpack_from(">I4s", header)
        start = 8
        if size == 1 and len(header) == 16:
            (size,) = struct.unpack_from(">Q", header, 8)
            start = 16
        if kind == b"moov" and start < size <= MOOV_LIMIT:
            file.seek(at + start)
            body = file.read(size - start)
            return body if len(body) == size - start else None
        if size < start:  # 0 means "to the end of the file", anything else is not a box
            return None
        at += size
    return None

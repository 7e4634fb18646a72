"""Writes fragmented MP4: one initialisation segment per rendition, then one moof + mdat per segment.

All renditions follow one convention, which is why no external muxer writes them: presentation starts at 0, decoding
runs ahead of it by a constant, composition offsets are never negative, there is no edit list, and the only track has id
1. So segments from different processes, or cut from an index of the original, join without a gap.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from watchparty_transcoder.mp4.boxes import box, full_box

TRACK_ID = 1
IDENTITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SYNC_SAMPLE = 0x02000000  # depends on no other sample
DELTA_SAMPLE = 0x01010000  # depends on others, is no sync sample


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded frame; times in ticks of its track's timescale."""

    data: bytes
    decode: int
    present: int
    duration: int
    sync: bool


def avc_entry(configuration: bytes, width: int, height: int) -> bytes:
    """`avc1` sample entry around an AVCDecoderConfigurationRecord."""
    return video_entry(b"avc1", box(b"avcC", configuration), width, height)


def video_entry(name: bytes, configuration: bytes, width: int, height: int) -> bytes:
    """The sample entry of a codec around the box with its configuration."""
    fields = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 0x18, -1)
    return box(name, fields, configuration)


def aac_entry(configuration: bytes, sample_rate: int, channels: int) -> bytes:
    """`mp4a` sample entry around an AudioSpecificConfig (ISO 14496-3), inside its MPEG-4 descriptors."""
    specific = _descriptor(5, configuration)
    # 0x40 = MPEG-4 audio, 0x15 = audio stream; buffer and bit rates are left open (0)
    decoder = _descriptor(4, struct.pack(">BB3xII", 0x40, 0x15, 0, 0), specific)
    stream = _descriptor(3, struct.pack(">HB", 0, 0), decoder, _descriptor(6, b"\x02"))
    return box(
        b"mp4a",
        struct.pack(">6xH8xHHIHH", 1, channels, 16, 0, sample_rate & 0xFFFF, 0),
        full_box(b"esds", 0, 0, stream),
    )


def _descriptor(tag: int, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">BB", tag, len(body)) + body


def video_init(entry: bytes, timescale: int, width: int, height: int) -> bytes:
    return _init(b"vide", entry, timescale, full_box(b"vmhd", 0, 1, bytes(8)), width, height)


def audio_init(entry: bytes, timescale: int) -> bytes:
    return _init(b"soun", entry, timescale, full_box(b"smhd", 0, 0, bytes(4)), 0, 0)


def _init(handler: bytes, entry: bytes, timescale: int, media_header: bytes, width: int, height: int) -> bytes:
    volume = 0x0100 if handler == b"soun" else 0
    tkhd = full_box(
        b"tkhd",
        0,
        3,  # enabled, in the movie
        struct.pack(">8xI4x4x8xHHH2x", TRACK_ID, 0, 0, volume),
        IDENTITY_MATRIX,
        struct.pack(">II", width << 16, height << 16),
    )
    mdhd = full_box(
        b"mdhd", 0, 0, struct.pack(">8xIIHH", timescale, 0, 0x55C4, 0)
    )  # language "und": the playlist names the language
    hdlr = full_box(b"hdlr", 0, 0, struct.pack(">4x4s12x", handler), b"WatchParty\0")
    dinf = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    empty_tables = (full_box(kind, 0, 0, bytes(size)) for kind, size in EMPTY_TABLES)
    stbl = box(b"stbl", full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry), *empty_tables)
    trak = box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", media_header, dinf, stbl)))
    mvhd = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">8xIIIH10x", timescale, 0, 0x10000, 0x0100),
        IDENTITY_MATRIX,
        struct.pack(">24xI", TRACK_ID + 1),
    )
    mvex = box(b"mvex", full_box(b"trex", 0, 0, struct.pack(">IIIII", TRACK_ID, 1, 0, 0, 0)))
    return box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41") + box(b"moov", mvhd, trak, mvex)


EMPTY_TABLES = ((b"stts", 4), (b"stsc", 4), (b"stsz", 8), (b"stco", 4))


def media_segment(sequence: int, samples: Sequence[Sample]) -> bytes:
    """One moof + mdat with `samples`, in decode order, beginning at the first one's decode time."""
    payload = b"".join(sample.data for sample in samples)
    without_offset = _moof(sequence, samples, 0)
    return box(b"styp", b"msdh", bytes(4), b"msdhmsix") + b"".join(
        (_moof(sequence, samples, len(without_offset) + 8), struct.pack(">I4s", 8 + len(payload), b"mdat"), payload)
    )


def _moof(sequence: int, samples: Sequence[Sample], data_offset: int) -> bytes:
    rows = b"".join(
        struct.pack(
            ">IIIi",
            sample.duration,
            len(sample.data),
            SYNC_SAMPLE if sample.sync else DELTA_SAMPLE,
            sample.present - sample.decode,
        )
        for sample in samples
    )
    # trun: data offset, then duration, size, flags and signed composition offset of each sample
    trun = full_box(b"trun", 1, 0x000F01, struct.pack(">Ii", len(samples), data_offset), rows)
    tfhd = full_box(b"tfhd", 0, 0x020000, struct.pack(">I", TRACK_ID))  # default-base-is-moof
    tfdt = full_box(b"tfdt", 1, 0, struct.pack(">Q", samples[0].decode))
    return box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", sequence)), box(b"traf", tfhd, tfdt, trun))

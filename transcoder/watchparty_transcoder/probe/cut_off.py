"""Whether the end of a file is missing, judged by what its container says about its own size, never by a duration.

A duration in a header is often wrong in files that are complete; the sizes of boxes, elements and tags are not, because
the file could not be read otherwise. Reads a few bytes.
"""

import struct
from typing import BinaryIO

EBML, SEGMENT = 0x1A45DFA3, 0x18538067
ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
HEAD_BYTES = 64 << 10
FLV_TAG_BYTES = 11
PADDING_BYTES = 64
"""So many zeros are no tag but what a disk or a downloader leaves after the end."""


def is_cut_off(file: BinaryIO, demuxer: str, size_bytes: int) -> bool:
    """False also where the format does not tell."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    match demuxer:
        case "matroska":
            return _declared_matroska(head) > size_bytes
        case "mov":
            return _last_box_end(file, size_bytes) > size_bytes
        case "flv":
            return _flv_is_cut_off(file, size_bytes)
        case "asf":
            return _declared_asf(head) > size_bytes
        case "avi" | "wav":
            return _declared_riff(head) > size_bytes
        case _:
            return False


def _declared_riff(head: bytes) -> int:
    """The length with which AVI and WAV begin; a writer that does not know it writes all zeros or all ones."""
    if head[:4] != b"RIFF" or head[4:8] == b"\xff\xff\xff\xff":
        return 0
    return int.from_bytes(head[4:8], "little")


def _declared_asf(head: bytes) -> int:
    at = head.find(ASF_FILE_PROPERTIES)
    return int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0


def _declared_matroska(head: bytes) -> int:
    """The end of the Segment; 0 where its size is unknown, as in live recordings (RFC 8794, section 6.2)."""
    at = 0
    while at + 12 < len(head):
        kind, at = _ebml_number(head, at, keep_marker=True)
        size, at = _ebml_number(head, at, keep_marker=False)
        if kind == SEGMENT:
            return at + size if size >= 0 else 0
        if kind != EBML or size < 0:
            return 0
        at += size
    return 0


def _ebml_number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number of variable length and the place after it; -1 where all bits of a size are set: unknown."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    mask = (1 << 7 * length) - 1
    if keep_marker:
        return value, at + length
    return -1 if value & mask == mask else value & mask, at + length


def _last_box_end(file: BinaryIO, size_bytes: int) -> int:
    at = 0
    while at + 8 <= size_bytes:
        file.seek(at)
        header = file.read(16)
        size, _ = struct.unpack_from(">I4s", header)
        if size == 1 and len(header) == 16:
            (size,) = struct.unpack_from(">Q", header, 8)
        if size < 8 or not header[4:8].isalnum():  # 0 means "to the end of the file", anything else is not a box
            return size_bytes
        at += size
    return at


def _flv_is_cut_off(file: BinaryIO, size_bytes: int) -> bool:
    """Each tag is followed by its own size, so the end of a complete file leads back to its last tag."""
    if size_bytes < FLV_TAG_BYTES + 4:
        return False
    file.seek(max(0, size_bytes - PADDING_BYTES))
    tail = file.read()
    tag = int.from_bytes(tail[-4:], "big")
    if not any(tail):
        return False
    if not FLV_TAG_BYTES <= tag <= size_bytes - 4:
        return True
    file.seek(size_bytes - 4 - tag)
    header = file.read(FLV_TAG_BYTES)
    return int.from_bytes(header[1:4], "big") != tag - FLV_TAG_BYTES

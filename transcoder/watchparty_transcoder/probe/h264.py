"""The little of H.264 that probing and cutting need: whether fields are possible, and whether a coded frame is an IDR.

A keyframe of the index may be just an I frame of an open group, after which frames refer to earlier ones; a cut there
would show damage. Never parses a slice.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from watchparty_transcoder.mp4.coded_frame import Bits
from watchparty_transcoder.source.source import Source

IDR_SLICE = 5
SLICES = range(1, 6)
EMULATION = b"\x00\x00\x03"
"""Emulation prevention: keeps a start code from appearing inside a unit."""
WITH_CHROMA_FORMAT = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
"""Profiles whose parameter sets contain the chroma format."""
HEAD_BYTES = 1024
"""The start of a coded frame: usually enough for everything before its first slice."""


def starts_with_idr(frame: bytes) -> bool:
    """Whether the first slice of a coded frame, its units preceded by four bytes of length, is an IDR slice."""
    at = 0
    while at + 4 < len(frame):
        kind = frame[at + 4] & 0x1F
        if kind in SLICES:
            return kind == IDR_SLICE
        at += 4 + int.from_bytes(frame[at : at + 4], "big")
    return False


class IdrFinder:
    """Finds the IDR frames of one file, reading a few bytes of each frame in question."""

    def __init__(self, source: Source, length_bytes: int) -> None:
        self._source = source
        self._file = source.open()
        self._length_bytes = length_bytes
        self._heads: dict[int, bytes] = {}
        self.size = source.size_bytes()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def prefetch(self, positions: Iterable[int]) -> None:
        """Reads the starts of these frames in parallel, if each read is a round trip to a bucket."""
        if self._source.readers > 1:
            every = list(positions)
            with ThreadPoolExecutor(self._source.readers) as pool:
                self._heads = dict(zip(every, pool.map(self._head_of, every), strict=True))

    def _head_of(self, position: int) -> bytes:
        with self._source.open() as file:
            file.seek(position)
            return file.read(HEAD_BYTES)

    def is_idr(self, position: int, size: int) -> bool:
        """Whether the first slice of the frame at `position` is an IDR slice."""
        begin, end = position, position + size
        known = self._heads.get(begin, b"")
        while position + self._length_bytes < end:
            head = known[position - begin : position - begin + self._length_bytes + 1]
            if len(head) <= self._length_bytes:
                self._file.seek(position)
                head = self._file.read(self._length_bytes + 1)
            if len(head) <= self._length_bytes:
                return False
            kind = head[-1] & 0x1F
            if kind in SLICES:
                return kind == IDR_SLICE
            position += self._length_bytes + int.from_bytes(head[:-1], "big")
        return False


def declares_progressive(configuration: bytes) -> bool:
    """Whether the only parameter set of an avcC excludes fields, so that no frame can be interlaced.

    False also where that is uncertain: no avcC, a damaged one, several sets, or scaling lists before the flag.
    """
    if configuration[:1] != b"\x01" or len(configuration) < 8 or configuration[5] & 0x1F != 1:
        return False
    length = int.from_bytes(configuration[6:8], "big")
    try:
        return _frame_mbs_only(configuration[8 : 8 + length])
    except EOFError:
        return False


def _frame_mbs_only(unit: bytes) -> bool:
    """Reads a sequence parameter set (ITU-T H.264, 7.3.2.1.1) up to frame_mbs_only_flag. Raises EOFError."""
    bits = Bits(unit[4:].replace(EMULATION, EMULATION[:2]))  # after the unit's header, profile, constraints and level
    bits.number()  # seq_parameter_set_id
    if unit[1:2] and unit[1] in WITH_CHROMA_FORMAT:
        if bits.number() == 3:  # chroma_format_idc 4:4:4
            bits.read(1)
        bits.number(), bits.number()  # bit depths
        bits.read(1)
        if bits.read(1):  # seq_scaling_matrix_present_flag
            return False
    bits.number()  # log2_max_frame_num_minus4
    order = bits.number()  # pic_order_cnt_type
    if order == 0:
        bits.number()
    elif order == 1:
        bits.read(1)
        bits.number(), bits.number()
        for _ in range(bits.number()):
            bits.number()
    bits.number()  # max_num_ref_frames
    bits.read(1)
    bits.number(), bits.number()  # width and height
    return bits.read(1) == 1

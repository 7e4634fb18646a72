"""The little of H.264 that cutting needs: does a coded picture in an MP4 start afresh (IDR)?

A keyframe of the index may merely be an I picture of an open group, after which frames refer to what came before;
cutting there shows damage. Only reads; never parses a slice.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from watchparty_transcoder.source import Source

IDR_SLICE = 5
SLICES = range(1, 6)
HEAD_BYTES = 1024  # of a coded picture: usually enough for all that stands before its first slice


def starts_afresh(picture: bytes) -> bool:
    """Whether the first slice of a coded picture that is at hand, its parts led by four bytes of length, is an IDR."""
    at = 0
    while at + 4 < len(picture):
        kind = picture[at + 4] & 0x1F
        if kind in SLICES:
            return kind == IDR_SLICE
        at += 4 + int.from_bytes(picture[at : at + 4], "big")
    return False


class InstantPictures:
    """Answers for one file, reading a few bytes at each picture asked about."""

    def __init__(self, source: Source, configuration: bytes) -> None:
        self._source = source
        self._file = source.open()
        self._length_bytes = (configuration[4] & 3) + 1 if len(configuration) > 4 else 4
        self._heads: dict[int, bytes] = {}
        self.size = source.size_bytes()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def look_ahead(self, positions: Sequence[int]) -> None:
        """Read the beginnings of these pictures at once, where each look is a journey to a bucket."""
        if self._source.readers > 1:
            with ThreadPoolExecutor(self._source.readers) as pool:
                self._heads = dict(zip(positions, pool.map(self._head_of, positions), strict=True))

    def _head_of(self, position: int) -> bytes:
        with self._source.open() as file:
            file.seek(position)
            return file.read(HEAD_BYTES)

    def at(self, position: int, size: int) -> bool:
        """Whether the first slice of the picture at `position` is an IDR slice."""
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

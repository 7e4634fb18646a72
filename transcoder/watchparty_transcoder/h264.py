"""The little of H.264 that cutting needs: does a coded picture in an MP4 start afresh (IDR)?

A keyframe of the index may merely be an I picture of an open group, after which frames refer to what came before;
cutting there shows damage. Only reads; never parses a slice.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

IDR_SLICE = 5
SLICES = range(1, 6)


class InstantPictures:
    """Answers for one file, reading a few bytes at each picture asked about."""

    def __init__(self, path: Path, configuration: bytes) -> None:
        self._file = path.open("rb", buffering=0)
        self._length_bytes = (configuration[4] & 3) + 1 if len(configuration) > 4 else 4
        self.size = path.stat().st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def at(self, position: int, size: int) -> bool:
        """Whether the first slice of the picture at `position` is an IDR slice."""
        end = position + size
        while position + self._length_bytes < end:
            self._file.seek(position)
            head = self._file.read(self._length_bytes + 1)
            if len(head) <= self._length_bytes:
                return False
            kind = head[-1] & 0x1F
            if kind in SLICES:
                return kind == IDR_SLICE
            position += self._length_bytes + int.from_bytes(head[:-1], "big")
        return False

"""AAC as ffmpeg pipes it to us: frames behind small headers that say how long they are."""

from collections.abc import Iterator
from typing import IO

from watchparty_transcoder.errors import ToolFailed

HEADER_BYTES = 7


def frames(stream: IO[bytes]) -> Iterator[bytes]:
    """The coded frames, without their headers."""
    while len(header := stream.read(HEADER_BYTES)) == HEADER_BYTES:
        if header[0] != 0xFF or header[1] & 0xF0 != 0xF0:
            raise ToolFailed("no ADTS frame where one should begin")
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        checksum = 0 if header[1] & 1 else 2
        body = stream.read(length - HEADER_BYTES)
        if len(body) != length - HEADER_BYTES:
            return  # an unfinished frame is as if it never came
        yield body[checksum:]

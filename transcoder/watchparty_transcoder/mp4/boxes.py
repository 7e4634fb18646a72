"""ISO base media boxes as bytes: building and walking them. Knows sizes and names, not what a box means.

Used by the writer of segments, the reader of ffmpeg's output, and the probe of an upload's own tables.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

HEADER_BYTES = 8


class Box(NamedTuple):
    """One box inside a buffer: its name and the range of its payload."""

    kind: bytes
    start: int
    end: int


def box(kind: bytes, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">I4s", HEADER_BYTES + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def walk(data: bytes | memoryview, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The consecutive boxes in data[start:end]; ends at a header that cannot be valid."""
    stop = len(data) if end is None else end
    at = start
    while at + HEADER_BYTES <= stop:
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + HEADER_BYTES
        if size == 1 and at + 16 <= stop:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif size == 0:
            size = stop - at
        if at + size > stop or at + size < body:
            return
        yield Box(kind, body, at + size)
        at += size


def find(data: bytes | memoryview, *path: bytes, start: int = 0, end: int | None = None) -> Box | None:
    """The first box at `path`, such as (b"mdia", b"minf"), or None."""
    found: Box | None = None
    for kind in path:
        found = next((each for each in walk(data, start, end) if each.kind == kind), None)
        if found is None:
            return None
        start, end = found.start, found.end
    return found

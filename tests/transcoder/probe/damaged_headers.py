"""Damages the headers of films, as real cameras, recorders and converters leave them."""

import struct
from collections.abc import Iterator
from pathlib import Path

BOXES = {b"mvhd": 24, b"mdhd": 24, b"tkhd": 28}
"""Where each keeps its 32-bit duration in version 0, counted from its start (ISO 14496-12, 8.2.2, 8.4.2 and 8.3.2)."""
TFDT_TIME = 12
MATROSKA_DURATION = b"\x44\x89\x88"
"""The element's identifier, and the length of the double that follows."""
GIF_DELAY = b"\x21\xf9\x04"
"""Begins the extension with a frame's delay in hundredths of a second (GIF89a, 23)."""


def mp4_headers_say(film: Path, factor: float) -> None:
    """Multiplies the duration of the film and of each track; the edit lists and the tables stay."""
    data = bytearray(film.read_bytes())
    for kind, offset in BOXES.items():
        for at in places(data, kind):
            said = struct.unpack_from(">I", data, at - 4 + offset)[0]
            struct.pack_into(">I", data, at - 4 + offset, round(said * factor))
    film.write_bytes(data)


def fragments_begin_at(film: Path, begin_s: float, *, timescales: list[int]) -> None:
    """Moves the clock of a fragmented MP4; `timescales` of its tracks, which take turns in its fragments."""
    data = bytearray(film.read_bytes())
    for at in places(data, b"tfdt"):
        version, track = data[at + 4], _track(data, at)
        form = ">Q" if version else ">I"
        said = struct.unpack_from(form, data, at - 4 + TFDT_TIME)[0]
        struct.pack_into(form, data, at - 4 + TFDT_TIME, said + round(begin_s * timescales[track - 1]))
    film.write_bytes(data)


def _track(data: bytearray, tfdt: int) -> int:
    """From the track fragment header that precedes it."""
    header = data.rindex(b"tfhd", 0, tfdt)
    return int(struct.unpack_from(">I", data, header + 8)[0])


def matroska_says(film: Path, seconds: float) -> None:
    data = bytearray(film.read_bytes())
    at = data.index(MATROSKA_DURATION)
    struct.pack_into(">d", data, at + len(MATROSKA_DURATION), seconds * 1000)
    film.write_bytes(data)


def append_void(film: Path, size: int) -> None:
    """Makes a Matroska file larger by an element that is void (RFC 8794, 11.3.2), without using the disk."""
    with film.open("ab") as file:
        file.write(b"\xec\x01" + size.to_bytes(7))
        file.truncate(film.stat().st_size + size + 8)


def gif_delays(film: Path, *hundredths: int) -> None:
    """Gives the frames these delays in turn."""
    data = bytearray(film.read_bytes())
    for number, at in enumerate(places(data, GIF_DELAY)):
        struct.pack_into("<H", data, at + 4, hundredths[number % len(hundredths)])
    film.write_bytes(data)


def places(data: bytes | bytearray, kind: bytes) -> Iterator[int]:
    at = data.find(kind)
    while at >= 0:
        yield at
        at = data.find(kind, at + 1)

"""Generates Blu-ray subtitles (PGS), which no encoder of ffmpeg writes; it converts them to those of DVDs and DVB."""

import struct
from dataclasses import dataclass
from pathlib import Path

SCREEN = (1920, 1080)
WHITE, BLACK = (235, 128, 128, 255), (16, 128, 128, 255)
"""Luma, Cr, Cb and opacity."""


@dataclass(frozen=True)
class Shown:
    """A white box with a black edge."""

    begin_s: float
    end_s: float
    x: int
    y: int
    width: int
    height: int


def write_pgs(path: Path, shown: list[Shown], screen: tuple[int, int] = SCREEN) -> Path:
    """A .sup file: a display set per picture, and one without objects that removes it."""
    sets = []
    for number, each in enumerate(shown):
        at, end = int(each.begin_s * 90_000), int(each.end_s * 90_000)
        sets += [*_display(at, 2 * number, each, screen), *_display(end, 2 * number + 1, None, screen)]
    path.write_bytes(b"".join(sets))
    return path


def _display(at: int, number: int, shown: Shown | None, screen: tuple[int, int]) -> list[bytes]:
    count = 1 if shown else 0
    presentation = struct.pack(">HHBHBBBB", *screen, 0x10, number, 0x80, 0, 0, count)
    if shown is None:
        return [_segment(at, 0x16, presentation), _segment(at, 0x80, b"")]
    presentation += struct.pack(">HBBHH", 0, 0, 0, shown.x, shown.y)
    window = struct.pack(">BBHHHH", 1, 0, shown.x, shown.y, shown.width, shown.height)
    palette = bytes([0, 0]) + b"".join(bytes([index, *colour]) for index, colour in ((1, WHITE), (2, BLACK)))
    rows = [_row([(2, shown.width)])] * 4
    middle = [_row([(2, 4), (1, shown.width - 8), (2, 4)])] * (shown.height - 8)
    coded = b"".join([*rows, *middle, *rows])
    data = (len(coded) + 4).to_bytes(3, "big") + struct.pack(">HH", shown.width, shown.height) + coded
    picture = struct.pack(">HBB", 0, 0, 0xC0) + data
    kinds = ((0x16, presentation), (0x17, window), (0x14, palette), (0x15, picture), (0x80, b""))
    return [_segment(at, kind, content) for kind, content in kinds]


def _segment(at: int, kind: int, content: bytes) -> bytes:
    return b"PG" + struct.pack(">IIBH", at, 0, kind, len(content)) + content


def _row(runs: list[tuple[int, int]]) -> bytes:
    """Runs of a colour, each shorter than 16,384 pixels, and the end of the line."""
    return b"".join(struct.pack(">BHB", 0, 0xC000 | length, colour) for colour, length in runs) + b"\0\0"

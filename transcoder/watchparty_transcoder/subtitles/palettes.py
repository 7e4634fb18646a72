"""The colours of subtitles that are pictures, read from their packets, because PyAV returns only the pixels. Pure.

Of Blu-ray (PGS) a palette is a segment of its own that later packets refer to (US patent 2009/0185789, table 6); of DVD
(VobSub) the track's header has sixteen colours, and each packet chooses four of them with their opacity.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Colour = tuple[int, int, int, int]
"""Red, green, blue, and opacity up to 255."""

PGS = "hdmv_pgs_subtitle"
PALETTE, PRESENTATION = 0x14, 0x16
EPOCH_START = 0x80
PRESENTATION_BYTES = 11
STANDARD_LINES = 576
"""Up to this height discs use the colours of BT.601, above those of BT.709."""
COLOURS = 256
NOTHING: Colour = (0, 0, 0, 0)
HEADER_COLOURS = re.compile(r"^\s*palette:(?P<colours>[^\n]*)$", re.MULTILINE | re.IGNORECASE)
HEADER_SIZE = re.compile(r"^\s*size:\s*(?P<width>\d{1,5})\s*x\s*(?P<height>\d{1,5})\s*$", re.MULTILINE | re.IGNORECASE)
COMMAND_BYTES = {0x00: 0, 0x01: 0, 0x02: 0, 0x03: 2, 0x04: 2, 0x05: 6, 0x06: 4}
SET_COLOURS, SET_OPACITY = 0x03, 0x04


@dataclass
class BluRayPalettes:
    """Takes every packet of a track in order."""

    screen: tuple[int, int] = (1920, 1080)
    _palettes: dict[int, dict[int, Colour]] = field(default_factory=dict)
    _chosen: int = 0  # in transport streams each segment is a packet: one chooses the palette, a later one draws

    def take(self, packet: bytes) -> list[Colour]:
        """The colours of the pictures in this packet, by index."""
        for kind, content in _segments(packet):
            if kind == PRESENTATION and len(content) >= PRESENTATION_BYTES:
                width, height = struct.unpack(">HH", content[:4])
                self.screen = (width, height) if width and height else self.screen
                self._chosen = content[9]
                if content[7] & EPOCH_START:
                    self._palettes.clear()
            elif kind == PALETTE and len(content) >= 2:
                palette = self._palettes.setdefault(content[0], {})
                for at in range(2, len(content) - 4, 5):
                    index, luma, red, blue, opacity = content[at : at + 5]
                    palette[index] = (*_rgb(luma, red, blue, high=self.screen[1] > STANDARD_LINES), opacity)
        palette = self._palettes.get(self._chosen, {})
        return [palette.get(index, NOTHING) for index in range(COLOURS)]


@dataclass(frozen=True)
class DvdColours:
    """The header of a VobSub track."""

    screen: tuple[int, int]
    colours: tuple[tuple[int, int, int], ...]

    def take(self, packet: bytes) -> list[Colour]:
        """The four colours of the picture in this packet."""
        places, opacities = [0, 1, 2, 3], [0, 15, 15, 15]
        for command, given in _commands(packet):
            if command not in (SET_COLOURS, SET_OPACITY) or len(given) < COMMAND_BYTES[command]:
                continue
            nibbles = [given[1] & 15, given[1] >> 4, given[0] & 15, given[0] >> 4]
            if command == SET_COLOURS:
                places = nibbles
            else:
                opacities = nibbles
                break  # what follows fades the picture out
        return [(*self.colours[place], opacity * 17) for place, opacity in zip(places, opacities, strict=True)]


def read_dvd_header(header: str) -> DvdColours | None:
    """None where it states no colours: a guess would show text in the colour of its edge."""
    found, size = HEADER_COLOURS.search(header), HEADER_SIZE.search(header)
    texts = [each.strip() for each in found["colours"].split(",")] if found else []
    if len(texts) < 16 or not all(re.fullmatch(r"[0-9a-fA-F]{6}", each) for each in texts[:16]):
        return None
    values = [int(each, 16) for each in texts[:16]]
    screen = (int(size["width"]), int(size["height"])) if size else (720, 576)
    colours = tuple((value >> 16, value >> 8 & 255, value & 255) for value in values)
    return DvdColours(screen if screen[0] and screen[1] else (720, 576), colours)


def _segments(packet: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 3 <= len(packet):
        length = int.from_bytes(packet[at + 1 : at + 3], "big")
        yield packet[at], packet[at + 3 : at + 3 + length]
        at += 3 + length


def _commands(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """The commands of the first control sequence (DVD sub-picture units)."""
    at = int.from_bytes(packet[2:4], "big") + 4
    while at < len(packet) and packet[at] in COMMAND_BYTES:
        length = COMMAND_BYTES[packet[at]]
        yield packet[at], packet[at + 1 : at + 1 + length]
        at += 1 + length


def _rgb(luma: int, red: int, blue: int, *, high: bool) -> tuple[int, int, int]:
    """From limited range (ITU-R BT.709 or BT.601)."""
    y, cr, cb = 1.164 * (luma - 16), red - 128, blue - 128
    r, g, b = (1.793, (0.533, 0.213), 2.112) if high else (1.596, (0.813, 0.392), 2.017)
    values = (y + r * cr, y - g[0] * cr - g[1] * cb, y + b * cb)
    return tuple(min(255, max(0, round(value))) for value in values)  # type: ignore[return-value]  # three

"""Subtitles that are pictures (Blu-ray, DVD), as PNG files and a list of when and where each is shown.

Places and sizes are fractions of the film's picture, so that the page can draw them over a picture of any size. A film
can hold any number of pictures of any size, so both are limited; what exceeds a limit is left out.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import msgspec
from av.subtitles.subtitle import BitmapSubtitle, SubtitleSet

from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage
from watchparty_transcoder.subtitles.palettes import PGS, BluRayPalettes, Colour, DvdColours, read_dvd_header

MAX_IMAGES = 10_000
MAX_PIXELS = 4096 * 2304
"""Of a picture; Blu-ray's have at most 1920 x 1080."""
MAX_BYTES = 256 << 20
"""Of all pictures of a track."""
LONGEST_S = 30.0
"""A picture that nothing removes goes after that."""


class ImageCue(msgspec.Struct, frozen=True):
    """A picture from `begin_s` to `end_s`; the rest are fractions of the film's width and height."""

    begin_s: float
    end_s: float
    x: float
    y: float
    width: float
    height: float
    image: str  # the name of the file, relative to the list


class ImageList(msgspec.Struct, frozen=True):
    cues: list[ImageCue]


@dataclass
class ImageTrack:
    """Takes the packets of a track in order, stores the pictures, and at the end the list."""

    name: str
    film: tuple[int, int]  # the displayed size of the film
    storage: Storage
    colours: BluRayPalettes | DvdColours
    cues: list[ImageCue] = field(default_factory=list)
    _shown: list[ImageCue] = field(default_factory=list)  # since the last packet
    count: int = 0  # of pictures
    _bytes: int = 0

    def take(self, packet: bytes, decoded: SubtitleSet | None, begin_s: float, length_s: float) -> None:
        """Each packet replaces what was shown before it; one without pictures only removes it.

        `length_s`: 0 where the container does not say.
        """
        colours = self.colours.take(packet)
        begin_s += decoded.start_display_time / 1000 if decoded else 0
        self._remove(begin_s)
        if decoded is None:
            return
        told_s = length_s or (decoded.end_display_time - decoded.start_display_time) / 1000
        end_s = begin_s + (told_s if 0 < told_s < LONGEST_S else LONGEST_S)
        for rectangle in decoded.rects:
            if isinstance(rectangle, BitmapSubtitle) and (image := self._stored(rectangle, colours)):
                x, y, width, height = self.place(rectangle.x, rectangle.y, rectangle.width, rectangle.height)
                self._shown.append(ImageCue(begin_s, end_s, x, y, width, height, image))

    def close(self, film_s: float) -> None:
        """Writes the list, with what is within the film."""
        self._remove(film_s)
        within = [
            msgspec.structs.replace(each, begin_s=round(max(0.0, each.begin_s), 3), end_s=round(each.end_s, 3))
            for each in self.cues
            if each.begin_s < each.end_s and each.end_s > 0
        ]
        self.storage.create(layout.subtitle_images(self.name), msgspec.json.encode(ImageList(within)))

    def _remove(self, at_s: float) -> None:
        self.cues += [msgspec.structs.replace(each, end_s=min(each.end_s, at_s)) for each in self._shown]
        self._shown = []

    def _stored(self, rectangle: BitmapSubtitle, colours: Sequence[Colour]) -> str | None:
        """The name of the file; None for a picture without content, or beyond a limit."""
        pixels = rectangle.width * rectangle.height
        if not 0 < pixels <= MAX_PIXELS or self.count >= MAX_IMAGES or self._bytes >= MAX_BYTES:
            return None
        indices = bytes(rectangle.planes[0])  # type: ignore[call-overload]  # a buffer, which its stub does not say
        if len(indices) < pixels or max(indices) >= len(colours):
            return None
        data = png(rectangle.width, rectangle.height, indices, colours)
        name = layout.subtitle_image(self.name, self.count)
        self.storage.create(name, data)
        self.count += 1
        self._bytes += len(data)
        return layout.last_part(name)

    def place(self, x: int, y: int, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, width and height as fractions of the film, moved inside it, and no larger.

        `x`, `y`, `width`, `height`: pixels of the screen for which the subtitles were made.
        Blu-ray's pixels are square and its film may have been cropped since. DVD's screen is as wide and high as the
        film, whatever the shape of its pixels.
        """
        screen = self.colours.screen
        across, down = Fraction(self.film[0], screen[0]), Fraction(self.film[1], screen[1])
        above = Fraction(0)
        if isinstance(self.colours, BluRayPalettes):
            down = across
            above = (self.film[1] - screen[1] * down) / 2
        wide, high = min(Fraction(1), width * across / self.film[0]), min(Fraction(1), height * down / self.film[1])
        left, top = x * across / self.film[0], (y * down + above) / self.film[1]
        left, top = max(Fraction(0), min(left, 1 - wide)), max(Fraction(0), min(top, 1 - high))
        return round(float(left), 5), round(float(top), 5), round(float(wide), 5), round(float(high), 5)


def image_track(name: str, codec: str, header: str, *, film: tuple[int, int], storage: Storage) -> ImageTrack:
    """A DVD track without colours is shown in white with black edges, the usual order."""
    if codec == PGS:
        return ImageTrack(name, film, storage, BluRayPalettes())
    return ImageTrack(name, film, storage, read_dvd_header(header) or USUAL_DVD)


USUAL_DVD = DvdColours((720, 576), ((0, 0, 0), (255, 255, 255), (0, 0, 0), (128, 128, 128)) * 4)


def png(width: int, height: int, indices: bytes, colours: Sequence[Colour]) -> bytes:
    """A picture with a palette, one byte per pixel (ISO/IEC 15948)."""
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(colour[:3]) for colour in colours)),
            _chunk(b"tRNS", bytes(colour[3] for colour in colours)),
            _chunk(b"IDAT", zlib.compress(rows, 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

"""The text of one packet of a text subtitle track, read by the grammar of its codec. Pure.

libavcodec converts every text codec to ASS, which loses the difference between markup and text: after that, a backslash
or a brace in SubRip cannot be told from a code. So packets of SubRip, WebVTT and MPEG-4 timed text are read as stored.
"""

import re
import struct
from dataclasses import dataclass, field
from itertools import pairwise

from watchparty_transcoder.subtitles.cue_text import Span, Styled, from_ass, from_subrip, from_webvtt

SUBRIP = ("subrip", "srt", "text")
TIMED_TEXT = "mov_text"
WEBVTT = "webvtt"
STYLE_FORMAT = re.compile(r"^\s*Format\s*:(?P<fields>.*)$", re.IGNORECASE | re.MULTILINE)
STYLE = re.compile(r"^\s*Style\s*:(?P<values>.*)$", re.IGNORECASE | re.MULTILINE)
HEIGHT = re.compile(r"^\s*PlayResY\s*:\s*(\d{1,5})\s*$", re.IGNORECASE | re.MULTILINE)
FACES = ((1, "b"), (2, "i"), (4, "u"))
"""The bits of a style record's face flags: 3GPP TS 26.245, section 5.16."""
STYLE_RECORD = struct.Struct(">HHHBBI")
BOTTOM = 2
DIALOGUE_FIELDS = 8
"""Before the text, in the form in which libavcodec returns a dialogue line."""
STYLE_FIELD = 2


@dataclass(frozen=True, slots=True)
class Script:
    """The placement in an ASS header: each style's alignment (numpad), and the height that positions refer to."""

    alignments: dict[str, int] = field(default_factory=dict)
    height: float | None = None


def read_header(header: str) -> Script:
    """From a track's codec data; an unreadable header places everything at the bottom."""
    alignments: dict[str, int] = {}
    legacy = "[V4 Styles]" in header
    fields: list[str] = []
    for line in header.splitlines():
        if line.strip().lower() == "[events]":
            break
        if found := STYLE_FORMAT.match(line):
            fields = [each.strip().lower() for each in found["fields"].split(",")]
        elif found := STYLE.match(line):
            style = dict(zip(fields, (each.strip() for each in found["values"].split(",")), strict=False))
            if style.get("alignment", "").isdecimal() and "name" in style:
                alignment = int(style["alignment"])
                alignments[style["name"]] = _from_legacy(alignment) if legacy else alignment
    height = HEIGHT.search(header)
    usable = {name: alignment for name, alignment in alignments.items() if 1 <= alignment <= 9}
    return Script(usable, float(height[1]) or None if height else None)


def from_packet(codec: str, data: bytes, settings: str = "") -> Styled | None:
    """None for codecs whose packets have to be decoded first. `settings` are a WebVTT packet's."""
    if codec in SUBRIP:
        return from_subrip(data.decode(errors="replace"))
    if codec == WEBVTT:
        return from_webvtt(data.decode(errors="replace"), settings)
    if codec == TIMED_TEXT:
        return _from_timed_text(data)
    return None


def from_dialogue(dialogue: str, script: Script) -> Styled:
    """From a line that libavcodec returns: eight fields and the text."""
    fields = dialogue.split(",", DIALOGUE_FIELDS)
    style = fields[STYLE_FIELD].lstrip("*") if len(fields) > STYLE_FIELD else ""
    return from_ass(fields[-1], alignment=script.alignments.get(style, BOTTOM), height=script.height)


def _from_legacy(alignment: int) -> int:
    """SSA counts the columns 1 to 3 and adds 4 for the top and 8 for the middle."""
    return (alignment & 3) + (6 if alignment & 4 else 3 if alignment & 8 else 0)


def _from_timed_text(data: bytes) -> Styled:
    """A sample of 3GPP TS 26.245: the length, the text, and boxes, of which `styl` holds the styles by character."""
    length = int.from_bytes(data[:2])
    raw = data[2 : 2 + length]
    utf16 = raw[:2] in (b"\xfe\xff", b"\xff\xfe")
    text = raw.decode("utf-16" if utf16 else "utf-8", errors="replace")
    ranges = _style_ranges(data[2 + length :])
    edges = sorted({0, len(text), *(edge for start, end, _ in ranges for edge in (start, end) if edge <= len(text))})
    spans = []
    for start, end in pairwise(edges):
        faces = [face for from_, to, face in ranges if from_ <= start < to]
        styles = tuple(name for bit, name in FACES if any(face & bit for face in faces))
        spans.append(Span(text[start:end], styles))
    return Styled(tuple(spans))


def _style_ranges(boxes: bytes) -> list[tuple[int, int, int]]:
    """First character, end, and face flags of each style."""
    ranges: list[tuple[int, int, int]] = []
    while len(boxes) >= 8:
        size, kind = int.from_bytes(boxes[:4]), boxes[4:8]
        if size < 8:
            break
        if kind == b"styl":
            records = boxes[10:size]
            whole = len(records) // STYLE_RECORD.size * STYLE_RECORD.size
            ranges += [(start, end, face) for start, end, _, face, _, _ in STYLE_RECORD.iter_unpack(records[:whole])]
        boxes = boxes[size:]
    return ranges

"""The text of one subtitle cue: from SubRip or WebVTT markup or ASS override codes to safe WebVTT. Pure.

Italic, bold, underline and the position at the top survive. Fonts, colours, drawings, and everything that a browser
could interpret as markup do not.
"""

import html
import re
from dataclasses import dataclass, field
from typing import NamedTuple

TOP, MIDDLE = "line:5%", "line:50%"
KEPT_TAGS = "biu"
MARKUP = re.compile(
    r"(?P<override>\{\\[^}]*\})|(?P<tag></?[A-Za-z][^<>\n]*>|<\d[\d:.]*>)|(?P<break>\\[Nn])|(?P<space>\\h)"
)
OVERRIDE = re.compile(
    r"\\(?:(?P<style>[biu])(?P<on>\d+)|an(?P<numpad>[1-9])|a(?P<legacy>\d{1,2})|p(?P<drawing>\d+)|(?P<reset>r))"
)
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Span(NamedTuple):
    """Text in one style."""

    text: str
    styles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Styled:
    spans: tuple[Span, ...]
    settings: str = ""


@dataclass(slots=True)
class _Pen:
    """The styles that the markup read so far has switched on."""

    styles: set[str] = field(default_factory=set)
    settings: str = ""
    drawing: bool = False

    def override(self, codes: str) -> None:
        for code in OVERRIDE.finditer(codes):
            if code["style"]:
                (self.styles.add if code["on"] != "0" else self.styles.discard)(code["style"])
            elif code["numpad"]:
                self.settings = _by_numpad(int(code["numpad"]))
            elif code["legacy"]:
                self.settings = TOP if 5 <= int(code["legacy"]) <= 7 else MIDDLE if int(code["legacy"]) >= 9 else ""
            elif code["drawing"]:
                self.drawing = code["drawing"] != "0"
            else:
                self.styles.clear()

    def tag(self, tag: str) -> None:
        name = tag.strip("</> \t").lower().split(".")[0].split()[0]
        if name in KEPT_TAGS:
            (self.styles.discard if tag.startswith("</") else self.styles.add)(name)


def _by_numpad(key: int) -> str:
    return TOP if key >= 7 else MIDDLE if key >= 4 else ""


def from_ass(dialogue: str) -> Styled:
    """From the line that libavcodec returns for every text codec: nine fields, of which the ninth is the text."""
    return _read(dialogue.split(",", 8)[-1], entities=False)


def from_subrip(text: str) -> Styled:
    return _read(text, entities=False)


def from_webvtt(text: str, settings: str = "") -> Styled:
    styled = _read(text, entities=True)
    return Styled(styled.spans, settings)


def _read(text: str, *, entities: bool) -> Styled:
    pen = _Pen()
    spans: list[Span] = []

    def put(text: str) -> None:
        if text and not pen.drawing:
            spans.append(Span(html.unescape(text) if entities else text, frozenset(pen.styles)))

    at = 0
    for found in MARKUP.finditer(text):
        put(text[at : found.start()])
        at = found.end()
        if found["override"]:
            pen.override(found["override"])
        elif found["tag"]:
            pen.tag(found["tag"])
        else:
            put("\n" if found["break"] else "\u00a0")
    put(text[at:])
    return Styled(tuple(spans), pen.settings)


def as_webvtt(styled: Styled) -> str:
    """Balanced tags around each span; lines trimmed; no empty line, because that would end the cue."""
    marked = []
    for text, styles in styled.spans:
        inside = "".join(
            character for character in text if character == "\n" or character.isprintable() or character == "\u00a0"
        )
        blank = not inside.strip()
        opened = "" if blank else "".join(f"<{style}>" for style in sorted(styles))
        closed = "" if blank else "".join(f"</{style}>" for style in sorted(styles, reverse=True))
        marked.append(opened + inside.translate(ESCAPES) + closed)
    lines = (line.strip() for line in "".join(marked).replace("\r", "").split("\n"))
    return "\n".join(line for line in lines if line)

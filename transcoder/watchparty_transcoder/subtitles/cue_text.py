"""The text of one subtitle cue: from the markup of SubRip, WebVTT or ASS to WebVTT that is safe in a browser. Pure.

Each format is read by its own grammar: a backslash is text in SubRip and a code in ASS, a brace is text in SubRip and
WebVTT and a comment in ASS, and an angle bracket that opens no known tag is text everywhere. Italic, bold, underline,
ruby and the placement survive; fonts, colours, drawings, and all that a browser could run do not.

`functions/` and `transcoder/` each have a copy, because deployables share no code; a test keeps them equal.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

TOP, MIDDLE = "line:5%", "line:50%"
ALIGNMENTS = ("align:end", "align:start", "")
"""By the key modulo 3: 1, 4 and 7 are the left column of the numpad."""
KEPT_TAGS = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ruby": "ruby", "rt": "rt"}
DROPPED_TAGS = frozenset(
    {
        *("a", "abbr", "big", "blockquote", "body", "button", "c", "canvas", "center", "code", "div", "embed", "font"),
        *("form", "frame", "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "html", "iframe", "img", "input", "lang"),
        *("li", "link", "marquee", "math", "meta", "object", "ol", "p", "pre", "s", "script", "small", "span"),
        *("strike", "style", "sub", "sup", "svg", "table", "td", "textarea", "title", "tr", "tt", "ul", "v", "video"),
        "audio",
    }
)
"""Names that only HTML and WebVTT give to tags. Other words in angle brackets, such as <laughs>, are text."""
BREAKS = "br"
TAG = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,9})(?P<rest>(?:[.\s/][^<>]{0,300})?)>")
TIMESTAMP_TAG = re.compile(r"<\d[\d:.]{3,20}>")
LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
"""What ends a line besides a line feed (Unicode Standard, section 5.8); removing it would glue words together."""
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
OVERRIDES = re.compile(r"\{\\[^{}\n]{0,300}\}")
"""In SubRip and WebVTT, which inherit it from converters. Other text in braces is text."""
BLOCK = re.compile(r"\{(?P<codes>[^{}]*)\}|\\(?P<escaped>[Nnh{}])")
CODE = re.compile(
    r"\\(?:(?P<style>[biu])(?P<on>\d{1,3})(?![\d.])|an(?P<numpad>[1-9])|a(?P<legacy>\d{1,2})(?!\d)|p(?P<drawing>\d{1,2})(?!\d)"
    r"|pos\(\s*[-\d.]+\s*,\s*(?P<y>-?\d{1,6}(?:\.\d{0,6})?)\s*\)|(?P<reset>r))"
)
BOLDEST_OFF = 400
"""\\b takes 0, 1 or a font weight; from the normal weight down, text is not bold."""


class Span(NamedTuple):
    """Text in one style."""

    text: str
    styles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Styled:
    """`settings` are WebVTT cue settings, such as "line:5%"."""

    spans: tuple[Span, ...]
    settings: str = ""


def from_subrip(text: str) -> Styled:
    return Styled(tuple(_tagged(OVERRIDES.sub("", text))), _placement(text))


def from_webvtt(text: str, settings: str = "") -> Styled:
    plain = TIMESTAMP_TAG.sub("", OVERRIDES.sub("", text))
    return Styled(tuple(_tagged(plain)), settings or _placement(text))


def from_ass(text: str, *, alignment: int = 2, height: float | None = None) -> Styled:
    """`text` is the last field of a dialogue line, `alignment` its style's (numpad), `height` the script's PlayResY."""
    spans: list[Span] = []
    styles: dict[str, None] = {}
    drawing = False
    settings = _by_numpad(alignment)
    at = 0
    for block in BLOCK.finditer(text):
        if not drawing:
            spans.append(Span(text[at : block.start()], tuple(styles)))
        at = block.end()
        if block["codes"] is None:
            if not drawing:
                spans.append(Span(_escape(block["escaped"]), tuple(styles)))
            continue
        for code in CODE.finditer(block["codes"]):
            if code["style"]:
                on = code["on"] != "0" and (code["style"] != "b" or not 1 < int(code["on"]) <= BOLDEST_OFF)
                (styles.setdefault if on else styles.pop)(code["style"], None)
            elif code["drawing"]:
                drawing = code["drawing"] != "0"
            elif code["reset"]:
                styles.clear()
            elif placed := _code_placement(code, height):
                settings = placed
    if not drawing:
        spans.append(Span(text[at:], tuple(styles)))
    return Styled(tuple(spans), settings.strip())


def as_webvtt(styled: Styled) -> str:
    """Balanced tags around each span; blank lines left out, because one would end the cue."""
    marked = []
    for text, styles in styled.spans:
        inside = html.escape(_visible(text), quote=False)
        if not inside.strip(" \t\n"):
            marked.append(inside)
            continue
        opened = "".join(f"<{style}>" for style in styles)
        closed = "".join(f"</{style}>" for style in reversed(styles))
        marked.append(opened + inside + closed)
    lines = (line.strip(" \t") for line in "".join(marked).split("\n"))
    return "\n".join(line for line in lines if line)


def _tagged(text: str) -> Iterator[Span]:
    styles: dict[str, None] = {}
    at = 0
    for tag in TAG.finditer(text):
        name = tag["name"].lower()
        if name not in KEPT_TAGS and name not in DROPPED_TAGS and name != BREAKS:
            continue
        yield Span(_unescaped(text[at : tag.start()]), tuple(styles))
        at = tag.end()
        if name in KEPT_TAGS:
            (styles.pop if tag["closing"] else styles.setdefault)(KEPT_TAGS[name], None)
        elif name == BREAKS:
            yield Span("\n", ())
    yield Span(_unescaped(text[at:]), tuple(styles))


def _unescaped(text: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _escape(character: str) -> str:
    return {"N": "\n", "n": "\n", "h": "\u00a0"}.get(character, character)


def _visible(text: str) -> str:
    """Without control characters and lone surrogates; every other character is the author's."""
    lines = LINE_END.sub("\n", text)
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))


def _placement(text: str) -> str:
    """By the last placement code in a text whose other codes are ignored."""
    placed = [
        found for block in OVERRIDES.findall(text) for code in CODE.finditer(block) if (found := _code_placement(code))
    ]
    return placed[-1] if placed else ""


def _code_placement(code: re.Match[str], height: float | None = None) -> str:
    if code["numpad"]:
        return _by_numpad(int(code["numpad"])) or " "
    if code["legacy"]:
        legacy = int(code["legacy"])
        return _by_numpad((legacy & 3) + (6 if legacy & 4 else 3 if legacy & 8 else 0)) or " "
    if code["y"] and height:
        share = float(code["y"]) / height
        return TOP if share < 1 / 3 else MIDDLE if share < 2 / 3 else ""
    return ""


def _by_numpad(key: int) -> str:
    line = TOP if key >= 7 else MIDDLE if key >= 4 else ""
    return f"{line} {ALIGNMENTS[key % 3]}".strip()

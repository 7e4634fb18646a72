"""Rewrites SubRip or WebVTT as plain WebVTT. Pure; nothing of the original reaches a browser unchanged.

Kept: cue times, cue placement, and the tags that matter to a reader. Dropped: style sheets, colours, fonts and scripts;
text is escaped. Blocks without a timing line are ignored.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from watchparty_api.errors import Invalid

MAX_CUES = 20_000

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHARSETS = (
    *("cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
    *("shift_jis", "gb18030", "big5", "euc_kr"),
)
"""The character sets common in subtitles; with all existing ones, the detection prefers exotic ones too often."""
_CENTRAL_EUROPEAN = frozenset({"bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"})
"""Their letters have the same bytes as western ones: only the language distinguishes them."""
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}([^\n]*)")
_SETTING = re.compile(r"(?:line|position|size|align|vertical):[a-z0-9%.,-]{1,20}")
_TAG = re.compile(r"<(/?)(i|b|u|ruby|rt|v)(?:[.\s][^<>]*)?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}")
_ON_TOP = re.compile(r"\{\\an[789]\}")


@dataclass(frozen=True)
class Cue:
    start_ms: int
    end_ms: int
    settings: str
    text: str


def to_webvtt(content: bytes, *, language: str = "und") -> str:
    """The file as WebVTT. Raises Invalid if it contains no readable cue."""
    cues = sorted(_cues(_decoded(content, language)), key=lambda cue: (cue.start_ms, cue.end_ms))
    if not cues:
        raise Invalid("no_subtitles", "We can’t read this subtitle file. Use .srt or .vtt.")
    if len(cues) > MAX_CUES:
        raise Invalid("too_many_cues", f"A subtitle file can have up to {MAX_CUES} lines.")
    blocks = (
        f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}{cue.settings and ' ' + cue.settings}\n{cue.text}\n"
        for cue in cues
    )
    return "WEBVTT\n\n" + "\n".join(blocks)


def _decoded(content: bytes, language: str) -> str:
    """Decodes by byte order mark, as UTF-8, or in the most likely character set."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        latin = "cp1250" if language.partition("-")[0].lower() in _CENTRAL_EUROPEAN else "cp1252"
        best = from_bytes(content, cp_isolation=[latin, *_CHARSETS]).best()
        return str(best) if best is not None else content.decode(latin, errors="replace")


def _cues(text: str) -> Iterator[Cue]:
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    timings = [(number, found) for number, line in enumerate(lines) if (found := _TIMING.fullmatch(line))]
    for index, (number, timing) in enumerate(timings):
        following = timings[index + 1][0] if index + 1 < len(timings) else len(lines)
        body = _body(lines[number + 1 : following])
        start_ms, end_ms = _milliseconds(*timing.groups()[:4]), _milliseconds(*timing.groups()[4:8])
        if not body or end_ms <= start_ms:
            continue
        settings = " ".join(_SETTING.findall(timing[9]))
        if not settings and _ON_TOP.search(body):
            settings = "line:0"
        if cleaned := _cleaned(body):
            yield Cue(start_ms, end_ms, settings, cleaned)


def _body(lines: list[str]) -> str:
    """The cue's lines up to the first empty one, after which the next cue's number or name may follow."""
    lines = [line.rstrip() for line in lines]
    end = lines.index("") if "" in lines else len(lines)
    return "\n".join(lines[:end])


def _cleaned(body: str) -> str:
    """The escaped text with the known tags only."""
    parts: list[str] = []
    at = 0
    for tag in _TAG.finditer(body):
        parts += [_escaped(body[at : tag.start()]), f"<{tag[1]}{tag[2].lower()}>" if tag[2].lower() != "v" else ""]
        at = tag.end()
    parts.append(_escaped(body[at:]))
    return "".join(parts).strip()


def _escaped(text: str) -> str:
    plain = html.unescape(_ANY_TAG.sub("", text))
    # An arrow in the text would be parsed as a timing line.
    return html.escape(plain.replace("-->", "→"), quote=False)


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _clock(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"

"""Reads the cues of a subtitle file: SubRip, WebVTT, ASS and SSA, MicroDVD, MPL2. Pure.

SubRip has no standard and is read leniently: everything between two timing lines is text, apart from the number of the
next cue. The formats that pysubs2 reads well are left to it; its SubRip and WebVTT readers lose text in angle brackets
and refuse times without milliseconds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pysubs2
from pysubs2.exceptions import Pysubs2Error

from watchparty_api.videos.subtitles.cue_text import Styled, from_ass, from_subrip, from_webvtt

_CLOCK = r"(?:(\d{1,4})\s*:\s*)?(\d{1,2})\s*:\s*(\d{1,2})(?:\s*[.,:]\s*(\d{1,9}))?"
_TIMING = re.compile(rf"[\s\ufeff]*{_CLOCK}\s*-{{1,3}}\s?>\s*{_CLOCK}(?:[\s,;](.*))?$")
_SETTING = re.compile(r"(?:line|position|size|align|vertical):[a-z0-9%.,-]{1,20}")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
_SUBSTATION = re.compile(r"^[ \t]*(?:\[Script Info\]|\[Events\]|Dialogue\s*:)", re.IGNORECASE | re.MULTILINE)
_FRAMES = re.compile(r"\A\s*\{\d{1,9}\}\s*\{\d{0,9}\}")
_TENTHS = re.compile(r"\A\s*\[\d{1,9}\]\s*\[\d{0,9}\]")
_FRAME_RATE = re.compile(r"\A\s*\{[01]\}\s*\{[01]\}\s*(\d{2,3}(?:[.,]\d{1,6})?)\s*$", re.MULTILINE)
_USUAL_FRAME_RATE = 24000 / 1001
"""Of MicroDVD files, which count frames, when neither the file nor the film names another."""


@dataclass(frozen=True)
class Cue:
    """Shown from `start_ms` to `end_ms` of the film."""

    start_ms: int
    end_ms: int
    text: Styled


def read(text: str, *, frame_rate: float | None = None) -> list[Cue]:
    """The cues in the file's order; none if the format is unknown. `frame_rate` is the film's, if known."""
    text = text.lstrip("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("WEBVTT"):
        return list(_timed(text, webvtt=True))
    if _SUBSTATION.search(text):
        return list(_with_pysubs2(text, "ssa" if "[V4 Styles]" in text else "ass"))
    if _FRAMES.match(text):
        declared = _FRAME_RATE.match(text)
        rate = float(declared[1].replace(",", ".")) if declared else frame_rate or _USUAL_FRAME_RATE
        return list(_with_pysubs2(text[declared.end() :] if declared else text, "microdvd", frame_rate=rate))
    if _TENTHS.match(text):
        return list(_with_pysubs2(text, "mpl2"))
    return list(_timed(text, webvtt=False))


def _timed(text: str, *, webvtt: bool) -> Iterator[Cue]:
    lines = text.split("\n")
    timings = [(number, found) for number, line in enumerate(lines) if "-" in line and (found := _TIMING.match(line))]
    number_of_cue = _number(lines, timings[0][0]) if timings else None
    for index, (at, timing) in enumerate(timings):
        end = timings[index + 1][0] if index + 1 < len(timings) else len(lines)
        body = lines[at + 1 : end]
        if webvtt:
            body = _without_other_blocks(body, followed=end < len(lines))
        elif end < len(lines):
            body, number_of_cue = _without_number(body, number_of_cue)
        start_ms, end_ms = _milliseconds(*timing.groups()[:4]), _milliseconds(*timing.groups()[4:8])
        settings = " ".join(_SETTING.findall(timing[9] or ""))
        joined = "\n".join(body)
        styled = from_webvtt(joined, settings) if webvtt else from_subrip(joined)
        yield Cue(start_ms, end_ms, Styled(styled.spans, settings or styled.settings))


def _number(lines: list[str], timing: int) -> int | None:
    """The number of the first cue, in the line before its timing."""
    before = [line.strip("\ufeff \t") for line in lines[:timing] if line.strip("\ufeff \t")]
    return int(before[-1]) if before and re.fullmatch(r"\d{1,9}", before[-1]) else None


def _without_number(body: list[str], number: int | None) -> tuple[list[str], int | None]:
    """The text without the next cue's number, and that number.

    It stands alone after a blank line. In files without blank lines, it is the number that follows this cue's.
    """
    end = len(body)
    while end and not body[end - 1].strip():
        end -= 1
    last = body[end - 1].strip() if end else ""
    if re.fullmatch(r"\d{1,9}", last):
        alone = end < 2 or not body[end - 2].strip()
        if (alone and end == len(body) and (end > 1 or number is not None)) or (
            number is not None and int(last) == number + 1
        ):
            return body[: end - 1], int(last)
    return body, None if number is None else number + 1


def _without_other_blocks(body: list[str], *, followed: bool) -> list[str]:
    """The payload: without comments, style sheets, and the name of the next cue."""
    blocks: list[list[str]] = [[]]
    for line in body:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1] or len(blocks) == 1:
            blocks.append([])
    if followed and body and body[-1].strip() and len(blocks) > 1:
        blocks[-1].pop()  # the line directly before a timing line, after a blank one, is the cue's name
    payload, *others = blocks  # what follows the timing directly is text, whatever it begins with
    return payload + [line for block in others if not (block and _NO_CUE.match(block[0])) for line in block]


def _with_pysubs2(text: str, format_: str, *, frame_rate: float | None = None) -> Iterator[Cue]:
    try:
        file = pysubs2.SSAFile.from_string(text, format_=format_, fps=frame_rate)
        height = float(file.info.get("PlayResY", "") or 0) or None
    except (Pysubs2Error, ValueError, OverflowError, LookupError):  # LookupError: a style with an empty field
        return
    for event in file.events:
        if not event.is_comment:
            style = file.styles.get(event.style)
            alignment = int(style.alignment) if style else 2
            yield Cue(event.start, event.end, from_ass(event.text, alignment=alignment, height=height))


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    milliseconds = int((fraction or "0").ljust(3, "0")[:3])
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + milliseconds

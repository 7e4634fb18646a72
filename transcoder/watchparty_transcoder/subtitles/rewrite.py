"""Rewrites an uploaded .srt or .vtt file as WebVTT, whatever its character set and its line endings.

The API runs it in a separate process: `python -m watchparty_transcoder --subtitles --input FILE --output FILE.vtt`.
"""

import re
from pathlib import Path

from watchparty_transcoder.errors import NoMedia, TooLarge, Unsupported
from watchparty_transcoder.subtitles.cue_text import from_subrip, from_webvtt
from watchparty_transcoder.subtitles.webvtt import Cue, to_webvtt

LARGEST_BYTES = 2 << 20
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
TIMING = re.compile(
    r"^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})(.*)$"
)
SETTING = re.compile(r"\b(?:line|position|size|align|vertical):[a-z0-9%.,-]+")


def rewrite(source: Path, target: Path) -> int:
    """Writes the WebVTT and returns the number of cues."""
    if source.stat().st_size > LARGEST_BYTES:
        raise TooLarge(f"{source.stat().st_size} bytes", sentence="This subtitle file is larger than 2 MB.")
    cues = parse(decode(source.read_bytes()))
    target.write_text(to_webvtt(cues), encoding="utf-8")
    return len(cues)


def decode(data: bytes) -> str:
    """By byte order mark, else UTF-8, else the most likely character set."""
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        import charset_normalizer  # only for files that need it, because it loads large tables

        best = charset_normalizer.from_bytes(data).best()
        return str(best) if best is not None else data.decode("cp1252", errors="replace")


def parse(text: str) -> list[Cue]:
    """The cues of either format: in both, a cue is a block with a timing line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_webvtt = lines[0].lstrip("\ufeff").startswith("WEBVTT")
    timings = [(number, found) for number, line in enumerate(lines) if (found := TIMING.match(line))]
    cues = []
    for place, (number, timing) in enumerate(timings):
        end = timings[place + 1][0] if place + 1 < len(timings) else len(lines)
        body = _body(lines[number + 1 : end], last=end == len(lines))
        settings = " ".join(SETTING.findall(timing[9])) if is_webvtt else ""
        styled = from_webvtt(body, settings) if is_webvtt else from_subrip(body)
        cues.append(Cue(start_s=_seconds(timing, 1), end_s=_seconds(timing, 5), text=styled))
    if not cues:
        if text.strip():
            raise Unsupported("no timing line", sentence="We can’t read this subtitle file. Use .srt or .vtt.")
        raise NoMedia("empty", sentence="This subtitle file is empty.")
    return cues


def _body(lines: list[str], *, last: bool) -> str:
    """The lines up to the first blank one, or in damaged files without blank lines, up to the next cue's number."""
    body: list[str] = []
    for line in lines:
        if not line.strip():
            if body:
                break
            continue
        body.append(line)
    else:
        if not last and body and body[-1].strip().isdigit():
            body.pop()
    return "\n".join(body)


def _seconds(timing: re.Match[str], group: int) -> float:
    hours, minutes, seconds, fraction = timing.group(group, group + 1, group + 2, group + 3)
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000

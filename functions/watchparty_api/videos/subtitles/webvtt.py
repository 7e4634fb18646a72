"""Rewrites an uploaded subtitle file as WebVTT. Pure; nothing of the original reaches a browser unchanged."""

from typing import NamedTuple

from watchparty_api.errors import Invalid
from watchparty_api.videos.subtitles.charsets import read_as, readings
from watchparty_api.videos.subtitles.cue_text import as_webvtt
from watchparty_api.videos.subtitles.formats import Cue, read

SAMPLE_LINES = 4
SAMPLE_CHARS = 120
MAX_CUES = 20_000
"""2 MB of tiny cues would burden every player in the room."""


def to_webvtt(
    content: bytes, *, language: str = "und", charset: str | None = None, frame_rate: float | None = None
) -> str:
    """The file as WebVTT, its cues in order of time, each text and moment once.

    `charset` is the chosen character set; None detects it. Raises Invalid if there is no readable cue.
    """
    reading = read_as(content, charset) if charset else readings(content, language=language)[0]
    cues = _in_order(read(reading.text, frame_rate=frame_rate))
    if len(cues) > MAX_CUES:
        raise Invalid("too_many_cues", f"A subtitle file can have up to {MAX_CUES} lines.")
    blocks = dict.fromkeys(block for cue in cues if (block := _block(cue)))
    if not blocks:
        raise Invalid("no_subtitles", "We can’t read this subtitle file. Use .srt, .vtt or .ass.")
    return "WEBVTT\n\n" + "\n".join(blocks)


class Preview(NamedTuple):
    """`sample`: plain text lines, those in which the readings differ if there are any."""

    charset: str
    sample: tuple[str, ...]


def preview(content: bytes, *, language: str = "und") -> list[Preview]:
    """How the file reads in each plausible character set, the most likely first.

    Raises Invalid if there is no readable cue.
    """
    lines_of = {each.charset: _lines(read(each.text)) for each in readings(content, language=language)}
    lines_of = {charset: lines for charset, lines in lines_of.items() if lines}
    if not lines_of:
        raise Invalid("no_subtitles", "We can’t read this subtitle file. Use .srt, .vtt or .ass.")
    length = min(map(len, lines_of.values()))
    chosen = [at for at in range(length) if any(not lines[at].isascii() for lines in lines_of.values())]
    chosen = (chosen or list(range(length)))[:SAMPLE_LINES]
    return [Preview(charset, tuple(lines[at][:SAMPLE_CHARS] for at in chosen)) for charset, lines in lines_of.items()]


def _lines(cues: list[Cue]) -> list[str]:
    texts = ("".join(span.text for span in cue.text.spans) for cue in _in_order(cues)[:MAX_CUES])
    return [" ".join(text.split()) for text in texts if text.strip()]


def _in_order(cues: list[Cue]) -> list[Cue]:
    return sorted((cue for cue in cues if 0 <= cue.start_ms < cue.end_ms), key=lambda cue: (cue.start_ms, cue.end_ms))


def _block(cue: Cue) -> str:
    text = as_webvtt(cue.text)
    settings = cue.text.settings and f" {cue.text.settings}"
    return text and f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}{settings}\n{text}\n"


def _clock(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"

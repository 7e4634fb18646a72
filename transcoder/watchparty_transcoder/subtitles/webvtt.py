"""Writes cues as a WebVTT file. Pure, and the only writer of the format, so that text is escaped once."""

from collections.abc import Iterable
from dataclasses import dataclass

from watchparty_transcoder.subtitles.cue_text import Styled, as_webvtt

TIMESTAMP_MAP = "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
"""Tells players that demux subtitles like audio when the cues start; the parsers of browsers ignore it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    start_s: float
    end_s: float
    text: Styled


def to_webvtt(cues: Iterable[Cue]) -> str:
    """In order of time, each text and moment once: layers of one line would show it twice.

    Cues are cut at the film's beginning; those without text or duration are left out.
    """
    blocks = [f"WEBVTT\n{TIMESTAMP_MAP}"]
    for cue in sorted(cues, key=lambda each: (each.start_s, each.end_s)):
        start_s, text = max(0.0, cue.start_s), as_webvtt(cue.text)
        if text and cue.end_s > start_s:
            settings = f" {cue.text.settings}" if cue.text.settings else ""
            blocks.append(f"{timestamp(start_s)} --> {timestamp(cue.end_s)}{settings}\n{text}")
    return "\n\n".join(dict.fromkeys(blocks)) + "\n"


def timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"

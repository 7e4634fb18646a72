"""Writes the contract's JSON Schema and its valid examples from the types of the transcode event.

`make contracts` runs it to renew docs/contracts; a test compares the committed files with its output.
"""

from pathlib import Path
from typing import Any

import msgspec

from watchparty_transcoder.events.transcode_event import (
    AudioTrack,
    Failed,
    Finished,
    Playable,
    Progress,
    Rendition,
    Started,
    SubtitleTrack,
    TranscodeEvent,
    encode,
    json_schema,
)

CONTRACTS = Path(__file__).parents[3] / "docs" / "contracts"
SCHEMA = "transcode-event.schema.json"
ENVELOPE: dict[str, Any] = {"video_id": "v_3kT9", "generation": 1, "task": 0, "attempt": 1}

LADDER = tuple(
    Rendition(
        height=height,
        width=width,
        bandwidth=bandwidth,
        codecs="avc1.64001F,mp4a.40.2",
        source="ladder",
        playlist=f"v{height}/ladder.m3u8",
    )
    for height, width, bandwidth in ((360, 640, 960_000), (480, 854, 1_560_000), (720, 1280, 2_960_000))
)
COPY = Rendition(
    height=1080,
    width=1920,
    bandwidth=9_696_676,
    codecs="avc1.640028,mp4a.40.2",
    source="copy",
    playlist="v1080/copy.m3u8",
)
ENGLISH = AudioTrack(language="en", label="English", default=True, playlist="a0/copy.m3u8")
FRENCH = SubtitleTrack(
    language="fr",
    label="French",
    default=False,
    forced=False,
    shown=True,
    playlist="s0/subtitles.m3u8",
    file="s0/subtitles.vtt",
)


def examples() -> dict[str, TranscodeEvent]:
    """One event of each kind, as it appears in the life of one film."""
    watchable: dict[str, Any] = {"duration_s": 5400.04, "renditions": (COPY,), "audio_tracks": (ENGLISH,), **ENVELOPE}
    complete: dict[str, Any] = {"subtitle_tracks": (FRENCH,), "poster": "poster.jpg", "sprites": "sprites.vtt"}
    return {
        "started": Started(seq=1, **ENVELOPE),
        "progress": Progress(seq=3, done=4320, total=647_040, **ENVELOPE),
        "playable": Playable(seq=2, playable_s=4.004, subtitle_tracks=(), **watchable),
        "finished": Finished(seq=97, playable_s=5400.04, **{**watchable, **complete, "renditions": (*LADDER, COPY)}),
        "failed": Failed(seq=2, code="incomplete", message="The end of this file is missing.", **ENVELOPE),
    }


def schema_text() -> str:
    return _pretty(msgspec.json.encode(json_schema(), order="sorted"))


def example_texts() -> dict[str, str]:
    return {f"transcode-event.{kind}.json": _pretty(encode(event)) for kind, event in examples().items()}


def _pretty(data: bytes) -> str:
    return msgspec.json.format(data, indent=2).decode() + "\n"


def write() -> None:
    (CONTRACTS / SCHEMA).write_text(schema_text(), encoding="utf-8")
    for name, text in example_texts().items():
        (CONTRACTS / "examples" / "valid" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()

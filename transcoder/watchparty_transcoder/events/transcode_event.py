"""The transcode event: the contract between this deployable and the functions that record the state of a video.

Events are delivered at least once, in any order. Receivers keep the highest progress, let `playable`, `finished` and
`failed` only move forward, and drop events of a lower generation. `docs/contracts/transcode-event.schema.json` is
generated from these types.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from watchparty_transcoder.errors import FailureCode, Wait

VERSION = 1

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Identifier = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]+$")]


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """A video rendition that can be played now."""

    height: int
    width: int
    bandwidth: Annotated[int, msgspec.Meta(ge=1, description="peak bits per second, as in the master playlist")]
    codecs: str
    source: Literal["copy", "fast", "ladder"]
    playlist: Annotated[str, msgspec.Meta(description="relative to the master playlist")]


class AudioTrack(msgspec.Struct, frozen=True, kw_only=True):
    language: Annotated[str, msgspec.Meta(description="BCP 47; und if the file does not specify one")]
    label: str
    default: bool
    playlist: str


class SubtitleTrack(msgspec.Struct, frozen=True, kw_only=True):
    language: str
    label: str
    default: bool
    forced: bool
    shown: Annotated[
        bool, msgspec.Meta(description="false for subtitles that are pictures of a kind that we cannot decode")
    ]
    playlist: str | None = None
    file: Annotated[str | None, msgspec.Meta(description="the whole track as one WebVTT file")] = None


class ChapterMark(msgspec.Struct, frozen=True, kw_only=True):
    start_s: Seconds
    end_s: Seconds
    title: str


class LostPart(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of the film."""

    begin_s: Seconds
    end_s: Annotated[Seconds | None, msgspec.Meta(description="null if it is not known how much is missing")] = None


class FilmLoss(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the film has lost; its message is also one of the warnings."""

    kind: Literal["sound_missing", "picture_missing", "end_missing", "track_skipped", "subtitles_not_shown"]
    message: Annotated[str, msgspec.Meta(description="a sentence for the uploader")]
    track: Annotated[str | None, msgspec.Meta(description="its label, if there are several")] = None
    parts: tuple[LostPart, ...] = ()


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1
    video_id: Identifier
    generation: Count
    task: Count
    attempt: Annotated[int, msgspec.Meta(ge=1)]
    seq: Annotated[int, msgspec.Meta(ge=1, description="counts the events of one attempt")]


class Started(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="started"):
    pass


class Progress(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="progress"):
    done: Annotated[int, msgspec.Meta(ge=0, description="output frames encoded, over all passes")]
    total: Annotated[int, msgspec.Meta(ge=1)]


class Watchable(Envelope, frozen=True, kw_only=True):
    """What `playable` and `finished` have in common."""

    duration_s: Seconds
    playable_s: Annotated[float, msgspec.Meta(ge=0, description="up to which time the film is playable now")]
    renditions: tuple[Rendition, ...]
    audio_tracks: tuple[AudioTrack, ...]
    subtitle_tracks: tuple[SubtitleTrack, ...]
    chapters: tuple[ChapterMark, ...] = ()
    warnings: tuple[str, ...] = ()
    losses: tuple[FilmLoss, ...] = ()
    master: Literal["master.m3u8"] = "master.m3u8"
    poster: str | None = None
    sprites: Annotated[str | None, msgspec.Meta(description="WebVTT whose cues name regions of sprite sheets")] = None


class Playable(Watchable, frozen=True, kw_only=True, tag_field="kind", tag="playable"):
    pass


class Finished(Watchable, frozen=True, kw_only=True, tag_field="kind", tag="finished"):
    media_bytes: Annotated[int, msgspec.Meta(ge=0, description="all files of the film")] | None = None


class Failed(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="failed"):
    code: FailureCode
    message: Annotated[str, msgspec.Meta(min_length=1, description="a sentence for the uploader")]
    waits_for: Annotated[
        Wait | None, msgspec.Meta(description="set if the run is repeated until this is there; no lost run")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What a viewer can play now: what `playable` and `finished` report. Equal values need no second event."""

    playable_s: float
    renditions: tuple[Rendition, ...]
    audio_tracks: tuple[AudioTrack, ...]
    subtitle_tracks: tuple[SubtitleTrack, ...]
    chapters: tuple[ChapterMark, ...]
    warnings: tuple[str, ...]
    losses: tuple[FilmLoss, ...]
    poster: str | None
    sprites: str | None


TranscodeEvent = Started | Progress | Playable | Finished | Failed


def encode(event: TranscodeEvent) -> bytes:
    return msgspec.json.encode(event)


def decode(line: bytes | str) -> TranscodeEvent:
    event: TranscodeEvent = msgspec.json.decode(line, type=TranscodeEvent)
    return event


def json_schema() -> dict[str, Any]:
    """The contract, as committed in docs/contracts."""
    schema = msgspec.json.schema(TranscodeEvent)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "transcode-event.schema.json",
        "title": "Transcode event",
        "description": "What the transcoder reports about one generation of one video.",
        **schema,
    }

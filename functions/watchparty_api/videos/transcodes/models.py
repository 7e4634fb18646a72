"""The transcode event (docs/contracts/transcode-event.schema.json) as the functions read it.

Unknown fields of a newer transcoder are ignored; missing fields and wrong types are refused.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

FailureCode = Literal[
    "unsupported", "no_media", "corrupt", "incomplete", "too_long", "too_large", "timeout", "internal"
]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**53)]
_MAX_CHARS = 1000
_MAX_PARTS = 1000


def _line(text: Any) -> Any:
    """Text from the file, which must not keep the film from being ready: shortened, without what cannot be stored."""
    return text.replace("\0", "").encode(errors="ignore").decode()[:_MAX_CHARS] if isinstance(text, str) else text


def _known_wait(reason: Any) -> Any:
    """A reason of a newer transcoder counts as none: the run is repeated like any other that failed."""
    return reason if reason == "disk_space" else None


def _first_parts(parts: Any) -> Any:
    return tuple(parts)[:_MAX_PARTS] if isinstance(parts, list | tuple) else parts


Line = Annotated[str, BeforeValidator(_line)]
Parts = BeforeValidator(_first_parts)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Rendition(_Part):
    height: Count
    width: Count
    bandwidth: Count
    codecs: Line


class AudioTrack(_Part):
    language: Line
    label: Line
    default: bool


class SubtitleTrack(_Part):
    language: Line
    label: Line
    default: bool
    forced: bool
    shown: bool


class Chapter(_Part):
    start_s: Seconds
    end_s: Seconds
    title: Line


class LostPart(_Part):
    begin_s: Seconds
    end_s: Seconds | None = None


class Loss(_Part):
    """`kind` may be one that a newer transcoder has added."""

    kind: Line
    message: Line
    track: Line | None = None
    parts: Annotated[tuple[LostPart, ...], Parts] = ()


class _Event(_Part):
    v: Literal[1]
    video_id: Line
    generation: Annotated[int, Field(ge=0, le=2**63 - 1)]
    attempt: Count
    seq: Count

    @property
    def rank(self) -> tuple[int, int]:
        """Orders the events of one generation."""
        return self.attempt, self.seq


class Started(_Event):
    kind: Literal["started"]


class Progress(_Event):
    kind: Literal["progress"]
    done: Count
    total: Annotated[int, Field(ge=1, le=2**53)]


class Watchable(_Event):
    """The common fields of `playable` and `finished`."""

    duration_s: Seconds
    playable_s: Seconds
    renditions: Annotated[tuple[Rendition, ...], Parts]
    audio_tracks: Annotated[tuple[AudioTrack, ...], Parts]
    subtitle_tracks: Annotated[tuple[SubtitleTrack, ...], Parts]
    chapters: Annotated[tuple[Chapter, ...], Parts] = ()
    warnings: Annotated[tuple[Line, ...], Parts] = ()
    losses: Annotated[tuple[Loss, ...], Parts] = ()
    poster: Line | None = None
    sprites: Line | None = None


class Playable(Watchable):
    kind: Literal["playable"]


class Finished(Watchable):
    kind: Literal["finished"]
    media_bytes: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Failed(_Event):
    kind: Literal["failed"]
    code: FailureCode
    message: Annotated[Line, Field(min_length=1)]
    waits_for: Annotated[Literal["disk_space"] | None, BeforeValidator(_known_wait)] = None


TranscodeEvent = Started | Progress | Playable | Finished | Failed

EVENT: TypeAdapter[TranscodeEvent] = TypeAdapter(Annotated[TranscodeEvent, Field(discriminator="kind")])

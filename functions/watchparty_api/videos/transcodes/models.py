"""The transcode event (docs/contracts/transcode-event.schema.json) as the functions read it.

Unknown fields of a newer transcoder are ignored; missing fields and wrong types are refused.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FailureCode = Literal[
    "unsupported", "no_media", "corrupt", "incomplete", "too_long", "too_large", "timeout", "internal"
]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Rendition(_Part):
    height: int
    width: int
    bandwidth: int
    codecs: str


class AudioTrack(_Part):
    language: str
    label: str
    default: bool


class SubtitleTrack(_Part):
    language: str
    label: str
    default: bool
    forced: bool
    shown: bool


class Chapter(_Part):
    start_s: Seconds
    end_s: Seconds
    title: str


class _Event(_Part):
    v: Literal[1]
    video_id: str
    generation: int
    attempt: int
    seq: int

    @property
    def rank(self) -> tuple[int, int]:
        """Orders the events of one generation."""
        return self.attempt, self.seq


class Started(_Event):
    kind: Literal["started"]


class Progress(_Event):
    kind: Literal["progress"]
    done: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=1)]


class Watchable(_Event):
    """The common fields of `playable` and `finished`."""

    duration_s: Seconds
    playable_s: Seconds
    renditions: tuple[Rendition, ...]
    audio_tracks: tuple[AudioTrack, ...]
    subtitle_tracks: tuple[SubtitleTrack, ...]
    chapters: tuple[Chapter, ...] = ()
    warnings: tuple[str, ...] = ()
    poster: str | None = None
    sprites: str | None = None


class Playable(Watchable):
    kind: Literal["playable"]


class Finished(Watchable):
    kind: Literal["finished"]


class Failed(_Event):
    kind: Literal["failed"]
    code: FailureCode
    message: Annotated[str, Field(min_length=1, max_length=1000)]


TranscodeEvent = Started | Progress | Playable | Finished | Failed

EVENT: TypeAdapter[TranscodeEvent] = TypeAdapter(Annotated[TranscodeEvent, Field(discriminator="kind")])

"""Decides everything about a transcode from the facts of a file. Pure: no file, no clock, no ffmpeg.

The same facts always give the same plan, on a laptop and in a hundred cloud tasks; its hash marks what was made by it.
"""

import hashlib
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from watchparty_transcoder import copy_gate, labels, ladder, timeline
from watchparty_transcoder.frame_rate import output_rate
from watchparty_transcoder.models import (
    AAC_FRAME,
    AAC_RATE,
    AudioFacts,
    AudioPlan,
    Chunk,
    Colour,
    CopyPlan,
    Facts,
    Film,
    Grid,
    Lane,
    Picture,
    Plan,
    SubtitlePlan,
    VideoFacts,
)

PLAN_VERSION = 1  # raised whenever the same facts would give other segments under the same names
SOUND_FIRST_S = 0.25  # sound that begins this much before the picture is worth keeping
SOUND_LONGER_S = 2.0  # sound that ends this much after the picture is kept, over the last frame


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSizes:
    """How work is cut up, in segments (about four seconds each)."""

    opening: int = 5  # before quality is added: enough to watch while that begins
    length: int = 15
    audio: int = 150


HOME = ChunkSizes()


def make_plan(facts: Facts, *, sizes: ChunkSizes = HOME) -> Plan:
    video = facts.video
    origin_s = _origin_s(facts)
    duration_s = _duration_s(facts, origin_s)
    film = _film(facts, video, origin_s, duration_s, sizes) if video else None
    grid = film.grid if film else None
    return Plan(
        version=PLAN_VERSION,
        size_bytes=facts.size_bytes,
        demuxer=facts.demuxer,
        origin_s=origin_s - facts.start_s,
        container_origin_s=origin_s,
        duration_s=grid.seconds(grid.frames) if grid else duration_s,
        film=film,
        cover=facts.cover,
        audio=_audio(facts, grid, origin_s, duration_s, sizes),
        subtitles=_subtitles(facts, bitmap=False),
        subtitles_not_shown=_subtitles(facts, bitmap=True),
        chapters=facts.chapters,
        warnings=facts.warnings,
    )


def plan_hash(plan: Plan) -> str:
    return hashlib.sha256(encode(plan)).hexdigest()[:16]


def encode(plan: Plan) -> bytes:
    return msgspec.json.encode(plan, enc_hook=_fraction_as_text, order="deterministic")


def decode(data: bytes) -> Plan:
    return msgspec.json.decode(data, type=Plan, dec_hook=_fraction_from_text)


def _fraction_as_text(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"a plan holds no {type(value).__name__}")


def _fraction_from_text(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(f"a plan holds no {kind.__name__}")


# -- time --------------------------------------------------------------------------------------------------------------


def _origin_s(facts: Facts) -> float:
    """The moment of the file that becomes 0: the first picture, unless sound begins well before it."""
    starts = [audio.start_s for audio in facts.audio]
    if facts.video is None:
        return min(starts)
    video_start = facts.video.start_s
    earliest = min(starts, default=video_start)
    return earliest if video_start - earliest > SOUND_FIRST_S else video_start


def _duration_s(facts: Facts, origin_s: float) -> float:
    sound_end = max((audio.start_s + audio.duration_s for audio in facts.audio), default=0.0)
    if facts.video is None:
        return sound_end - origin_s
    picture_end = facts.video.start_s + facts.video.duration_s
    end = sound_end if sound_end - picture_end > SOUND_LONGER_S else picture_end
    return end - origin_s


# -- picture -----------------------------------------------------------------------------------------------------------


def _film(facts: Facts, video: VideoFacts, origin_s: float, duration_s: float, sizes: ChunkSizes) -> Film:
    grid = timeline.grid(output_rate(video.rate, video.base_rate), duration_s)
    picture = _picture(video)
    leads = origin_s == video.start_s and duration_s <= video.duration_s
    not_copied = copy_gate.why_picture_not_copied(facts, video, picture_leads=leads)
    copy = None if not_copied else _copy(video)
    lanes = _lanes(facts, grid, picture, copy, sizes)
    return Film(grid=grid, picture=picture, copy=copy, not_copied=not_copied, lanes=lanes)


def _picture(video: VideoFacts) -> Picture:
    width, height = _displayed(video)
    return Picture(
        stream=video.index,
        width=width,
        height=height,
        deinterlace=video.interlaced,
        square_pixels=video.pixel_aspect == 1,
        alpha=video.alpha,
        hdr=video.colour.transfer in ("smpte2084", "arib-std-b67"),
        colour=_full_colour(video),
    )


def _displayed(video: VideoFacts) -> tuple[int, int]:
    """Upright and with square pixels; narrow pixels widen the picture, they never cost lines."""
    width = max(2, round(video.width * video.pixel_aspect))
    return (video.height, width) if video.rotation in (90, 270) else (width, video.height)


def _full_colour(video: VideoFacts) -> Colour:
    """What the file leaves unsaid, as every player guesses it: by the size of the picture."""
    said = video.colour
    usual = "bt709" if video.height >= 720 or video.width >= 1280 else "smpte170m"
    if said.transfer in ("smpte2084", "arib-std-b67"):
        usual = "bt2020"
    return Colour(
        primaries=said.primaries or usual,
        transfer=said.transfer or ("bt709" if usual == "bt2020" else usual),
        matrix=said.matrix or ("bt2020nc" if usual == "bt2020" else usual),
        full_range=said.full_range,
    )


def _copy(video: VideoFacts) -> CopyPlan:
    timescale = video.time_base.denominator
    start = round(video.start_s * timescale)
    duration = round(video.duration_s * timescale)
    places = [keyframe.decode + video.reorder - start for keyframe in video.keyframes]
    short = min(video.width, video.height)
    return CopyPlan(
        name=f"v{short}/copy",
        stream=video.index,
        width=video.width,
        height=video.height,
        rate=output_rate(video.rate, video.base_rate),
        timescale=timescale,
        start=start,
        reorder=video.reorder,
        bit_rate=round(copy_gate.average_bit_rate(video)),
        configuration=video.configuration,
        cuts=timeline.copy_cuts(places, timescale, duration),
        duration=duration,
    )


def _lanes(facts: Facts, grid: Grid, picture: Picture, copy: CopyPlan | None, sizes: ChunkSizes) -> tuple[Lane, ...]:
    rungs = ladder.ladder_rungs(grid, picture.width, picture.height, copied_bit_rate=copy.bit_rate if copy else None)
    fast = ladder.fast_rungs(grid, picture.width, picture.height) if copy is None else ()
    if not facts.seekable:
        fast = fast[-1:]  # nothing can be tried out on a beginning, so nothing but the surest
    segments = len(grid.starts)
    awaited = timeline.chunks(segments, opening=sizes.opening, length=sizes.length, whole=not facts.seekable)
    steady = timeline.chunks(segments, opening=0, length=sizes.length, whole=not facts.seekable)
    lanes = []
    if fast:
        lanes.append(Lane(kind="fast", preset="ultrafast", rungs=fast, chunks=awaited))
    if rungs:
        first = not fast and copy is None
        lanes.append(Lane(kind="ladder", preset="veryfast", rungs=rungs, chunks=awaited if first else steady))
    return tuple(lanes)


# -- sound and text ----------------------------------------------------------------------------------------------------


def _audio(
    facts: Facts, grid: Grid | None, origin_s: float, duration_s: float, sizes: ChunkSizes
) -> tuple[AudioPlan, ...]:
    default = next((number for number, audio in enumerate(facts.audio) if audio.default), 0)
    names = labels.track_labels([(audio.title, audio.language) for audio in facts.audio])
    return tuple(
        _audio_track(facts, audio, number, grid, origin_s, duration_s, sizes, names[number], number == default)
        for number, audio in enumerate(facts.audio)
    )


def _audio_track(
    facts: Facts,
    audio: AudioFacts,
    number: int,
    grid: Grid | None,
    origin_s: float,
    duration_s: float,
    sizes: ChunkSizes,
    label: str,
    default: bool,
) -> AudioPlan:
    copied = copy_gate.audio_can_be_copied(facts, audio, origin_s=origin_s, end_s=origin_s + duration_s)
    rate = audio.sample_rate if copied else AAC_RATE
    end = AAC_FRAME * max(1, math.ceil(duration_s * rate / AAC_FRAME))
    times = (
        [grid.seconds(start) for start in grid.starts] if grid else [4.0 * n for n in range(int(duration_s / 4) + 1)]
    )
    starts = timeline.audio_starts(times, rate, end)
    return AudioPlan(
        name=f"a{number}/audio",
        stream=audio.index,
        copied=copied,
        sample_rate=rate,
        channels=audio.channels if copied else 2,
        configuration=audio.configuration if copied else b"",
        starts=starts,
        end=end,
        chunks=() if copied else _audio_chunks(len(starts), sizes),
        language=audio.language,
        label=label,
        default=default,
    )


def _audio_chunks(segments: int, sizes: ChunkSizes) -> tuple[Chunk, ...]:
    return timeline.chunks(segments, opening=sizes.opening, length=sizes.audio, whole=False)


def _subtitles(facts: Facts, *, bitmap: bool) -> tuple[SubtitlePlan, ...]:
    names = labels.track_labels([(each.title, each.language) for each in facts.subtitles])
    return tuple(
        SubtitlePlan(
            name=f"s{number}/subtitles",
            stream=each.index,
            codec=each.codec,
            language=each.language,
            label=names[number],
            default=each.default,
            forced=each.forced,
        )
        for number, each in enumerate(facts.subtitles)
        if each.bitmap == bitmap
    )

"""Decides everything about a transcode from the facts of a file. Pure: no file, no clock, no ffmpeg.

The same facts always give the same plan, on a laptop and in a hundred cloud tasks; its hash marks what was made by it.
"""

import hashlib
from fractions import Fraction
from typing import Any

import msgspec

from watchparty_transcoder import labels
from watchparty_transcoder.film_plan import plan_film
from watchparty_transcoder.models import Facts, Plan, SubtitlePlan
from watchparty_transcoder.sound_plan import plan_sound
from watchparty_transcoder.timeline import HOME, ChunkSizes, Span

PLAN_VERSION = 1  # raised whenever the same facts would give other segments under the same names
SOUND_FIRST_S = 0.25  # sound that begins this much before the picture is worth keeping
SOUND_LONGER_S = 2.0  # sound that ends this much after the picture is kept, over the last frame


def make_plan(facts: Facts, *, sizes: ChunkSizes = HOME, may_copy: bool = True) -> Plan:
    """`may_copy` is false where copying has been tried and the original's frames did not fit together."""
    span = _span(facts)
    film = plan_film(facts, facts.video, span, sizes, may_copy=may_copy) if facts.video else None
    return Plan(
        version=PLAN_VERSION,
        size_bytes=facts.size_bytes,
        demuxer=facts.demuxer,
        origin_s=span.begin_s - facts.start_s,
        container_origin_s=span.begin_s,
        duration_s=film.grid.seconds(film.grid.frames) if film else span.length_s,
        film=film,
        cover=facts.cover,
        audio=plan_sound(facts, film.grid if film else None, span, sizes, may_copy=may_copy),
        subtitles=_subtitles(facts, bitmap=False),
        subtitles_not_shown=_subtitles(facts, bitmap=True),
        chapters=facts.chapters,
        warnings=facts.warnings,
    )


def _span(facts: Facts) -> Span:
    """From the first picture to the last, unless sound begins well before or ends well after."""
    sound_begin = min((audio.start_s for audio in facts.audio), default=0.0)
    sound_end = max((audio.start_s + audio.duration_s for audio in facts.audio), default=0.0)
    if facts.video is None:
        return Span(sound_begin, sound_end)
    begin, end = facts.video.start_s, facts.video.start_s + facts.video.duration_s
    if facts.audio and begin - sound_begin > SOUND_FIRST_S:
        begin = sound_begin
    return Span(begin, sound_end if sound_end - end > SOUND_LONGER_S else end)


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


# -- written down ------------------------------------------------------------------------------------------------------


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

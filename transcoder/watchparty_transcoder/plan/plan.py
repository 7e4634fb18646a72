"""Decides everything about a transcode from the facts of a file. Pure: no file, no clock, no ffmpeg.

The same facts always give the same plan, on a laptop and in a hundred cloud tasks; its hash marks what was made by it.
"""

import hashlib
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec

from watchparty_transcoder.plan import labels
from watchparty_transcoder.plan.audio_plan import plan_sound
from watchparty_transcoder.plan.models import SOFTWARE, EncoderName, Facts, Film, Lane, Plan, SubtitlePlan
from watchparty_transcoder.plan.timeline import HOME, ChunkSizes, Span
from watchparty_transcoder.plan.video_plan import plan_film
from watchparty_transcoder.storage import layout

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


# -- encoders ----------------------------------------------------------------------------------------------------------


def unwatched_ladder(film: Film) -> Lane | None:
    """The lane that hardware may make: nobody sees any of it before all of it is there, so it can be begun again."""
    behind = film.lanes if film.copy else film.lanes[1:]
    return next((lane for lane in behind if lane.kind == "ladder"), None)


def made_by(plan: Plan, encoder: EncoderName) -> Plan:
    """The same plan, its ladder from this encoder, if there is one that hardware may make."""
    film = plan.film
    if film is None or (ladder := unwatched_ladder(film)) is None:
        return plan
    lanes = tuple(on(lane, encoder) if lane is ladder else lane for lane in film.lanes)
    return replace(plan, film=replace(film, lanes=lanes))


def on(lane: Lane, encoder: EncoderName) -> Lane:
    """The same lane under the names that this encoder's renditions have."""
    moved = replace(lane, encoder=encoder)
    rungs = tuple(replace(rung, name=f"{layout.folder(rung.name)}/{moved.name}") for rung in lane.rungs)
    return replace(moved, rungs=rungs)


# -- written down ------------------------------------------------------------------------------------------------------


def plan_hash(plan: Plan) -> str:
    """Whatever encodes the ladder: what does not depend on that is not made again when it has to change."""
    return hashlib.sha256(encode(made_by(plan, SOFTWARE))).hexdigest()[:16]


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

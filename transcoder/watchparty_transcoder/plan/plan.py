"""Decides everything about a transcode from the facts of a file. Pure: no file, no clock, no ffmpeg.

The same facts always give the same plan, on a laptop and in a hundred cloud tasks; its hash names the markers of the
pieces that were done under it.
"""

import hashlib
from fractions import Fraction
from typing import Any

import msgspec
from msgspec.structs import replace

from watchparty_transcoder.plan.audio_plan import plan_audio
from watchparty_transcoder.plan.labels import track_labels
from watchparty_transcoder.plan.losses import known_losses
from watchparty_transcoder.plan.models import (
    IMAGE_SUBTITLES,
    SOFTWARE,
    Chapter,
    EncoderName,
    Facts,
    Pass,
    Plan,
    SubtitlePlan,
    VideoPlan,
)
from watchparty_transcoder.plan.timeline import HOME, ChunkSizes, Span
from watchparty_transcoder.plan.video_plan import plan_video

PLAN_VERSION = 2
"""Raised whenever the same facts would give other segments under the same names."""
AUDIO_LEADS_S = 0.25
"""Audio that begins this much before the video is worth keeping."""
AUDIO_OUTLASTS_S = 2.0
"""Audio that ends this much after the video is kept, over the last frame."""


def make_plan(facts: Facts, *, sizes: ChunkSizes = HOME, uncopied: frozenset[int] = frozenset()) -> Plan:
    """`uncopied`: the streams of which a copy has failed, because the original's frames did not fit together."""
    span = _span(facts)
    video = plan_video(facts, facts.video, span, sizes, uncopied=uncopied) if facts.video else None
    not_shown = _subtitles(facts, shown=False)
    return Plan(
        version=PLAN_VERSION,
        size_bytes=facts.size_bytes,
        demuxer=facts.demuxer,
        seekable=facts.seekable,
        fed=facts.fed,
        origin_s=span.begin_s - facts.start_s,
        container_origin_s=span.begin_s,
        duration_s=video.grid.seconds(video.grid.frames) if video else span.length_s,
        video=video,
        cover=facts.cover,
        audio=plan_audio(facts, video.grid if video else None, span, sizes, uncopied=uncopied),
        subtitles=_subtitles(facts, shown=True),
        subtitles_not_shown=not_shown,
        chapters=_chapters(facts, span),
        warnings=(),
        losses=known_losses(
            facts, begin_s=span.begin_s, end_s=span.end_s, not_shown=[each.label for each in not_shown]
        ),
    )


def _span(facts: Facts) -> Span:
    """From the first video frame to the last, unless audio begins well before or ends well after."""
    audio_begin = min((audio.start_s for audio in facts.audio), default=0.0)
    audio_end = max((audio.start_s + audio.duration_s for audio in facts.audio), default=0.0)
    if facts.video is None:
        return Span(audio_begin, audio_end)
    begin, end = facts.video.start_s, facts.video.start_s + facts.video.duration_s
    if facts.audio and begin - audio_begin > AUDIO_LEADS_S:
        begin = audio_begin
    return Span(begin, audio_end if audio_end - end > AUDIO_OUTLASTS_S else end)


def _chapters(facts: Facts, span: Span) -> tuple[Chapter, ...]:
    """On the film's clock, and within the film."""
    placed = (
        Chapter(
            start_s=max(0.0, each.start_s - span.begin_s),
            end_s=min(span.length_s, each.end_s - span.begin_s),
            title=each.title,
        )
        for each in facts.chapters
    )
    return tuple(each for each in placed if each.start_s < each.end_s)


def _subtitles(facts: Facts, *, shown: bool) -> tuple[SubtitlePlan, ...]:
    labels = track_labels([(each.title, each.language) for each in facts.subtitles])
    return tuple(
        SubtitlePlan(
            name=f"s{number}/subtitles",
            stream=each.index,
            codec=each.codec,
            language=each.language,
            label=labels[number],
            default=each.default,
            forced=each.forced,
        )
        for number, each in enumerate(facts.subtitles)
        if shown == (not each.bitmap or (each.codec in IMAGE_SUBTITLES and facts.video is not None))
    )


def streams_not_copied(plan: Plan) -> frozenset[int]:
    """Those that a plan encodes; after a copy has failed, the next plan must not copy them either."""
    encoded = {track.stream for track in plan.audio if not track.copied}
    if plan.video and plan.video.copy is None:
        encoded.add(plan.video.decoded.stream)
    return frozenset(encoded)


# -- encoders ----------------------------------------------------------------------------------------------------------


def background_ladder(video: VideoPlan) -> Pass | None:
    """The pass that hardware may encode: none of it is offered before all of it is done, so it can be restarted."""
    not_first = video.passes if video.leading_copy else video.passes[1:]
    return next((encode_pass for encode_pass in not_first if encode_pass.kind == "ladder"), None)


def with_encoder(plan: Plan, encoder: EncoderName) -> Plan:
    """The plan with its background ladder, if it has one, encoded by `encoder`."""
    video = plan.video
    if video is None or (ladder := background_ladder(video)) is None:
        return plan
    passes = tuple(pass_with_encoder(each, encoder) if each is ladder else each for each in video.passes)
    return replace(plan, video=replace(video, passes=passes))


def pass_with_encoder(encode_pass: Pass, encoder: EncoderName) -> Pass:
    """The pass under the names that this encoder's renditions have."""
    changed = replace(encode_pass, encoder=encoder)
    renditions = tuple(
        replace(each, name=f"{each.name.rpartition('/')[0]}/{changed.name}") for each in encode_pass.renditions
    )
    return replace(changed, renditions=renditions)


# -- stored form -------------------------------------------------------------------------------------------------------


def plan_hash(plan: Plan) -> str:
    """Independent of the ladder's encoder, so that a change of encoder repeats nothing but the ladder."""
    return hashlib.sha256(encode(with_encoder(plan, SOFTWARE))).hexdigest()[:16]


def encode(plan: Plan) -> bytes:
    return msgspec.json.encode(plan, enc_hook=_fraction_as_text, order="deterministic")


def decode(data: bytes) -> Plan:
    return msgspec.json.decode(data, type=Plan, dec_hook=_fraction_from_text)


def _fraction_as_text(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"a plan cannot contain a {type(value).__name__}")


def _fraction_from_text(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(f"a plan cannot contain a {kind.__name__}")

"""Plans the audio: each track is copied, or encoded to AAC-LC stereo. Pure."""

import math

from watchparty_transcoder.plan import labels, remux_check, timeline
from watchparty_transcoder.plan.models import AAC_FRAME, AAC_RATE, AudioFacts, AudioPlan, Facts, Grid
from watchparty_transcoder.plan.timeline import GOP_S, SEGMENT_GOPS, ChunkSizes, Span


def plan_audio(
    facts: Facts, grid: Grid | None, span: Span, sizes: ChunkSizes, *, may_copy: bool
) -> tuple[AudioPlan, ...]:
    """Every track; the default is the first one with that flag, else the first one."""
    default = next((number for number, audio in enumerate(facts.audio) if audio.default), 0)
    names = labels.track_labels([(audio.title, audio.language) for audio in facts.audio])
    times = _segment_times(grid, span)
    tracks = []
    for number, audio in enumerate(facts.audio):
        copied = may_copy and remux_check.audio_can_be_copied(facts, audio, origin_s=span.begin_s, end_s=span.end_s)
        tracks.append(
            _track(
                f"a{number}/{'copy' if copied else 'aac'}",
                audio,
                times,
                span,
                sizes,
                copied=copied,
                label=names[number],
                default=number == default,
            )
        )
    return tuple(tracks)


def _segment_times(grid: Grid | None, span: Span) -> list[float]:
    """Where the video is cut, or would be cut."""
    if grid is not None:
        return [grid.seconds(start) for start in grid.starts]
    every_s = float(GOP_S * SEGMENT_GOPS)
    return [every_s * number for number in range(int(span.length_s / every_s) + 1)]


def _track(
    name: str,
    audio: AudioFacts,
    times: list[float],
    span: Span,
    sizes: ChunkSizes,
    *,
    copied: bool,
    label: str,
    default: bool,
) -> AudioPlan:
    rate = audio.sample_rate if copied else AAC_RATE
    end = AAC_FRAME * max(1, math.ceil(span.length_s * rate / AAC_FRAME))
    starts = timeline.audio_starts(times, rate, end)
    encoded = timeline.chunks(len(starts), opening=sizes.opening, length=sizes.audio, whole=False)
    return AudioPlan(
        name=name,
        stream=audio.index,
        copied=copied,
        sample_rate=rate,
        channels=audio.channels if copied else 2,
        configuration=audio.configuration if copied else b"",
        starts=starts,
        end=end,
        chunks=() if copied else encoded,
        language=audio.language,
        label=label,
        default=default,
    )

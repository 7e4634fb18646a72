"""Plans the audio: each track is copied, or encoded to AAC-LC stereo. Pure."""

import math
from collections.abc import Sequence

from watchparty_transcoder.plan import labels, remux_check, timeline
from watchparty_transcoder.plan.models import AAC_FRAME, AAC_RATE, AudioFacts, AudioPlan, Facts, Grid
from watchparty_transcoder.plan.timeline import GOP_S, SEGMENT_GOPS, ChunkSizes, Span

MIXED_CHANNELS = 8
"""ffmpeg finds a usual layout for up to so many channels."""


def plan_audio(
    facts: Facts, grid: Grid | None, span: Span, sizes: ChunkSizes, *, uncopied: frozenset[int]
) -> tuple[AudioPlan, ...]:
    """Every track; the default is the first one with that flag, else the first one."""
    pairs = _pairs(facts.audio)
    default = next((number for number, (audio, _) in enumerate(pairs) if audio.default), 0)
    names = labels.track_labels([(audio.title, audio.language) for audio, _ in pairs])
    times = _segment_times(grid, span)
    tracks = []
    for number, (audio, right) in enumerate(pairs):
        copied = audio.index not in uncopied and remux_check.audio_can_be_copied(
            facts, audio, origin_s=span.begin_s, end_s=span.end_s
        )
        tracks.append(
            _track(
                f"a{number}/{'copy' if copied else 'aac'}",
                audio,
                times,
                span,
                sizes,
                copied=copied,
                right=right,
                whole=not facts.seekable,
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
    right: int | None,
    whole: bool,
    label: str,
    default: bool,
) -> AudioPlan:
    rate = audio.sample_rate if copied else AAC_RATE
    end = AAC_FRAME * max(1, math.ceil(span.length_s * rate / AAC_FRAME))
    starts = timeline.audio_starts(times, rate, end)
    encoded = timeline.chunks(len(starts), opening=sizes.opening, length=sizes.audio, whole=whole)
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
        right=right,
        begins_s=max(0.0, round(audio.start_s - span.begin_s, 3)),
        mix="" if copied or right is not None else stereo_mix(audio.positions),
    )


def _pairs(tracks: Sequence[AudioFacts]) -> list[tuple[AudioFacts, int | None]]:
    """The tracks; a mono track on the left and its neighbour on the right are one, with the stream of the latter."""
    pairs: list[tuple[AudioFacts, int | None]] = []
    for audio in tracks:
        before = pairs[-1][0] if pairs else None
        if before and before.positions == ("FL",) and audio.positions == ("FR",) and pairs[-1][1] is None:
            pairs[-1] = (before, audio.index)
        else:
            pairs.append((audio, None))
    return pairs


def stereo_mix(positions: Sequence[str]) -> str:
    """Arguments of ffmpeg's `pan` for channels that its own mixing refuses or weakens; empty where it can mix them.

    It plays mono at 0.7 on both sides, although players, and so our copies, play it in full on both.
    It knows no layout of more than eight channels without positions, and no ambisonics. The first two components of
    those (ACN order, SN3D) are everything and left minus right: two cardioids to the left and to the right.
    """
    count = len(positions)
    if count == 1:
        return "stereo|FL=c0|FR=c0"
    if positions and all(each.startswith("AMBI") for each in positions):
        return "stereo|FL=c0+c1|FR=c0-c1" if count > 1 else "stereo|FL=c0|FR=c0"
    if count <= MIXED_CHANNELS:
        return ""
    sides = [_side(name, number) for number, name in enumerate(positions)]
    return "stereo|" + "|".join(f"{side}={_sum_of(sides, side)}" for side in ("FL", "FR"))


def _side(position: str, number: int) -> str:
    """Where a channel is heard: left, right, on both sides, or not at all (low frequencies are in the others too)."""
    if position == "NONE":
        return ("FL", "FR")[number % 2]
    if position.startswith("LFE"):
        return ""
    left, right = "L" in position, "R" in position
    return "both" if left == right else ("FL" if left else "FR")


def _sum_of(sides: Sequence[str], side: str) -> str:
    heard = [number for number, each in enumerate(sides) if each in (side, "both")]
    gain = 1 / math.sqrt(max(1, len(heard)))
    return "+".join(f"{gain:.3f}*c{number}" for number in heard) or "0*c0"

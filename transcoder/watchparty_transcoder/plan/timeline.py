"""Where segments and chunks begin: at whole output frames for video, at whole AAC frames for audio. Pure.

The grid is a function of rate and duration alone, so all renditions, all chunks and a future on-demand segmenter derive
the same grid.
"""

from dataclasses import dataclass
from fractions import Fraction

from watchparty_transcoder.plan.models import AAC_FRAME, Chunk, Grid

GOP_S = 2
SEGMENT_GOPS = 2


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a file that becomes the film, on the file's own clock."""

    begin_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.begin_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSizes:
    """The sizes of chunks, in segments."""

    opening: int = 5
    """The first chunk, in the lowest rendition: enough to watch while the others begin."""
    length: int = 15
    audio: int = 150


HOME = ChunkSizes()
CLOUD = ChunkSizes(length=5, audio=75)
"""20 s, so that a two-hour film has enough chunks for a hundred tasks."""


def grid(rate: Fraction, duration_s: float) -> Grid:
    """Segments of about four seconds; a last one of less than half a GOP is merged into the previous one."""
    frames = max(1, round(duration_s * rate))
    gop = max(1, round(GOP_S * rate))
    step = gop * SEGMENT_GOPS
    starts = list(range(0, frames, step))
    if len(starts) > 1 and frames - starts[-1] < gop // 2:
        starts.pop()
    return Grid(rate=rate, frames=frames, gop_frames=gop, starts=tuple(starts))


def copy_cuts(keyframes: list[int], timescale: int, duration: int) -> tuple[int, ...]:
    """The presentation ticks at which segments begin: keyframes at least about four seconds apart."""
    cuts = [keyframes[0]]
    for place in keyframes[1:]:
        if is_cut(place, cuts[-1], timescale, duration):
            cuts.append(place)
    return tuple(cuts)


def is_cut(place: int, last: int, timescale: int, duration: int) -> bool:
    """Whether a segment that began at `last` ends at the keyframe at `place`; not within the film's last second."""
    wanted = int(GOP_S * SEGMENT_GOPS * timescale * Fraction(97, 100))  # a keyframe at 3.9 s counts
    return place - last >= wanted and duration - place >= timescale


def audio_starts(segment_times: list[float], sample_rate: int, end: int) -> tuple[int, ...]:
    """The tick at which each audio segment begins: the AAC frame nearest to the cut of the video."""
    nearest = {round(time * sample_rate / AAC_FRAME) * AAC_FRAME for time in segment_times}
    return tuple(sorted(start for start in nearest if start < end))


def chunks(segments: int, *, opening: int, length: int, whole: bool) -> tuple[Chunk, ...]:
    """A short chunk that viewers wait for, then longer ones. `whole`: a single chunk, because seeking is unsafe."""
    if whole or segments <= opening:
        return (Chunk(first=0, end=segments, per_rendition=not whole),)
    starts = [opening] if opening else []
    rest = range(opening, segments, length)
    spans = [(first, min(first + length, segments)) for first in rest]
    return (
        *(Chunk(first=0, end=end, per_rendition=True) for end in starts),
        *(Chunk(first=a, end=b) for a, b in spans),
    )

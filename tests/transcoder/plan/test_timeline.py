"""Segments and chunks begin at the points of the grid."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_transcoder.plan import timeline
from watchparty_transcoder.plan.frame_rate import STANDARD
from watchparty_transcoder.plan.models import AAC_FRAME

RATES = st.sampled_from(STANDARD)


def test_grid_of_film_at_23_976() -> None:
    """Groups are 48 frames and segments 96, although that is not exactly two and four seconds."""
    grid = timeline.grid(Fraction(24000, 1001), 10.0)
    assert (grid.frames, grid.gop_frames, grid.starts) == (240, 48, (0, 96, 192))
    assert (grid.timescale, grid.frame_ticks) == (24000, 1001)


def test_a_stub_joins_the_segment_before() -> None:
    """Three frames at the end do not become a segment."""
    assert timeline.grid(Fraction(30), 8.1).bounds == (0, 120, 243)


def test_half_a_group_is_a_segment() -> None:
    """A second at the end becomes a segment."""
    assert timeline.grid(Fraction(30), 9.0).bounds == (0, 120, 240, 270)


@given(RATES, st.floats(min_value=0.02, max_value=40_000))
def test_grid_covers_the_film(rate: Fraction, duration_s: float) -> None:
    """Segments are in order, begin with a group, last at most five seconds, and end with the film to the frame."""
    grid = timeline.grid(rate, duration_s)
    assert grid.bounds[0] == 0
    assert abs(grid.frames - duration_s * rate) <= 1
    for start, end in pairwise(grid.bounds):
        assert 0 < end - start <= grid.gop_frames * 2.5 + 1
        assert start % grid.gop_frames == 0


@given(st.lists(st.integers(min_value=1, max_value=100_000), min_size=1, max_size=50))
def test_copies_are_cut_at_keyframes(gaps: list[int]) -> None:
    """Every cut is a keyframe, the first keyframe is one, and cuts are at least about four seconds apart."""
    keyframes = [sum(gaps[:place]) for place in range(len(gaps))]
    cuts = timeline.copy_cuts(keyframes, 10_000, keyframes[-1] + gaps[-1])
    assert cuts[0] == keyframes[0]
    assert set(cuts) <= set(keyframes)
    assert all(following - this >= 38_800 for this, following in pairwise(cuts))


def test_audio_is_cut_close_to_the_video() -> None:
    """Each start is the AAC frame nearest to the cut of the video."""
    starts = timeline.audio_starts([0.0, 4.004, 8.008], 48_000, 480_256)
    assert starts == (0, 188 * AAC_FRAME, 375 * AAC_FRAME)


@pytest.mark.parametrize(
    ("segments", "opening", "length", "whole", "spans"),
    [
        (3, 5, 15, False, [(0, 3, True)]),
        (40, 5, 15, False, [(0, 5, True), (5, 20, False), (20, 35, False), (35, 40, False)]),
        (40, 0, 15, False, [(0, 15, False), (15, 30, False), (30, 40, False)]),
        (40, 5, 15, True, [(0, 40, False)]),
    ],
)
def test_chunks(segments: int, opening: int, length: int, whole: bool, spans: list[tuple[int, int, bool]]) -> None:
    """A short opening that viewers wait for, then equal chunks; a single chunk if the file cannot be seeked."""
    chunks = timeline.chunks(segments, opening=opening, length=length, whole=whole)
    assert [(chunk.first, chunk.end, chunk.per_rendition) for chunk in chunks] == spans


def test_a_single_frame_is_not_reordered() -> None:
    """Decoding cannot run two frames ahead in a film of one frame."""
    assert timeline.grid(Fraction(30), 0.01).reorder_ticks == 0
    assert timeline.grid(Fraction(30), 10).reorder_ticks == 2000

"""Decode times that follow from presentation times alone."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.decode_times import decode_times, needed_lead

PYRAMID = [0, 160, 80, 40, 120, 320, 240, 200, 280]
"""Milliseconds, as x264 orders them with three B frames."""


def test_a_pyramid_of_b_frames() -> None:
    """One frame is decoded per slot, and none later than it is shown."""
    assert needed_lead(PYRAMID) == 80
    assert decode_times(PYRAMID, 80) == [-80, -40, 0, 40, 80, 120, 160, 200, 240]


def test_frames_in_order() -> None:
    """Without B frames each is decoded when it is shown, or the lead before."""
    assert decode_times([0, 40, 80], 0) == [0, 40, 80]
    assert decode_times([0, 40, 80], 40) == [-40, 0, 40]


def test_a_group_that_is_reordered_further() -> None:
    """Its frames are decoded a little earlier; the group still begins where it was planned."""
    times = decode_times(PYRAMID, 40)
    assert times[0] == -40
    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(time <= shown for time, shown in zip(times, PYRAMID, strict=True))


@pytest.mark.parametrize(
    "shown", [[40, 0, 80], [0, 40, 40], [0, 3, 2, 1]], ids=["not the first first", "two at once", "no room"]
)
def test_what_does_not_fit(shown: list[int]) -> None:
    """Another frame is shown before the first one, two are shown at once, or decoding would have to begin earlier."""
    with pytest.raises(PlanMismatch):
        decode_times(shown, 0)


@given(st.lists(st.integers(1, 90_000), min_size=1, max_size=40), st.integers(0, 4), st.randoms(use_true_random=False))
def test_any_order_within_the_lead(gaps: list[int], depth: int, chance: Random) -> None:
    """With the needed lead, times increase, and no frame is decoded after it is shown."""
    slots = [sum(gaps[:place]) for place in range(len(gaps))]
    shown = [slots[0], *sorted(slots[1:], key=lambda slot: slots.index(slot) + chance.uniform(0, depth))]
    times = decode_times(shown, needed_lead(shown))
    assert times == sorted(set(times))
    assert all(time <= own for time, own in zip(times, shown, strict=True))
    assert times[0] == -needed_lead(shown)

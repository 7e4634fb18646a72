"""Channels that ffmpeg cannot mix become stereo in which each of them is heard."""

import re

import pytest

from watchparty_transcoder.plan.audio_plan import stereo_mix


@pytest.mark.parametrize("positions", [(), ("FC",), ("FL", "FR"), ("FL", "FR", "FC", "LFE", "BL", "BR"), ("NONE",) * 8])
def test_usual_layouts_are_left_to_ffmpeg(positions: tuple[str, ...]) -> None:
    """Up to eight channels have a usual layout, even where the file does not name it."""
    assert stereo_mix(positions) == ""


@pytest.mark.parametrize("count", [9, 12, 24, 64])
def test_every_channel_without_a_position_is_heard(count: int) -> None:
    """Alternately on the left and on the right."""
    left, right = sides(stereo_mix(("NONE",) * count))
    assert left == set(range(0, count, 2))
    assert right == set(range(1, count, 2))


def test_positions_decide_where_a_channel_is_heard() -> None:
    """The centre on both sides, low frequencies on neither."""
    names = ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR", "TFL", "TFR")
    assert sides(stereo_mix(names)) == ({0, 2, 4, 6, 8}, {1, 2, 5, 7, 9})


@pytest.mark.parametrize("count", [4, 9, 16])
def test_ambisonics_of_any_order(count: int) -> None:
    """The first two components make a left and a right cardioid."""
    assert stereo_mix(tuple(f"AMBI{number}" for number in range(count))) == "stereo|FL=c0+c1|FR=c0-c1"


def sides(mix: str) -> tuple[set[int], set[int]]:
    _, left, right = mix.split("|")
    return _channels(left), _channels(right)


def _channels(side: str) -> set[int]:
    return {int(each) for each in re.findall(r"c(\d+)", side)}

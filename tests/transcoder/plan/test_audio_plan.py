"""Channels that ffmpeg cannot mix become stereo in which each of them is heard."""

import re

import pytest

from transcoder import facts
from watchparty_transcoder.plan.audio_plan import stereo_mix
from watchparty_transcoder.plan.plan import make_plan

LEFT, RIGHT, CENTRE = ("FL",), ("FR",), ("FC",)


@pytest.mark.parametrize("positions", [(), ("FL", "FR"), ("FL", "FR", "FC", "LFE", "BL", "BR"), ("NONE",) * 8])
def test_usual_layouts_are_left_to_ffmpeg(positions: tuple[str, ...]) -> None:
    """Up to eight channels have a usual layout, even where the file does not name it."""
    assert stereo_mix(positions) == ""


@pytest.mark.parametrize("positions", [("FC",), ("FL",), ("NONE",)])
def test_mono_is_as_loud_as_in_a_copy(positions: tuple[str, ...]) -> None:
    """Players play one channel in full on both sides."""
    assert stereo_mix(positions) == "stereo|FL=c0|FR=c0"


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


@pytest.mark.parametrize(
    ("positions", "tracks"),
    [
        ([LEFT, RIGHT], [(0, 1)]),
        ([LEFT, RIGHT, LEFT, RIGHT], [(0, 1), (2, 3)]),
        ([LEFT, RIGHT, RIGHT], [(0, 1), (2, None)]),
        ([RIGHT, LEFT], [(0, None), (1, None)]),
        ([LEFT, CENTRE, RIGHT], [(0, None), (1, None), (2, None)]),
        ([CENTRE, CENTRE], [(0, None), (1, None)]),
    ],
)
def test_left_and_right_are_one_track(positions: list[tuple[str, ...]], tracks: list[tuple[int, int | None]]) -> None:
    """Two mono tracks that follow each other on the left and on the right; any other mono tracks are languages."""
    sounds = tuple(
        facts.audio(index=number, codec="pcm_s16le", channels=1, positions=each)
        for number, each in enumerate(positions)
    )
    plan = make_plan(facts.facts(audio=sounds))
    assert [(each.stream, each.right) for each in plan.audio] == tracks
    assert all(bool(each.mix) == (each.right is None) for each in plan.audio)


def sides(mix: str) -> tuple[set[int], set[int]]:
    _, left, right = mix.split("|")
    return _channels(left), _channels(right)


def _channels(side: str) -> set[int]:
    return {int(each) for each in re.findall(r"c(\d+)", side)}

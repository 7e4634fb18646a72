"""What may be shown of a film while it is being made."""

import pytest

from transcoder.facts import audio, facts, video
from watchparty_transcoder.mp4.segment import SegmentMade
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.publish.progress import Renditions


def fast_plan() -> Plan:
    """A minute of HEVC: fast lane in two qualities, then a ladder of four."""
    return make_plan(facts(video=video(codec="hevc", keyframes=())))


def make(renditions: Renditions, name: str, *numbers: int, size: int = 500_000) -> None:
    for number in numbers:
        renditions.take(SegmentMade(name, number, 4.0, size, 120, 0, 0))


def listed(renditions: Renditions) -> list[str]:
    return [each.name for each in renditions.listed()]


def test_nothing_is_playable_without_sound() -> None:
    """A picture alone is not enough where there is sound, nor sound without a picture."""
    renditions = Renditions(fast_plan())
    make(renditions, "v360/fast", 0)
    assert renditions.playable_s() == 0
    make(renditions, "a0/copy", 0)
    assert renditions.playable_s() == 4
    silent = Renditions(fast_plan())
    make(silent, "a0/copy", 0)
    assert silent.playable_s() == 0


def test_only_the_run_from_the_beginning_counts() -> None:
    """A segment after a gap waits until the gap is closed."""
    renditions = Renditions(fast_plan())
    make(renditions, "a0/copy", *range(15))
    make(renditions, "v360/fast", 0, 2, 3)
    assert renditions.playable_s() == 4
    make(renditions, "v360/fast", 1)
    assert renditions.playable_s() == 16


def test_a_second_quality_is_offered_when_it_has_caught_up_and_then_stays() -> None:
    """Nobody who changes quality finds the film shorter there, and nothing offered is taken away."""
    renditions = Renditions(fast_plan())
    make(renditions, "v360/fast", 0, 1, 2, 3, 4)
    make(renditions, "v720/fast", 0, 1, 2, 3)
    assert listed(renditions) == ["v360/fast"]
    make(renditions, "v720/fast", 4)
    assert listed(renditions) == ["v360/fast", "v720/fast"]
    make(renditions, "a0/copy", *range(15))
    make(renditions, "v360/fast", 5)
    assert listed(renditions) == ["v360/fast", "v720/fast"]
    assert renditions.playable_s() == 20


def test_the_ladder_takes_the_fast_lanes_place_when_it_is_complete() -> None:
    """Not before its last segment, and then it alone, lowest first."""
    renditions = Renditions(fast_plan())
    make(renditions, "v360/fast", *range(15))
    for height in (1080, 720, 480):
        make(renditions, f"v{height}/ladder", *range(15))
    make(renditions, "v360/ladder", *range(14))
    assert listed(renditions) == ["v360/fast"]
    make(renditions, "v360/ladder", 14)
    assert listed(renditions) == ["v360/ladder", "v480/ladder", "v720/ladder", "v1080/ladder"]


def test_the_ladder_joins_a_copy() -> None:
    """The original's own quality stays, on top."""
    renditions = Renditions(make_plan(facts()))
    make(renditions, "v1080/copy", *range(15))
    assert listed(renditions) == ["v1080/copy"]
    for height in (720, 480, 360):
        make(renditions, f"v{height}/ladder", *range(15))
    assert listed(renditions) == ["v360/ladder", "v480/ladder", "v720/ladder", "v1080/copy"]


def test_bandwidth_is_planned_then_measured() -> None:
    """Until a rendition is complete its peak is what the plan allows; then it is that of its heaviest segment."""
    renditions = Renditions(fast_plan())
    fast = next(each for each in renditions.picture if each.name == "v360/fast")
    make(renditions, "v360/fast", 0, size=100)
    assert (fast.peak, fast.average) == (1_320_000, None)
    make(renditions, "v360/fast", *range(1, 15), size=250_000)
    assert fast.peak == 500_000
    assert fast.average == pytest.approx(466_680, rel=0.01)


def test_sound_alone_is_playable() -> None:
    """A recording needs no picture."""
    renditions = Renditions(make_plan(facts(video=None, audio=(audio(codec="mp3"),))))
    make(renditions, "a0/aac", 0, 1)
    assert renditions.listed() == []
    assert renditions.playable_s() == 8
    assert renditions.lowest_leading() is None

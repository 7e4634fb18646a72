"""What players may be offered of a film while it is being encoded."""

import pytest

from transcoder.facts import audio, facts, video
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.publish.progress import FilmProgress


def fast_plan() -> Plan:
    """A minute of HEVC: a fast pass with two renditions, then a ladder of four."""
    return make_plan(facts(video=video(codec="hevc", keyframes=())))


def make(progress: FilmProgress, name: str, *numbers: int, size: int = 500_000) -> None:
    for number in numbers:
        progress.add(StoredSegment(name, number, 4.0, size, 120, 0, 0))


def offered(progress: FilmProgress) -> list[str]:
    return [each.name for each in progress.offered()]


def test_nothing_is_playable_without_audio() -> None:
    """A film with both needs both, video and audio."""
    progress = FilmProgress(fast_plan())
    make(progress, "v360/fast", 0)
    assert progress.playable_s() == 0
    make(progress, "a0/copy", 0)
    assert progress.playable_s() == 4
    silent = FilmProgress(fast_plan())
    make(silent, "a0/copy", 0)
    assert silent.playable_s() == 0


def test_only_segments_before_the_first_gap_count() -> None:
    """A segment after a gap counts once the gap is closed."""
    progress = FilmProgress(fast_plan())
    make(progress, "a0/copy", *range(15))
    make(progress, "v360/fast", 0, 2, 3)
    assert progress.playable_s() == 4
    make(progress, "v360/fast", 1)
    assert progress.playable_s() == 16


def test_a_second_rendition_is_offered_when_it_has_caught_up_and_then_stays() -> None:
    """Switching renditions never makes the film shorter, and nothing that was offered is withdrawn."""
    progress = FilmProgress(fast_plan())
    make(progress, "v360/fast", 0, 1, 2, 3, 4)
    make(progress, "v720/fast", 0, 1, 2, 3)
    assert offered(progress) == ["v360/fast"]
    make(progress, "v720/fast", 4)
    assert offered(progress) == ["v360/fast", "v720/fast"]
    make(progress, "a0/copy", *range(15))
    make(progress, "v360/fast", 5)
    assert offered(progress) == ["v360/fast", "v720/fast"]
    assert progress.playable_s() == 20


def test_the_ladder_replaces_the_fast_pass_when_it_is_complete() -> None:
    """Not before its last segment; then only the ladder is offered, lowest first."""
    progress = FilmProgress(fast_plan())
    make(progress, "v360/fast", *range(15))
    for height in (1080, 720, 480):
        make(progress, f"v{height}/ladder", *range(15))
    make(progress, "v360/ladder", *range(14))
    assert offered(progress) == ["v360/fast"]
    make(progress, "v360/ladder", 14)
    assert offered(progress) == ["v360/ladder", "v480/ladder", "v720/ladder", "v1080/ladder"]


def test_the_ladder_joins_a_copy() -> None:
    """The original stays, as the highest rendition."""
    progress = FilmProgress(make_plan(facts()))
    make(progress, "v1080/copy", *range(15))
    assert offered(progress) == ["v1080/copy"]
    for height in (720, 480, 360):
        make(progress, f"v{height}/ladder", *range(15))
    assert offered(progress) == ["v360/ladder", "v480/ladder", "v720/ladder", "v1080/copy"]


def test_bandwidth_is_planned_then_measured() -> None:
    """Until a rendition is complete, its peak is the planned one; then it is that of its heaviest segment."""
    progress = FilmProgress(fast_plan())
    fast = next(each for each in progress.video if each.name == "v360/fast")
    make(progress, "v360/fast", 0, size=100)
    assert (fast.peak, fast.average) == (1_320_000, None)
    make(progress, "v360/fast", *range(1, 15), size=250_000)
    assert fast.peak == 500_000
    assert fast.average == pytest.approx(466_680, rel=0.01)


def test_audio_only_is_playable() -> None:
    """A recording needs no video."""
    progress = FilmProgress(make_plan(facts(video=None, audio=(audio(codec="mp3"),))))
    make(progress, "a0/aac", 0, 1)
    assert progress.offered() == []
    assert progress.playable_s() == 8
    assert progress.lowest_complete() is None


def test_a_copy_whose_number_of_segments_is_not_planned() -> None:
    """It is complete with the segment that is marked as the last, whatever the estimate was."""
    for count in (12, 15, 18):
        progress = FilmProgress(make_plan(facts(demuxer="matroska")))
        make(progress, "v1080/copy", *range(count - 1))
        assert not progress.video[0].complete
        make(progress, "v1080/copy", count - 1)
        assert not progress.video[0].complete
        progress.add(StoredSegment("v1080/copy", count - 1, 4.0, 500_000, 120, 0, 0, last=True))
        assert progress.video[0].complete
        assert progress.video[0].expected == count


def test_a_copy_that_some_browsers_do_not_play_is_never_offered_alone() -> None:
    """It is offered once all of it exists, beside what every browser plays, and stays when the ladder is complete."""
    plan = make_plan(facts(video=video(codec="vp9", profile="Profile 0")))
    assert plan.video
    assert plan.video.copy
    copy = plan.video.copy.name
    count = len(plan.video.copy.cuts)
    progress = FilmProgress(plan)
    make(progress, copy, *range(count))
    make(progress, "a0/copy", *range(15))
    assert offered(progress) == []
    assert progress.playable_s() == 0
    make(progress, "v360/fast", 0)
    assert offered(progress) == ["v360/fast", copy]
    assert progress.playable_s() == 4
    partial = FilmProgress(plan)
    make(partial, copy, *range(count - 1))
    make(partial, "v360/fast", 0)
    assert offered(partial) == ["v360/fast"]
    for side in (1080, 720, 480, 360):
        make(progress, f"v{side}/ladder", *range(15))
    assert set(offered(progress)) == {copy, *(f"v{side}/ladder" for side in (1080, 720, 480, 360))}
